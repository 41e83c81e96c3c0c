#pragma once
// How a user wants to be on a network: what the settings form asks, and what is stored.
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/model/form.hpp"
#include "gateway/model/name.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::irc {

/// One user's wishes for one network. Everything may be empty.
struct Account {
  std::string nick;                     // empty: the one that the client enters the first room with
  std::vector<std::string> alternates;  // nicks to try when it is taken
  std::string user_name;                // empty: made of the nick
  std::string real_name;                // empty: the nick
  std::string server_password;          // for PASS; empty: the operator's, if any
  std::string sasl;                     // "": none; "auto": the best that the server has; or a mechanism's name
  std::string sasl_account;             // empty: the nick
  std::string sasl_password;
  std::vector<std::string> commands;  // lines to send after the login, before channels are joined
  friend bool operator==(const Account&, const Account&) = default;
};

/// The settings as a form. Secrets are not in it, only whether there are any.
Form to_form(const Account& account, std::string_view network);

/// `before` with what the filled-in form says; a secret that is left empty stays, "-" removes it.
std::variant<Account, FormProblem> to_account(const Form& filled, const Account& before);

/// Everybody's, as they are stored.
class Accounts {
 public:
  /// `store` outlives this. Reads what is stored; before the loop runs.
  Accounts(Store& store, NameTable& names);

  /// The wishes of `owner` for `network`; empty ones when nothing was ever set.
  const Account& of(const Name& owner, const Name& network) const;
  void set(const Name& owner, const Name& network, Account account);

 private:
  struct Key {
    Name owner;
    Name network;
    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) noexcept {
      return hash_value(key.owner) * 31 + hash_value(key.network);
    }
  };
  Store& store_;
  boost::unordered_flat_map<Key, Account> accounts_;
};

}  // namespace isthmus::irc
