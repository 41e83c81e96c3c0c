#pragma once
// Conversations with one person, with a network as such, or with the gateway itself: chat messages both ways.
#include "gateway/adapter.hpp"
#include "xmpp/contacts.hpp"
#include "xmpp/context.hpp"
#include "xmpp/gateway_commands.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/links.hpp"
#include "xmpp/muc.hpp"

namespace isthmus::xmpp {

class Direct {
 public:
  Direct(const Context& context, Muc& muc, Links& links, Contacts& contacts, const GatewayCommands& commands)
      : context_{context}, muc_{muc}, links_{links}, contacts_{contacts}, commands_{commands} {}

  /// A message to a person, a network or the gateway itself. To the gateway and to a network: a command in words
  /// (dialogue.hpp). Whatever else is said to a network is a command in the foreign side's own language, each line one;
  /// to the gateway, it is answered with help.
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
  void answer(const Incoming& in, std::string_view text);
  std::string help(const Domain& domain) const;
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Muc& muc_;
  Links& links_;
  Contacts& contacts_;
  const GatewayCommands& commands_;
};

}  // namespace isthmus::xmpp
