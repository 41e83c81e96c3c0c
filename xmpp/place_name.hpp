#pragma once
// What people call a place.
#include <string>

#include "gateway/adapter.hpp"

namespace isthmus::xmpp {

/// Its own name on its network, "#lounge", which clients show in lists and titles; the text of its address where it has
/// none that can be shown. The network's own is its name, the gateway's "isthmus".
std::string place_name(const AddressBook& book, const Conversation& place);

}  // namespace isthmus::xmpp
