#include "xmpp/domain.hpp"

#include <utility>

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {

std::string local_of(const Domain& domain, std::string_view text) {
  return domain.addresses->has_own_escapes() ? to_escaped_local(text) : to_local(text);
}

Answer<Conversation> place_of(const Domain& domain, std::string_view local) {
  return domain.addresses->parse(domain.addresses->has_own_escapes() ? from_escaped_local(local) : from_local(local));
}

std::string bare_jid(const Domain& domain, const Conversation& place) {
  const auto local = local_of(domain, domain.addresses->text(place));
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

std::optional<Conversation> room_on(const AddressBook& addresses, const Conversation& network, const Name& native) {
  auto found = addresses.parse(addresses.text({network.adapter, PlaceKind::room, network.network, native}));
  if (!found || found->kind != PlaceKind::room || found->network != network.network) return std::nullopt;
  return *std::move(found);
}

std::string network_suffix(const Domain& domain, const Conversation& room) {
  auto text = domain.addresses->text(room);
  const auto position = text.rfind(room.native.view());
  if (position == std::string::npos) return {};
  return text.erase(0, position + room.native.view().size());
}

PersonJids::PersonJids(const Domain& domain, const Conversation& room)
    : domain_{domain},
      room_{room},
      suffix_{network_suffix(domain, room)},
      asks_{domain.addresses->has_own_escapes() || !domain.addresses->text(room).starts_with(room.native.view())} {}

std::string_view PersonJids::of(std::string_view name) {
  if (asks_) {
    const auto person = domain_.addresses->person(room_, name);
    jid_ = person ? bare_jid(domain_, *person) : std::string{};
    return jid_;
  }
  text_.assign(name).append(suffix_);
  jid_ = local_of(domain_, text_);
  return jid_.append("@").append(domain_.name);
}

}  // namespace isthmus::xmpp
