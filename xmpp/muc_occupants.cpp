// What clients see of who is in a room.
#include <algorithm>
#include <optional>
#include <utility>

#include "xmpp/jid.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"

namespace isthmus::xmpp {
namespace {

using State = Occupant::State;

}  // namespace

void Muc::show(const Room& room, PersonJids& people, std::string_view head, const Member& member,
               std::initializer_list<int> codes) {
  const auto id = context_.occupant_ids.element(room.jid, member.name, member.account);
  // Where people and topics are told apart, the user is themself.
  const bool is_owner = room.domain->addresses->has_own_escapes() && member.name == room.nick;
  const Appearance who{
      .member = member, .real_jid = is_owner ? room.owner.view() : people.of(member.name), .occupant = id};
  send(*room.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_available(out, head, room.jid, who, codes); });
}

void Muc::forget(Room& room) {
  persistent_.forget_password(room);
  context_.rooms.remove(room);
}

void Muc::remove(Room& room) {
  const auto owner = room.owner;
  const auto place = room.place;
  forget(room);
  availability_.update(owner, place);
}

void Muc::deliver_roster(const Event& event, Room& room, const Roster& roster) {
  room.nick = roster.self;
  const auto self = std::ranges::find(roster.members, roster.self, &Member::name);
  if (self != roster.members.end()) room.set_account(self->account);
  persistent_.note(room);
  for (auto& occupant : room.occupants) {
    const bool is_meant = event.about.audience.empty() ? !occupant.hears() : occupant.jid == event.about.audience;
    if (is_meant) enter(room, occupant, roster);
  }
  if (room.seldom && !room.has_stale() && !room.has_asked_for_history()) room.seldom->backlog.clear();
}

void Muc::enter(Room& room, Occupant& occupant, const Roster& roster) {
  // The others first, then the client itself, which ends the list (XEP-0045 §7.2.2).
  PersonJids people{*room.domain, room.place};
  const auto head = presence_head(room.jid, occupant.jid);
  const auto tell = [&](const Member& member, std::initializer_list<int> codes) {
    show(room, people, head, member, codes);
  };
  Member self{.name = roster.self, .address = {}};
  for (const auto& member : roster.members) {
    if (member.name == roster.self) {
      self = member;
    } else {
      tell(member, {});
    }
  }
  const bool has_other_nick = !occupant.wanted_nick.empty() && occupant.wanted_nick != roster.self;
  tell(self, {status_non_anonymous, status_self, has_other_nick ? status_nick_changed_by_service : 0});
  occupant.state = State::entered;
  occupant.wanted_nick.clear();
  tell_history(room, occupant);
  occupant.stale = false;
}

void Muc::deliver_info(const Event& event, Room& room, const RoomInfo& info) {
  if (info.settings_changed) {
    for (const auto& occupant : room.occupants) {
      if (!occupant.hears()) continue;
      send(*room.domain, context_.runtime.counters,
           [&](StanzaWriter& out) { write_room_status(out, room.jid, occupant.jid, status_settings_changed); });
    }
  }
  if (info.subject) deliver_subject(event, room, *info.subject);
  if (!info.moved_to.empty()) move(room, info.moved_to);
}

void Muc::deliver_subject(const Event& event, Room& room, const RoomInfo::Subject& subject) {
  const auto& actor = event.about.actor;
  // Whoever set it long ago may be somebody else by now.
  const auto who = actor.name == subject.by ? marks_of(room, actor).occupant : std::string_view{};
  for (auto& occupant : room.occupants) {
    if (!occupant.hears() || (!event.about.audience.empty() && occupant.jid != event.about.audience)) continue;
    const bool is_entering = occupant.state == State::entered;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_subject(out, room.jid, occupant.jid, subject, is_entering, who); });
    occupant.state = State::present;
  }
}

