#pragma once
// Conversations with one person, with a network as such, or with the gateway itself: chat messages both ways.
#include "gateway/adapter.hpp"
#include "xmpp/contacts.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/links.hpp"
#include "xmpp/muc.hpp"

namespace isthmus::xmpp {

class Direct {
 public:
  Direct(const Context& context, Muc& muc, Links& links, Contacts& contacts)
      : context_{context}, muc_{muc}, links_{links}, contacts_{contacts} {}

  /// A message to a person, a network or the gateway itself. To a network: each line is a command in the foreign side's
  /// own language. To the gateway: answered with help.
  void on_message(const Incoming& in, const Name& owner, const Conversation& place);
  /// A presence to one of those.
  void on_presence(const Incoming& in, const Name& owner, const Conversation& place);

  /// `domain`: the one that shows the event's adapter.
  Outcome deliver(Delivery& delivery, const Domain& domain);

 private:
  void deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain);
  void deliver_link(const Event& event, const LinkState& state);
  Outcome deliver_said(const Event& event, const Domain& domain);
  std::string_view message_type(const Event& event) const;
  void answer_help(const Incoming& in);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Muc& muc_;
  Links& links_;
  Contacts& contacts_;
};

}  // namespace isthmus::xmpp
