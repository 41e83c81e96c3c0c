#pragma once
// How a room is set, as a form and back (XEP-0045 §10.2). Pure. What the foreign side has no such thing for is in no
// form. What has no field of its own there is one text in the foreign side's notation, in the field PROTOCOL#modes.
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/errors.hpp"

namespace isthmus::xmpp {

inline constexpr std::string_view room_config_form = "http://jabber.org/protocol/muc#roomconfig";

/// The form as the answer to an iq of type get; `protocol` is Adapter::protocol(). `own`: how the user has the room for
/// themself (room_commands.hpp). Its fields stand before the room's, as PROTOCOL#NAME, but "persistent", which has a
/// registered name.
void write_settings_form(StanzaWriter& out, const Reply& reply, const ReadSettings& settings, std::string_view protocol,
                         const Form& own);

/// What is filled in of `own`, by the names that its fields have there.
FilledValues own_values(const SubmittedForm& form, const Form& own, std::string_view protocol);

/// What `form` says, all its fields. Refused (bad-request): a form of another type, a value of the wrong kind.
Answer<RoomSettings> read_settings_form(const SubmittedForm& form, std::string_view protocol);

/// Of what is `wished` only what is not so already; nullopt when that is nothing. What the foreign side has no such
/// thing for is passed over.
std::optional<RoomSettings> changes(const RoomSettings& now, const RoomSettings& wished);

}  // namespace isthmus::xmpp
