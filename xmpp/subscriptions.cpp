#include "xmpp/subscriptions.hpp"

#include <algorithm>

namespace isthmus::xmpp {

Subscription* Subscriptions::find(const Name& owner, const Conversation& place) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return nullptr;
  const auto found = std::ranges::find(list->second, place, &Subscription::place);
  return found == list->second.end() ? nullptr : &*found;
}

Subscription* Subscriptions::add(const Domain& domain, const Name& owner, const Conversation& place) {
  auto& list = by_owner_[owner];
  if (list.size() == max_of_one_user) return nullptr;
  list.push_back({&domain, place});
  return &list.back();
}

bool Subscriptions::remove(const Name& owner, const Conversation& place) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return false;
  const auto removed = std::erase_if(list->second, [&](const Subscription& one) { return one.place == place; });
  if (list->second.empty()) by_owner_.erase(list);
  return removed != 0;
}

std::span<Subscription> Subscriptions::of(const Name& owner) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return {};
  return list->second;
}

}  // namespace isthmus::xmpp
