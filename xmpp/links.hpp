#pragma once
// How each user's sessions on networks stand, as their adapters said last.
#include <boost/unordered/unordered_flat_map.hpp>
#include <string>

#include "gateway/model/event.hpp"

namespace isthmus::xmpp {

struct Link {
  LinkState::State state = LinkState::State::down;
  Rare<std::string> status;       // readable; none: there is nothing to say
  Rare<SystemTime> console_used;  // when the user last wrote to the network itself
};

/// Only links that are up, come up or will be tried again are known. Any place on a network names its link.
class Links {
 public:
  /// nullptr: the user has no session there.
  const Link* find(const Name& owner, const Conversation& place) const;
  bool is_up(const Name& owner, const Conversation& place) const;
  /// False when a link that was not known is down, which is no news.
  bool change(const Name& owner, const Conversation& place, const LinkState& state);
  /// The user wrote to the network itself; for nothing where the link is not known.
  void use_console(const Name& owner, const Conversation& place, SystemTime now);

 private:
  struct Key {
    Name owner;
    AdapterId adapter;
    Name network;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return hash_value(key.owner) * 31 + hash_value(key.network) + static_cast<std::size_t>(key.adapter);
    }
  };
  boost::unordered_flat_map<Key, Link, KeyHash> links_;
};

/// What a link's state is called in front of people; empty when it is up.
std::string status_text(const LinkState& state);

}  // namespace isthmus::xmpp
