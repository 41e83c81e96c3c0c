#include "xmpp/subscriptions.hpp"

#include <algorithm>
#include <utility>

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {

void Subscriptions::restore(const Domain& domain, NameTable& names) {
  for (const auto& stored : store_.subscriptions()) {
    const auto address = parse_jid(stored.address);
    if (!address || address->domain() != domain.name) continue;
    const auto place = place_of(domain, address->local());
    if (place) by_owner_[names.intern(stored.owner)].push_back({&domain, *place});
  }
}

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
  store_.put(StoredSubscription{owner.str(), bare_jid(domain, place)});
  return &list.back();
}

bool Subscriptions::remove(const Name& owner, const Conversation& place) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return false;
  const auto found = std::ranges::find(list->second, place, &Subscription::place);
  if (found == list->second.end()) return false;
  store_.remove(StoredSubscription{owner.str(), bare_jid(*found->domain, place)});
  list->second.erase(found);
  if (list->second.empty()) by_owner_.erase(list);
  return true;
}

Subscriptions::List Subscriptions::forget(const Name& owner) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return {};
  List all = std::move(list->second);
  by_owner_.erase(list);
  return all;
}

std::span<Subscription> Subscriptions::of(const Name& owner) {
  const auto list = by_owner_.find(owner);
  if (list == by_owner_.end()) return {};
  return list->second;
}

}  // namespace isthmus::xmpp
