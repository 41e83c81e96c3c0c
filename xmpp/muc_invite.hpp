#pragma once
// Invitations (XEP-0045 §7.8), mediated and direct (XEP-0249), both ways.
#include "gateway/adapter.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

class MucInvitations {
 public:
  /// Invitations in one message.
  static constexpr std::size_t max_invited = 10;

  explicit MucInvitations(const Context& context) : context_{context} {}

  /// A message to `place`, a room: true when it invites somebody there, or declines, and so is dealt with. People of
  /// the room's network are invited there; anybody else gets the invitation from the room.
  bool on_mediated(const Incoming& in, const Name& owner, const Conversation& place);
  /// A message to `person`: true when it asks them into a room of their network. To other rooms they cannot go: the
  /// message is refused, unless it says so in words too.
  bool on_direct(const Incoming& in, const Name& owner, const Conversation& person);

  /// Somebody was invited, by the event's actor; `room` is null when the owner is not in it. Deferred while the owner
  /// cannot be told.
  Outcome deliver(const Event& event, const Invitation& invitation, const Domain& domain, const Room* room);
  /// What became of an invitation that a client sent: only refusals are told.
  void deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain);

 private:
  void invite(const Incoming& in, const Room& room, pugi::xml_node invite);
  void invite_elsewhere(const Incoming& in, const Room& room, const Jid& to, std::string_view reason);
  void emit(const Incoming& in, const Name& owner, const Conversation& place, std::string who, std::string reason);
  void refuse(const Incoming& in, const Refusal& why);

  const Context& context_;
};

}  // namespace isthmus::xmpp
