#pragma once
// Stanzas in, stanzas out, without sockets: finds whom a stanza concerns by the domain in its `to`, whatever stream it
// came on (ejabberd spreads a listener's hosts over all its streams), and hands it to rooms, people or queries.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/access.hpp"
#include "gateway/adapter.hpp"
#include "xmpp/commands.hpp"
#include "xmpp/contacts.hpp"
#include "xmpp/context.hpp"
#include "xmpp/direct.hpp"
#include "xmpp/gateway_commands.hpp"
#include "xmpp/links.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/persistent_rooms.hpp"
#include "xmpp/pubsub.hpp"
#include "xmpp/queries.hpp"
#include "xmpp/registrar.hpp"
#include "xmpp/requests.hpp"
#include "xmpp/roll_call.hpp"
#include "xmpp/room_commands.hpp"

namespace isthmus::xmpp {

class Dispatcher {
 public:
  /// `occupant_key`: of the occupant ids (OccupantIds).
  Dispatcher(Runtime& runtime, AdapterId self, Access access, std::function<SystemTime()> now,
             std::string_view occupant_key = {});

  /// Before the first stanza.
  void add(Domain domain);
  const Domain* find(std::string_view domain) const;

  void set_access(Access access) { access_ = std::move(access); }
  void offer_to_administrators(Command command) { offered_.offer_to_administrators(std::move(command)); }
  /// Takes one stanza from a server.
  void dispatch(pugi::xml_node stanza);
  /// A stanza over a limit was skipped; `head` is its start tag alone, or an empty node.
  void on_skipped(pugi::xml_node head, std::string_view why);
  Outcome deliver(Delivery& delivery);
  /// See isthmus::Adapter.
  void on_waiting(Event& event);

  /// True when `domain` sent that ping to itself, to learn how far its stanzas have come.
  bool on_own_ping(const Domain& domain, std::string_view id) {
    return direct_.on_own_ping(domain, id) || pubsub_.on_own_ping(domain, id);
  }

  void on_up(const Domain& domain);
  void on_down(const Domain& domain);
  /// The gateway ends: every client hears so.
  void say_goodbye();

 private:
  void on_message(const Incoming& in, const Name& owner);
  void on_presence(const Incoming& in, const Name& owner);
  void on_iq(const Incoming& in, const Name& owner);
  void refuse(const Incoming& in, const Refusal& why);
  const Domain* find(AdapterId id) const;
  /// Everything of that user, here and wherever the foreign sides and the store keep it.
  void forget(const Name& owner);

  Runtime& runtime_;
  Access access_;
  Rooms rooms_;
  OccupantIds occupant_ids_;
  Context context_;
  PersistentRooms persistent_;
  Undelivered undelivered_;
  Requests requests_;
  Pubsub pubsub_;
  Muc muc_;
  Links links_;
  Contacts contacts_;
  Registrar registrar_;
  RoomCommands room_commands_;
  GatewayCommands offered_;
  Direct direct_;
  Queries queries_;
  Commands commands_;
  RollCall roll_call_;
  std::vector<std::unique_ptr<Domain>> domains_;  // few: one for each component
  Jid from_;                                      // of the stanza that is being handled; members for their storage
  Jid to_;
};

}  // namespace isthmus::xmpp