void Muc::deliver_changes(Room& room, const Membership& membership) {
  PersonJids people{*room.domain, room.place};
  for (const auto& change : membership.changes) {
    const bool is_rename = change.kind == Change::Kind::rename;
    for (auto& occupant : room.occupants) {
      if (occupant.hears()) deliver_change(room, people, change, occupant);
    }
    if (!change.self) continue;
    if (is_rename || change.kind == Change::Kind::standing) room.set_account(change.who.account);
    if (is_rename) {
      room.nick = change.new_name;
      persistent_.note(room);
    } else if (change.kind != Change::Kind::standing && change.kind != Change::Kind::join) {
      return remove(room);
    }
  }
}

void Muc::deliver_change(Room& room, PersonJids& people, const Change& change, Occupant& to) {
  const int self = change.self ? status_self : 0;
  const auto gone = [&](Departure who, std::initializer_list<int> codes) {
    const auto id = context_.occupant_ids.element(room.jid, change.who.name, change.who.account);
    who.occupant = id;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_unavailable(out, room.jid, to.jid, who, codes); });
  };
  const auto here = [&](const Member& member) { show(room, people, presence_head(room.jid, to.jid), member, {self}); };
  switch (change.kind) {
    case Change::Kind::join:
    case Change::Kind::standing: return here(change.who);
    case Change::Kind::leave:
    case Change::Kind::lost:
    case Change::Kind::quit:
      // The user did not ask for it, or the room would be gone already: technical problems, then.
      return gone({change.who.name, {}, {}, change.reason}, {self, change.self ? status_technical : 0});
    case Change::Kind::kick: {
      const std::string_view by = change.by.empty() ? std::string_view{"the service"} : std::string_view{change.by};
      Departure removed{change.who.name, {}, by, change.reason};
      removed.is_banned = change.banned;
      return gone(removed, {self, change.banned ? status_banned : status_kicked});
    }
    case Change::Kind::rename: {
      gone({change.who.name, change.new_name, {}, {}}, {self, status_nick_change});
      Member renamed = change.who;
      renamed.name = change.new_name;
      return here(renamed);
    }
  }
}

void Muc::on_link_down(const Event& event, const LinkState& state) {
  const auto rooms = context_.rooms.of(event.about.owner);  // a copy: rooms may go
  for (auto* room : rooms) {
    if (room->place.network != event.about.conversation.network ||
        room->place.adapter != event.about.conversation.adapter)
      continue;
    for (auto& occupant : room->occupants) {
      if (!occupant.hears()) continue;
      send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
        write_unavailable(out, room->jid, occupant.jid, {room->nick, {}, {}, state.reason},
                          {status_self, status_technical});
      });
      occupant.state = State::waiting;
    }
    if (!state.retrying) remove(*room);
  }
}

void Muc::on_stream_down(const Domain& domain) {
  for (auto* room : context_.rooms.all()) {
    if (room->domain != &domain) continue;
    for (auto& occupant : room->occupants) occupant.stale = true;
  }
}

void Muc::say_goodbye(const Domain& domain) {
  for (auto* room : context_.rooms.all()) {
    if (room->domain != &domain) continue;
    for (const auto& occupant : room->occupants) {
      const auto& nick = room->nick.empty() ? occupant.wanted_nick : room->nick;
      send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
        write_unavailable(out, room->jid, occupant.jid, {nick, {}, {}, "The gateway is shutting down."},
                          {status_self, status_shutdown});
      });
    }
  }
}

void Muc::move(Room& room, const std::string& native) {
  const auto to = neighbour(*room.domain->addresses, room.place, native);
  const auto alternate = to ? bare_jid(*room.domain, *to) : std::string{};
  for (const auto& occupant : room.occupants) {
    send(*room.domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_unavailable(out, room.jid, occupant.jid,
                        {.nick = room.nick, .new_nick = {}, .by = {}, .reason = {}, .alternate = alternate},
                        {status_self});
    });
  }
  // The foreign side has the user in the new room already; until a client enters it, nobody is there to hear it.
  if (to && context_.rooms.find(room.owner, *to) == nullptr) {
    Change change{
        .kind = Change::Kind::lost, .who = {}, .self = true, .new_name = {}, .by = {}, .reason = {}, .key = {}};
    context_.runtime.router.emit(context_.make_event(room.owner, *to, {}, Membership{{std::move(change)}}));
  }
  remove(room);
}

}  // namespace isthmus::xmpp
