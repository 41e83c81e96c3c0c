#include "xmpp/domain.hpp"

#include <utility>

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {

std::string bare_jid(const Domain& domain, const Conversation& place) {
  const auto local = to_local(domain.addresses->text(place));
  return local.empty() ? domain.name : local + "@" + domain.name;
}

std::optional<Conversation> neighbour(const AddressBook& addresses, const Conversation& room, std::string_view native) {
  auto text = addresses.text(room);
  const auto position = text.rfind(room.native.view());
  if (native.empty() || position == std::string::npos) return std::nullopt;
  text.replace(position, room.native.view().size(), native);
  auto found = addresses.parse(text);
  if (!found || found->kind != PlaceKind::room) return std::nullopt;
  return *std::move(found);
}

std::string network_suffix(const Domain& domain, const Conversation& room) {
  auto text = domain.addresses->text(room);
  const auto position = text.rfind(room.native.view());
  if (position == std::string::npos) return {};
  return text.erase(0, position + room.native.view().size());
}

std::string_view PersonJids::of(std::string_view name) {
  text_.assign(name).append(suffix_);
  jid_ = to_local(text_);
  return jid_.append("@").append(domain_);
}

}  // namespace isthmus::xmpp
