#pragma once
// How a name that people know becomes an address: jabber:iq:gateway (XEP-0100 §6.3). Clients ask what to ask the user
// for, and then for the address of what the user typed.
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

/// True when `in`, a request to `place`, the gateway or a network, is such a question: it is answered then. What names
/// nothing is answered with what the address book says of it.
bool answer_address_prompt(const Context& context, const Incoming& in, const Conversation& place);

}  // namespace isthmus::xmpp
