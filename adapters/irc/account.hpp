#pragma once
// How a user wants to be on a network: what the settings form asks, and what is stored.
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "adapters/irc/room_wish.hpp"
#include "adapters/irc/settings.hpp"
#include "adapters/irc/timing.hpp"
#include "gateway/model/form.hpp"

namespace isthmus::irc {

/// One user's wishes for one network. Every text may be empty.
struct Account {
  std::string nick{};                     // empty: the one that the client enters the first room with
  std::vector<std::string> alternates{};  // nicks to try when it is taken
  std::string user_name{};                // empty: made of the nick
  std::string real_name{};                // empty: the nick
  std::string server_password{};          // for PASS; empty: the operator's, if any
  std::string sasl{};                     // "": none; "auto": the best that the server has; or a mechanism's name
  std::string sasl_account{};             // empty: the nick
  std::string sasl_password{};
  std::vector<std::string> commands{};  // lines to send after the login, before channels are joined
  std::string charset{};                // empty: the network's
  unsigned throttle = 0;                // lines that may be sent at once; 0: as the network is set
  unsigned history = history_on_join;   // messages of the server's history that entering a room brings
  std::string host{};                   // of the server; empty: the network's
  std::uint16_t port = 0;               // 0: the network's
  std::string tls{};                    // "required", "off"; empty: as the network is set
  std::string fingerprint{};            // of the only certificate to trust (TlsWanted)
  std::string identity{};               // our certificate and its key (TlsWanted), for SASL EXTERNAL; in no form
  RoomWishes rooms{};                   // in a form for each room
  friend bool operator==(const Account&, const Account&) = default;
};

/// Of all who have set nothing.
const std::shared_ptr<const Account>& no_account();

/// The settings as a form. Secrets are not in it, only whether there are any. `any_host`: the user may name another
/// server than the network's.
Form to_form(const Account& account, std::string_view network, bool any_host = true);

/// `before` with what the filled-in form says; a secret that is left empty stays, "-" removes it.
std::variant<Account, FormProblem> to_account(const Form& filled, const Account& before);

/// The gateway's own.
Account to_account(const Network::Own& own);

/// `network` as the user wants it. Whoever names a host, a port or no TLS is held to public addresses, and gets neither
/// the operator's password nor the operator's certificates. `any_host` false: nobody may name them.
Network with_account(const Network& network, const Account& account, bool any_host);

/// How an account is stored: a value for each key, empty where it is as in Account{}. "identity" is one of the keys.
struct StoredValue {
  std::string_view key;
  std::string value;
  bool is_secret;
};
std::vector<StoredValue> to_stored(const Account& account);
/// Takes in one of them; what is unknown or out of its limits is left as it is.
void take_stored(Account& account, std::string_view key, std::string_view value);

}  // namespace isthmus::irc
