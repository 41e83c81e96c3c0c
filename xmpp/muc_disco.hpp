#pragma once
// What a room is and can, by service discovery (XEP-0045 §6.4). Pure.
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/errors.hpp"

namespace isthmus::xmpp {

/// The answer to disco#info. `is_archived`: it has an archive. `settings`: what the network tells of the room; null
/// when it tells nothing.
void write_room_info(StanzaWriter& out, const Reply& reply, Identity identity, std::string_view name,
                     const Capabilities& capabilities, bool is_archived, const ReadSettings* settings);

}  // namespace isthmus::xmpp
