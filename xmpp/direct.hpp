#pragma once
// Conversations with one person or with a network as such: chat messages both ways.
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/muc.hpp"

namespace isthmus::xmpp {

class Direct {
 public:
  Direct(const Context& context, Muc& muc) : context_{context}, muc_{muc} {}

  /// A message to a person, a network or the gateway itself.
  void on_message(const Incoming& in, const Name& owner, const Conversation& place);
  /// A presence to one of those: subscriptions are declined, the rest means nothing here.
  void on_presence(const Incoming& in);

  /// `domain`: the one that shows the event's adapter.
  Outcome deliver(Delivery& delivery, const Domain& domain);

 private:
  Outcome deliver_message(const Event& event, const Message& message, const Domain& domain);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Muc& muc_;
};

}  // namespace isthmus::xmpp
