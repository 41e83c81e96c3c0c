#pragma once
// Rooms (XEP-0045, the service's side): what clients ask of them becomes events, and events become what clients see.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "gateway/adapter.hpp"
#include "xmpp/availability.hpp"
#include "xmpp/context.hpp"
#include "xmpp/incoming.hpp"
#include "xmpp/muc_invite.hpp"
#include "xmpp/persistent_rooms.hpp"
#include "xmpp/undelivered.hpp"

namespace isthmus::xmpp {

class Muc {
 public:
  Muc(const Context& context, PersistentRooms& persistent, Undelivered& undelivered)
      : context_{context},
        persistent_{persistent},
        undelivered_{undelivered},
        availability_{context},
        invitations_{context} {}

  // From clients. `owner` is the sender's bare JID.
  /// A presence to `place`, a room.
  void on_presence(const Incoming& in, const Name& owner, const Conversation& place);
  /// A groupchat message; `room` is null when the owner is not in the room it is addressed to.
  void on_groupchat(const Incoming& in, Room* room);
  /// A private message to an occupant.
  void on_private(const Incoming& in, const Name& owner, Room* room);
  /// Messages that invite somebody (MucInvitations::on_mediated, on_direct); false when it is none of those.
  bool on_invitation(const Incoming& in, const Name& owner, const Conversation& place) {
    if (place.kind == PlaceKind::room) return invitations_.on_mediated(in, owner, place);
    return place.kind == PlaceKind::direct && invitations_.on_direct(in, owner, place);
  }
  /// The owner of that room stays in it without clients no more: when none is there, the room is left.
  void on_not_staying(Room& room);
  /// The client is gone: it leaves every room, without a word to it. `from` bounces and unanswered pings.
  void on_client_gone(const Name& owner, std::string_view client);

  // From the router: events of rooms, and receipts for what the above emitted.
  Outcome deliver(Delivery& delivery, const Domain& domain);
  /// The owner's link to that network was lost or given up.
  void on_link_down(const Event& event, const LinkState& state);

  /// A private message from a person to whom the owner wrote through a room is shown there. False when there is no such
  /// room.
  bool deliver_private(const Event& event);
  /// The occupant's address under which the owner last wrote to `event`'s person; nullopt when that was not through a
  /// room.
  std::optional<std::string> private_address(const Event& event) const;
  /// The owner wrote to that person directly: answers come from there again.
  void forget_private(const Name& owner, const Conversation& person);

  /// The domain's stream was lost: from now on its rooms keep what is said until each client has entered anew.
  void on_stream_down(const Domain& domain);
  /// The gateway ends: every client hears so (status 332).
  void say_goodbye(const Domain& domain);

 private:
  void join(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node muc_x);
  void leave(const Incoming& in, Room& room);
  /// `client`: who left it last; may be empty.
  void leave_when_empty(Room& room, std::string_view client, std::string reason);
  void rename(const Incoming& in, Room& room);
  void refuse(const Incoming& in, std::string_view kind, const Refusal& why) const;
  EventPtr make_event(const Incoming& in, const Room& room, Payload&& what) const;

  void deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain);
  void deliver_join_refused(const Event& event, const Change& join, const Refusal& why, const Domain& domain);
  void deliver_roster(const Event& event, Room& room, const Roster& roster);
  void deliver_info(const Event& event, Room& room, const RoomInfo& info);
  void deliver_subject(const Event& event, Room& room, const RoomInfo::Subject& subject);
  void deliver_said(EventPtr& event, Room& room);
  void deliver_changes(Room& room, const Membership& membership);
  void deliver_change(Room& room, PersonJids& people, const Change& change, Occupant& to);
  void reflect(const Event& event, Room& room);
  void enter(Room& room, Occupant& occupant, const Roster& roster);
  /// `member` is there, as the client of `head` (presence_head()) sees it. `people` are those of `room`.
  void show(const Room& room, PersonJids& people, std::string_view head, const Member& member,
            std::initializer_list<int> codes);
  /// The room goes on under another name: everybody is told which.
  void move(Room& room, const std::string& native);
  void remove(Room& room);
  void forget(Room& room);
  // muc_history.cpp: what was said before
  /// Asks the archive for what the client wants to hear, and emits `join` when it has answered.
  void enter_with_history(EventPtr join, Room& room, Occupant& occupant);
  void on_history(EventPtr join, ArchiveAnswer found);
  void tell_history(Room& room, Occupant& occupant);
  void tell_archived(const Room& room, const Occupant& occupant, const Archived& row);
  /// Less what was told already (ids).
  void tell_backlog(Room& room, const Occupant& occupant, const std::unordered_set<std::string>& told);

  /// What `event` says, to `only`, or, where that is null, to every client that hears the room.
  void tell(const Event& event, const Room& room, const Occupant* only, std::optional<SystemTime> delayed);
  /// Of who spoke; good until the call after the next.
  OccupantIds::Marks marks_of(const Room& room, const Actor& actor) const;

  /// The nick under which the owner wrote to that person through `room`; null when they did not.
  static const std::string* private_nick(const Room& room, const Conversation& person);
  /// The room through which the owner last wrote to that person; null when directly.
  Room* private_room(const Name& owner, const Conversation& person) const;

  const Context& context_;
  PersistentRooms& persistent_;
  Undelivered& undelivered_;
  Availability availability_;
  MucInvitations invitations_;
};

}  // namespace isthmus::xmpp
