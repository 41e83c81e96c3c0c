#pragma once
// Nodes of the publish-subscribe view (XEP-0060): "network/native name", as it is, without escapes. A network's name
// holds no slash, so the first one parts them. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "gateway/model/event.hpp"
#include "gateway/model/name.hpp"

namespace isthmus::xmpp {

inline constexpr std::size_t max_node = 2'048;  // bytes

/// The place that `node` names: a network, or one of its places, which need not be there. nullopt when it is too long
/// or names no network, as the empty text does.
std::optional<Conversation> place_of_node(std::string_view node, AdapterId adapter, NameTable& names);

/// The node of `native`, a place of `network`.
std::string node_of(std::string_view network, std::string_view native);
/// The node of a network or of one of its places.
std::string node_of(const Conversation& place);

}  // namespace isthmus::xmpp
