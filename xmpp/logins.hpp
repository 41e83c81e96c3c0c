#pragma once
// Clients that have told the gateway itself that they are there, and so are told that it is (XEP-0100 §4.4 and §4.5).
// Only the first presence of a client counts: else two gateways could greet each other for ever.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/name.hpp"

namespace isthmus::xmpp {

class Logins {
 public:
  /// Of one user, at all gateways; the oldest is forgotten when there is one more.
  static constexpr std::size_t max_of_one_user = 32;

  /// False when `client` (a full JID) is known to be there already. `gateway`: the domain's name.
  bool came(const Name& owner, std::string_view gateway, std::string_view client);
  /// False when it is not known to be there.
  bool went(const Name& owner, std::string_view gateway, std::string_view client);
  void forget(const Name& owner) { clients_.erase(owner); }

 private:
  struct Client {
    std::string gateway;
    std::string jid;
    friend bool operator==(const Client&, const Client&) = default;
  };
  boost::unordered_flat_map<Name, std::vector<Client>> clients_;  // the oldest first
};

}  // namespace isthmus::xmpp
