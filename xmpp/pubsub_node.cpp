#include "xmpp/pubsub_node.hpp"

namespace isthmus::xmpp {

std::optional<Conversation> place_of_node(std::string_view node, AdapterId adapter, NameTable& names) {
  const auto slash = node.find('/');
  const auto network = node.substr(0, slash);
  if (node.size() > max_node || network.empty()) return std::nullopt;
  if (slash == std::string_view::npos) return Conversation{adapter, PlaceKind::network, names.intern(network), {}};
  return Conversation{adapter, PlaceKind::direct, names.intern(network), names.intern(node.substr(slash + 1))};
}

std::string node_of(std::string_view network, std::string_view native) {
  std::string node{network};
  return node.append("/").append(native);
}

std::string node_of(const Conversation& place) {
  if (place.kind == PlaceKind::network) return place.network.str();
  return node_of(place.network.view(), place.native.view());
}

}  // namespace isthmus::xmpp
