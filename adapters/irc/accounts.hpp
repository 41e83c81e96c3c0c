#pragma once
// What all users have set, as it is stored; and which of them a network would not let in with that. One for all irc
// components, since a network's name means the same network in each.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <string>

#include "adapters/irc/account.hpp"
#include "gateway/model/name.hpp"
#include "gateway/model/refusal.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::irc {

class Accounts {
 public:
  /// `store` outlives this. Reads what is stored; before the loop runs.
  Accounts(Store& store, NameTable& names);

  /// The wishes of `owner` for `network`; empty ones when nothing was ever set. Never null.
  std::shared_ptr<const Account> of(const Name& owner, const Name& network) const;
  /// Lifts a refusal, too.
  void set(const Name& owner, const Name& network, Account account);
  /// The same for one that the configuration sets: the store hears nothing of it.
  void preset(const Name& owner, const Name& network, Account account);
  /// All of that user's, here; the store is told by whoever forgets the rest.
  void forget(const Name& owner);

  /// The network will not have the user as the settings are: nothing is to be tried until they change.
  void refuse(const Name& owner, const Name& network, Refusal why);
  std::optional<Refusal> refusal(const Name& owner, const Name& network) const;

 private:
  struct Key {
    Name owner;
    Name network;
    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) noexcept {
      return hash_value(key.owner) * 31 + hash_value(key.network);
    }
  };
  void store_changes(const Key& key, const Account& before, const Account& now);
  void put(const Key& key, std::string place, std::string_view name, std::string value, bool is_secret = false);

  Store& store_;
  boost::unordered_flat_map<Key, std::shared_ptr<const Account>> accounts_;
  boost::unordered_flat_map<Key, Refusal> refused_;
};

}  // namespace isthmus::irc
