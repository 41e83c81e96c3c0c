#pragma once
// What a stanza from a client says, read once (pure).
#include <memory>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/model/degrade.hpp"
#include "gateway/model/event.hpp"
#include "xmpp/domain.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/message_parts.hpp"
#include "xmpp/rooms.hpp"

namespace isthmus::xmpp {

/// A stanza to one of our domains, its addresses prepared. Valid while the stanza is.
struct Incoming {
  pugi::xml_node element;
  const Jid& from;
  const Jid& to;
  const Domain& domain;
  std::string_view id;    // as sent; may be empty
  std::string_view type;  // may be empty
};

/// A message without anything for the other side: receipts, what clients tell each other.
struct Nothing {};
/// A wish to change the subject.
struct SubjectWish {
  std::string text;
};
/// The payload is a Message, Edit, Retract, Reactions, Typing or Displayed.
using Said = std::variant<Payload, SubjectWish, Nothing, Refusal>;

/// What a <message/> says. What stands in its body for clients that do not know its other elements is not said a second
/// time. Refused: an encrypted message (its fallback text is never relayed), one without a body or anything else that
/// we know, a body with control characters.
Said read_message(const Incoming& in, const MessageParts& parts);
inline Said read_message(const Incoming& in) { return read_message(in, parts_of(in.element)); }

/// The history wish of a <presence/> with <x xmlns='…muc'> (XEP-0045 §7.2.14); nonsense is ignored. Null
/// when there is none.
std::unique_ptr<HistoryWish> read_history_wish(pugi::xml_node muc_x, SystemTime now);

/// True when a bounced message means that its recipient is gone (XEP-0045 §18.1).
bool is_gone(pugi::xml_node bounced);

}  // namespace isthmus::xmpp
