#pragma once
// Whether a user is there for a network: the presences of all their clients in its rooms as one (XEP-0045 §7.7).
// Somebody is away only when all their clients are.
#include <boost/unordered/unordered_flat_map.hpp>
#include <pugixml.hpp>
#include <string>

#include "xmpp/context.hpp"

namespace isthmus::xmpp {

/// <show/> and <status/> of a client's presence; nothing where it is merely available. What is said of it is one line;
/// what cannot be one is left out.
Rare<Presence> read_availability(pugi::xml_node presence);

class Availability {
 public:
  explicit Availability(const Context& context) : context_{context} {}

  /// A client of `owner` came to a room of `place`'s network, left one, or says otherwise what it does. When that makes
  /// a difference, one Presence event tells the network so: that of the client that is most there, or `gone` while
  /// rooms wait for a client to come back.
  void update(const Name& owner, const Conversation& place);

 private:
  struct Key {
    Name owner;
    Conversation network;
    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) noexcept {
      return isthmus::hash_value(key.network) * 31 + hash_value(key.owner);
    }
  };
  struct Hash {
    std::size_t operator()(const Key& key) const noexcept { return hash_value(key); }
  };

  Presence combined(const Key& key) const;

  const Context& context_;
  boost::unordered_flat_map<Key, Presence, Hash> told_;  // of those who are not merely available
};

}  // namespace isthmus::xmpp
