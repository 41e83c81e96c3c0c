#pragma once
// All users' own logins, as they are stored.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>

#include "adapters/mqtt/login.hpp"
#include "gateway/model/name.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::mqtt {

/// A user on a broker.
struct AccountKey {
  Name owner;
  Name network;
  friend bool operator==(const AccountKey&, const AccountKey&) = default;
  friend std::size_t hash_value(const AccountKey& key) noexcept {
    return hash_value(key.owner) * 31 + hash_value(key.network);
  }
};

class Logins {
 public:
  static constexpr std::size_t max_of_one_user = 5;

  /// `store` outlives this. Reads what is stored; before the loop runs.
  Logins(Store& store, NameTable& names);

  /// An empty one when there is none.
  const Login& of(const AccountKey& key) const;
  /// False when the owner has too many.
  bool set(const AccountKey& key, const Login& login);
  /// All of that user's, here; the store is told by whoever forgets the rest.
  void forget(const Name& owner);

 private:
  Store& store_;
  boost::unordered_flat_map<AccountKey, Login> logins_;
};

}  // namespace isthmus::mqtt
