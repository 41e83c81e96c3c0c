#pragma once
// How a room is set, as a form and back (XEP-0045 §10.2). Pure. What the foreign side has no such thing for is in no
// form. What has no field of its own there is one text in the foreign side's notation, in the field PROTOCOL#modes.
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/errors.hpp"

namespace isthmus::xmpp {

inline constexpr std::string_view room_config_form = "http://jabber.org/protocol/muc#roomconfig";

/// The form as the answer to an iq of type get; `protocol` is Adapter::protocol().
/// `is_persistent`: the user stays without clients.
void write_settings_form(StanzaWriter& out, const Reply& reply, const ReadSettings& settings, std::string_view protocol,
                         bool is_persistent);

/// The user's wish to stay without clients; nullopt when it is not in the form.
Answer<std::optional<bool>> read_persistence(const SubmittedForm& form);

/// What `form` says, all its fields. Refused (bad-request): a form of another type, a value of the wrong kind.
Answer<RoomSettings> read_settings_form(const SubmittedForm& form, std::string_view protocol);

/// Of what is `wished` only what is not so already; nullopt when that is nothing. What the foreign side has no such
/// thing for is passed over.
std::optional<RoomSettings> changes(const RoomSettings& now, const RoomSettings& wished);

}  // namespace isthmus::xmpp
