#pragma once
// Presence of what is no room (RFC 6121 §3, §4): the gateway, networks and persons as contacts in a roster. The gateway
// is available while it runs, a network while the user's link is up, a person when the network says so. A client that
// says to the gateway that it is there, or goes, is told the same by it (XEP-0100 §4.4, §4.5).
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/links.hpp"
#include "xmpp/logins.hpp"
#include "xmpp/subscriptions.hpp"

namespace isthmus::xmpp {

class Contacts {
 public:
  Contacts(const Context& context, const Links& links)
      : context_{context}, links_{links}, subscriptions_{context.runtime.store} {}

  /// Takes in the subscriptions to `domain` that are stored. Before the loop runs.
  void restore(const Domain& domain) { subscriptions_.restore(domain, context_.runtime.names); }

  /// A presence to `place`, which is no room. Subscriptions are accepted, and never asked for in return; a probe proves
  /// that there is one. The user's own availability means nothing here, but to the gateway itself.
  void on_presence(const Incoming& in, const Name& owner, const Conversation& place);

  /// The owner's link has changed to `state`, which `links` knows already: so does the network's presence, and its
  /// persons are watched for anew, or gone.
  void on_link(const Name& owner, const Conversation& network, const LinkState& state);
  /// The person of the event's conversation is seen as `presence`.
  void on_seen(const Event& event, const Presence& presence);
  /// The foreign side will tell of that person, after it was asked to (Capability::watch).
  void on_watch_granted(const Event& event);
  /// The foreign side will not tell of that person: a new subscription ends, an old one stays and says why.
  void on_watch_refused(const Event& event, const Refusal& why);

  /// The owner has registered with `domain`, which asks for their presence (XEP-0100 §4.1).
  void ask_for_presence(const Domain& domain, const Name& owner);
  /// The owner is registered no more: neither knows of the other's presence (XEP-0100 §4.3).
  void part(const Domain& domain, const Name& owner);
  /// The owner's contacts here are none any more, and hear so; the store is told by whoever forgets the rest.
  void forget(const Name& owner);

  /// The domain's stream is there again: everybody hears how things are.
  void on_up(const Domain& domain);
  /// The gateway ends: everybody hears so.
  void say_goodbye(const Domain& domain);

 private:
  void subscribe(const Incoming& in, const Name& owner, const Conversation& place);
  void unsubscribe(const Incoming& in, const Name& owner, const Conversation& place);
  /// The client is there, or is no more; said to the gateway itself.
  void on_login(const Incoming& in, const Name& owner, const Conversation& gateway);
  void probe(const Incoming& in, const Name& owner, const Conversation& place);
  /// `asked_by`: the client that subscribes and hears of a refusal; empty when the subscription is an old one.
  Subscription* find_or_add(const Incoming& in, const Name& owner, const Conversation& place,
                            std::string_view asked_by);
  /// True when the foreign side itself grants or refuses a subscription to `place`.
  static bool is_granted_there(const Domain& domain, const Name& owner, const Conversation& place);
  void grant(const Subscription& subscription, const Name& owner);
  void watch(const Domain& domain, const Name& owner, const Conversation& person, bool on,
             std::string_view asked_by = {});
  /// As the owner may see it now.
  Presence presence_of(const Name& owner, const Subscription& subscription) const;
  void tell(const Domain& domain, const Conversation& place, std::string_view to, const Presence& presence);
  void tell_type(const Domain& domain, const Conversation& place, std::string_view to, std::string_view type);

  const Context& context_;
  const Links& links_;
  Subscriptions subscriptions_;
  Logins logins_;
};

}  // namespace isthmus::xmpp
