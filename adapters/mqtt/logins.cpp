#include "adapters/mqtt/logins.hpp"

#include <algorithm>

namespace isthmus::mqtt {
namespace {

constexpr std::string_view adapter_name = "mqtt";
const Login no_login;

}  // namespace

Logins::Logins(Store& store, NameTable& names) : store_{store} {
  for (const Setting& stored : store.settings()) {
    if (stored.adapter != adapter_name || stored.owner.empty()) continue;
    take_stored(logins_[{names.intern(stored.owner), names.intern(stored.place)}], stored.key, stored.value);
  }
  boost::unordered::erase_if(logins_, [](const auto& item) { return !item.second.is_set(); });
}

const Login& Logins::of(const AccountKey& key) const {
  const auto found = logins_.find(key);
  return found == logins_.end() ? no_login : found->second;
}

bool Logins::set(const AccountKey& key, const Login& login) {
  const auto theirs = std::ranges::count_if(logins_, [&](const auto& item) { return item.first.owner == key.owner; });
  if (login.is_set() && !logins_.contains(key) && static_cast<std::size_t>(theirs) >= max_of_one_user) return false;
  for (auto& [name, value, is_secret] : to_stored(login))
    store_.put(Setting{key.owner.str(), std::string{adapter_name}, key.network.str(), std::string{name},
                       std::move(value), is_secret});
  if (login.is_set()) {
    logins_.insert_or_assign(key, login);
  } else {
    logins_.erase(key);
  }
  return true;
}

void Logins::forget(const Name& owner) {
  boost::unordered::erase_if(logins_, [&](const auto& item) { return item.first.owner == owner; });
}

}  // namespace isthmus::mqtt
