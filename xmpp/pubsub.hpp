#pragma once
// The places of an adapter that have values (Capability::values) as nodes of a publish-subscribe service (XEP-0060) at
// the adapter's domain: subscriptions, items, publishing, and browsing. Nodes come and go by themselves, and each has
// one item at the most, its last value. What is refused has the conditions of XEP-0060.
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/barrier.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/pubsub_subscribers.hpp"
#include "xmpp/requests.hpp"

namespace isthmus::xmpp {

class Pubsub {
 public:
  Pubsub(const Context& context, Requests& requests)
      : context_{context},
        requests_{requests},
        subscribers_{context.runtime.store, context.runtime.names},
        barrier_{context, [](const Event&) {}} {}

  /// A request to `place`. False, and nothing done, when it is none of these; else it is answered, or will be, exactly
  /// once.
  bool on_request(const Incoming& in, const Name& owner, const Conversation& place);
  /// A NewValue: every subscriber hears of it. What the foreign side was promised (QoS 1 and 2) is told again, with its
  /// id, when the stream is lost before the server is known to have routed it.
  Outcome deliver(Delivery& delivery, const Domain& domain);
  /// The foreign side's answer to what on_up() asked.
  void on_watched(const Event& event, const Receipt& receipt, const Domain& domain);

  void on_stream_down(const Domain& domain);
  /// True when `id` is that of a ping by which values are known to be routed.
  bool on_own_ping(const Domain& domain, std::string_view id) { return barrier_.on_return(domain, id); }

  /// That client's own subscriptions end: nobody is there any more.
  void on_client_gone(const Domain& domain, const Name& owner, std::string_view client);
  /// The domain's stream is there (again): all nodes with subscribers are watched.
  void on_up(const Domain& domain);
  /// The user's link to the event's network is up, maybe with another session than before: all nodes of it that have
  /// subscribers are watched.
  void on_link_up(const Event& event, const Domain& domain);
  /// The user is gone; the store is told by whoever forgets the rest.
  void forget(const Name& owner) { subscribers_.forget(owner); }

 private:
  /// A request of XEP-0060: what was asked, and of which node.
  struct Asked {
    const Incoming& in;
    const Name& owner;
    pugi::xml_node action;  // below <pubsub/>
    pugi::xml_node parent;  // <pubsub/>
    Conversation place{};
    std::string node{};
  };
  /// Why a request is refused, with a condition of XEP-0060's own; `feature` goes with "unsupported".
  struct Problem {
    Refusal why;
    std::string_view detail{};
    std::string_view feature{};
  };

  void on_action(Asked& asked);
  void on_owner_action(Asked& asked);
  /// Reads the node; false when it was refused.
  bool find_node(Asked& asked);
  /// The subscriber's address, which is the user's own; empty when it was refused.
  std::string subscriber_of(const Asked& asked);
  void subscribe(Asked& asked);
  void unsubscribe(Asked& asked);
  void answer_subscriptions(Asked& asked);
  /// `are_managed`: asked as whoever manages the node.
  void answer_affiliations(Asked& asked, bool are_managed);
  void answer_items(Asked& asked);
  void publish(Asked& asked);
  void retract(Asked& asked);
  /// Nothing is kept at the node any more; the answer is an empty result.
  void clear(const Asked& asked);
  void browse(const Incoming& in, const Name& owner, const Conversation& asked_at, pugi::xml_node query, bool is_info);
  void refuse(const Incoming& in, const Problem& problem);
  void unsupported(const Incoming& in, std::string_view feature);
  void watch(const Name& owner, const Conversation& place, bool on);
  void tell_ended(const Domain& domain, std::string_view jid, std::string_view node);

  const Context& context_;
  Requests& requests_;
  PubsubSubscribers subscribers_;
  Barrier barrier_;
};

}  // namespace isthmus::xmpp
