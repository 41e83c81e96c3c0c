#pragma once
// Moderated retraction (XEP-0425): a moderator's <iq/> to the room becomes a Retract event, whose receipt answers it.
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

/// Takes the <iq type='set'/> `in`, whose child `moderate` is. `room` is null when the owner is not in the room. It is
/// answered here when it cannot be passed on, else by answer_moderation().
void ask_moderation(const Context& context, const Incoming& in, Room* room, pugi::xml_node moderate);

/// True when an iq waits for what becomes of `event`.
bool is_moderation(const Event& event);

/// The iq's result or error. `domain` shows the room of the event.
void answer_moderation(const Context& context, const Event& event, const Receipt& receipt, const Domain& domain);

}  // namespace isthmus::xmpp
