#include "adapters/irc/accounts.hpp"

#include <cassert>
#include <utility>

namespace isthmus::irc {
namespace {

constexpr std::string_view adapter_name = "irc";

// In the store, the place of what is set for a network is its name; for a channel, CHANNEL%NETWORK.
constexpr char separator = '%';

}  // namespace

Accounts::Accounts(Store& store, NameTable& names) : store_{store} {
  boost::unordered_flat_map<Key, Account> read;
  for (const Setting& stored : store.settings()) {
    if (stored.adapter != adapter_name) continue;
    const std::size_t end = stored.place.rfind(separator);
    const bool is_room = end != std::string::npos;
    Account& account =
        read[Key{names.intern(stored.owner), names.intern(is_room ? stored.place.substr(end + 1) : stored.place)}];
    if (is_room) {
      take_stored(account.rooms[stored.place.substr(0, end)], stored.key, stored.value);
    } else {
      take_stored(account, stored.key, stored.value);
    }
  }
  for (auto& [key, account] : read) {
    std::erase_if(account.rooms, [](const auto& room) { return room.second == RoomWish{}; });
    if (account != Account{}) accounts_.emplace(key, std::make_shared<const Account>(std::move(account)));
  }
}

std::shared_ptr<const Account> Accounts::of(const Name& owner, const Name& network) const {
  const auto found = accounts_.find(Key{owner, network});
  return found == accounts_.end() ? no_account() : found->second;
}

void Accounts::put(const Key& key, std::string place, std::string_view name, std::string value, bool is_secret) {
  store_.put(Setting{key.owner.str(), std::string{adapter_name}, std::move(place), std::string{name}, std::move(value),
                     is_secret});
}

void Accounts::store_changes(const Key& key, const Account& before, const Account& now) {
  const auto old_values = to_stored(before);
  auto values = to_stored(now);
  assert(old_values.size() == values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i].value != old_values[i].value)
      put(key, key.network.str(), values[i].key, std::move(values[i].value), values[i].is_secret);
  RoomWishes changed;  // and those that are nothing any more
  for (const auto& [channel, wish] : before.rooms) changed.emplace(channel, RoomWish{});
  for (const auto& [channel, wish] : now.rooms) changed.insert_or_assign(channel, wish);
  for (const auto& [channel, wish] : changed) {
    const auto known = before.rooms.find(channel);
    if (known != before.rooms.end() && known->second == wish) continue;
    for (auto& [name, value] : to_stored(wish))
      put(key, channel + separator + key.network.str(), name, std::move(value));
  }
}

void Accounts::set(const Name& owner, const Name& network, Account account) {
  const Key key{owner, network};
  store_changes(key, *of(owner, network), account);
  refused_.erase(key);
  if (account == Account{}) {
    accounts_.erase(key);
  } else {
    accounts_.insert_or_assign(key, std::make_shared<const Account>(std::move(account)));
  }
}

void Accounts::preset(const Name& owner, const Name& network, Account account) {
  accounts_.insert_or_assign(Key{owner, network}, std::make_shared<const Account>(std::move(account)));
}

void Accounts::forget(const Name& owner) {
  const auto is_theirs = [&](const auto& item) { return item.first.owner == owner; };
  boost::unordered::erase_if(accounts_, is_theirs);
  boost::unordered::erase_if(refused_, is_theirs);
}

void Accounts::refuse(const Name& owner, const Name& network, Refusal why) {
  refused_.insert_or_assign(Key{owner, network}, std::move(why));
}

std::optional<Refusal> Accounts::refusal(const Name& owner, const Name& network) const {
  const auto found = refused_.find(Key{owner, network});
  return found == refused_.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace isthmus::irc
