#pragma once
// Conversations with one person, with a network as such, or with the gateway itself: chat messages both ways.
#include <optional>
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/barrier.hpp"
#include "xmpp/contacts.hpp"
#include "xmpp/context.hpp"
#include "xmpp/gateway_commands.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/links.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/undelivered.hpp"

namespace isthmus::xmpp {

class Direct {
 public:
  Direct(const Context& context, Muc& muc, Links& links, Contacts& contacts, const GatewayCommands& commands,
         Undelivered& undelivered)
      : context_{context},
        muc_{muc},
        links_{links},
        contacts_{contacts},
        commands_{commands},
        undelivered_{undelivered},
        barrier_{context, [this](const Event& event) { undelivered_.done(event); }} {}

  /// A message to a person, a network or the gateway itself. To the gateway and to a network: a command in words
  /// (dialogue.hpp). Whatever else is said to a network is a command in the foreign side's own language, each line one;
  /// to the gateway, it is answered with help.
  void on_message(const Incoming& in, const Name& owner, const Conversation& place);
  /// True when the message is a command in words at `place`: it is answered then. At a network, "in ROOM" before it
  /// makes it one of that room (dialogue.hpp).
  bool on_words(const Incoming& in, const Name& owner, const Conversation& place);
  /// A presence to one of those.
  void on_presence(const Incoming& in, const Name& owner, const Conversation& place);

  /// `domain`: the one that shows the event's adapter.
  Outcome deliver(Delivery& delivery, const Domain& domain);

  /// It waits for the domain's stream.
  void on_waiting(Event& event, const Domain& domain);

  /// What was said to users and may be lost with the domain's stream is said again when it is back.
  void on_stream_down(const Domain& domain);
  /// True when `domain` sent that ping to itself: what was said before it has arrived.
  bool on_own_ping(const Domain& domain, std::string_view id) { return barrier_.on_return(domain, id); }

 private:
  void deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain);
  void deliver_link(const Event& event, const LinkState& state);
  Outcome deliver_said(Delivery& delivery, const Domain& domain);
  std::string_view message_type(const Event& event) const;
  void answer(const Incoming& in, std::string_view text);
  std::string help(const Domain& domain) const;
  /// What to answer to a command in words; nullopt when `text` is none.
  std::optional<std::string> words(const Domain& domain, const Name& owner, const Conversation& place,
                                   std::string_view text) const;
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
  Muc& muc_;
  Links& links_;
  Contacts& contacts_;
  const GatewayCommands& commands_;
  Undelivered& undelivered_;
  Barrier barrier_;
};

}  // namespace isthmus::xmpp
