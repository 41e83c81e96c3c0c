#pragma once
// The lists of who may do what in a room, asked for and changed (XEP-0045 §8.2 to §9.8, §10.3 to §10.8). Pure.
//
// A ban may be a mask, which is nobody's address. It is shown as an item whose nick is the mask, and whose jid, since
// each item of that list must have one (§9.2), is an address that names nobody but brings the mask back when the client
// sends it to take the ban away.
#include <pugixml.hpp>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/rooms.hpp"

namespace isthmus::xmpp {

/// Items of one request.
inline constexpr std::size_t max_admin_items = 50;

/// What a `query` of muc#admin in an iq of type set asks for: all its items at once. Refused: no item or too many
/// (bad-request, policy-violation), an unknown role or affiliation, both or none of them, nobody named (bad-request),
/// an address that is nobody's in the room (item-not-found), a ban of oneself (conflict, §9.1).
Answer<Moderate> read_moderation(pugi::xml_node query, const Room& room);

/// Which list a `query` of muc#admin in an iq of type get asks for: one role, or one affiliation. Refused
/// (bad-request): anything else.
Answer<ReadStandings> read_standings_query(pugi::xml_node query);

/// The list as the answer to that; `place` is the room's.
void write_standings(StanzaWriter& out, const Reply& reply, const ReadStandings& list, const Domain& domain,
                     const Conversation& place);

}  // namespace isthmus::xmpp
