#pragma once
// Who wants to know of whose presence (RFC 6121 §3), rooms apart. Kept in the store; those that it does not know are
// learnt from the probes that a user's server sends when the user comes online.
#include <boost/unordered/unordered_flat_map.hpp>
#include <span>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/store/store.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

struct Subscription {
  const Domain* domain = nullptr;
  Conversation place;
  Rare<Presence> presence{};  // of a person, as they were seen last; none: not known
};

class Subscriptions {
 public:
  static constexpr std::size_t max_of_one_user = 500;

  /// `store` outlives this.
  explicit Subscriptions(Store& store) : store_{store} {}

  /// Takes in what is stored for `domain`. Before the loop runs.
  void restore(const Domain& domain, NameTable& names);

  /// Good until one of the owner's is added or removed; nullptr when there is none.
  Subscription* find(const Name& owner, const Conversation& place);
  /// nullptr when the owner has too many already. There must be none for that owner and place.
  Subscription* add(const Domain& domain, const Name& owner, const Conversation& place);
  /// False when there was none.
  bool remove(const Name& owner, const Conversation& place);

  using List = std::vector<Subscription>;
  /// Gives all of the owner's out of hand, here, not in the store.
  List forget(const Name& owner);
  std::span<Subscription> of(const Name& owner);
  const boost::unordered_flat_map<Name, List>& all() const { return by_owner_; }

 private:
  Store& store_;
  boost::unordered_flat_map<Name, List> by_owner_;
};

}  // namespace isthmus::xmpp
