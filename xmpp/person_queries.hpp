#pragma once
// What a client may ask of a person by <iq/>, and how the answers read: vCard (XEP-0054), last activity (XEP-0012),
// version (XEP-0092), ping (XEP-0199), time (XEP-0202). Pure.
#include <chrono>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "xmpp/avatar.hpp"
#include "xmpp/requests.hpp"

namespace isthmus::xmpp {

struct PersonQuestion {
  Request::Question question;
  Requests::Render render;
};

/// What `iq`, of type get, asks of the person it is addressed to; nullopt when it is nothing that a person answers.
/// `avatar` lives as long as the process.
std::optional<PersonQuestion> person_question(pugi::xml_node iq, const Avatar& avatar);

/// A profile as readable lines, each a label and what is known; no line for what is not.
std::string profile_text(const Profile& profile);

/// A moment and the zone in which somebody told it.
struct ZonedTime {
  SystemTime utc;
  std::chrono::minutes zone{};  // east of UTC
};
/// What people's programs say when they are asked for their time, where it names a zone: ISO 8601
/// ("2026-01-31T12:00:00+01:00") and RFC 5322 §3.3 ("Sat, 31 Jan 2026 12:00:00 +0100"; UTC, GMT and Z are zones too).
/// nullopt for the many that do not.
std::optional<ZonedTime> parse_time_answer(std::string_view text);

}  // namespace isthmus::xmpp
