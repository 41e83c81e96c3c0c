// What clients see of rooms.
#include <algorithm>
#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

using State = Occupant::State;

/// What the owner's clients may know of a member: the address of the person, as the gateway would be written to.
std::string real_jid(const Room& room, const Member& member) {
  const auto person = room.domain->addresses->person(room.place, member.name);
  if (!person) return {};
  return to_local(room.domain->addresses->text(*person)) + "@" + room.domain->name;
}

bool hears(const Occupant& occupant) { return occupant.state == State::present || occupant.state == State::entered; }

/// The address of `native`, the foreign name of another room on the same network.
std::string alternate_uri(const Room& room, const Conversation& place, const std::string& native) {
  if (native.empty()) return {};
  const auto text = room.domain->addresses->text(place);
  const auto position = text.rfind(place.native.view());
  if (position == std::string::npos) return {};
  std::string other = text;
  other.replace(position, place.native.view().size(), native);
  return "xmpp:" + to_local(other) + "@" + room.domain->name + "?join";
}

}  // namespace

Outcome Muc::deliver(Delivery& delivery) {
  auto& event = *delivery.event;
  if (delivery.receipt) {
    deliver_receipt(event, *delivery.receipt);
    return Accepted{};
  }
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (room == nullptr) return Accepted{};  // left meanwhile
  std::visit(overloaded{
                 [&](const Message& message) { deliver_message(delivery.event, *room, message); },
                 [&](const Membership& membership) { deliver_changes(*room, membership); },
                 [&](const Roster& roster) { deliver_roster(event, *room, roster); },
                 [&](const RoomInfo& info) { deliver_info(event, *room, info); }, [&](const Edit&) {},
                 [&](const Retract&) {}, [&](const Reactions&) {}, [&](const Typing&) {}, [&](const Displayed&) {},
                 [&](const Presence&) {}, [&](const Watch&) {}, [&](const Invitation&) {}, [&](const Request&) {},
                 [&](const LinkState&) {},  // concerns a network, not one room
             },
             event.what);
  return Accepted{};
}

void Muc::deliver_receipt(const Event& event, const Receipt& receipt) {
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (room == nullptr) return;
  const auto* message = std::get_if<Message>(&event.what);
  if (!receipt.refused) {
    if (message != nullptr) reflect(event, *room, *message);
    return;
  }
  const auto& why = *receipt.refused;
  const auto& client = event.about.audience;
  const auto* membership = std::get_if<Membership>(&event.what);
  if (membership == nullptr) {
    send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "message", {room->jid, client, native_id(event, id_scheme)}, why);
    });
    return;
  }
  const auto& change = membership->changes.front();
  if (change.kind == Change::Kind::join) return deliver_join_refused(event, *room, why);
  if (change.kind != Change::Kind::rename) return;
  send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "presence", {occupant_jid(room->jid, change.new_name), client, native_id(event, id_scheme)}, why);
  });
}

void Muc::deliver_join_refused(const Event& event, Room& room, const Refusal& why) {
  const auto& client = event.about.audience;
  auto* occupant = room.find(client);
  if (occupant == nullptr) return;
  send(*room.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "presence", {occupant_jid(room.jid, occupant->wanted_nick), client, native_id(event, id_scheme)},
                why, alternate_uri(room, room.place, why.alternate));
  });
  std::erase_if(room.occupants, [&](const Occupant& other) { return other.jid == client; });
  if (room.occupants.empty()) context_.rooms.remove(room);
}

void Muc::reflect(const Event& event, Room& room, const Message& message) {
  const Ref ref{event};
  const RoomMessage said{.nick = room.nick,
                         .id = native_id(event, id_scheme),
                         .origin_id = native_id(event, origin_scheme),
                         .stanza_id = ref.view(),
                         .occupant = context_.occupant_ids.speaker(room.jid, room.nick, room.account),
                         .message = message,
                         .delayed = {}};
  for (const auto& occupant : room.occupants) {
    if (!hears(occupant)) continue;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
  }
}

void Muc::deliver_message(EventPtr& event, Room& room, const Message& message) {
  const auto id = to_hex(event->about.id);
  const Ref ref{*event};
  const RoomMessage said{.nick = event->about.actor.name,
                         .id = {id.data(), id.size()},
                         .origin_id = {},
                         .stanza_id = ref.view(),
                         .occupant = occupant_of(room, event->about.actor),
                         .message = message,
                         .delayed = event->about.at};
  const bool is_up = room.domain->outlet->is_up();
  for (const auto& occupant : room.occupants) {
    if (!is_up || !hears(occupant)) continue;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
  }
  if (is_up && !room.occupants.empty()) return;
  if (room.backlog.size() == Room::max_backlog) {
    room.backlog.erase(room.backlog.begin());
    context_.runtime.counters.add("messages_dropped", "room_backlog_full");
  }
  room.backlog.push_back(std::move(event));
}

void Muc::deliver_roster(const Event& event, Room& room, const Roster& roster) {
  room.nick = roster.self;
  for (auto& occupant : room.occupants) {
    const bool is_meant = event.about.audience.empty() ? !hears(occupant) : occupant.jid == event.about.audience;
    if (is_meant) enter(room, occupant, roster);
  }
  if (!room.has_stale()) room.backlog.clear();
}

void Muc::enter(Room& room, Occupant& occupant, const Roster& roster) {
  // The others first, then the client itself, which ends the list (XEP-0045 §7.2.2).
  const auto tell = [&](const Member& member, std::initializer_list<int> codes) {
    const auto address = real_jid(room, member);
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_available(out, room.jid, occupant.jid, member, address, codes); });
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

std::string_view Muc::occupant_of(const Room& room, const Actor& actor) const {
  // What the room itself says is nobody's.
  if (actor.name.empty()) return {};
  return context_.occupant_ids.speaker(room.jid, actor.name, actor.account);
}

void Muc::tell_history(Room& room, const Occupant& occupant) {
  const HistoryWish wish = occupant.history ? *occupant.history : HistoryWish{};
  const auto& backlog = room.backlog;
  std::size_t characters = 0;
  std::size_t first = backlog.size();
  while (first > 0) {  // the newest that the wish allows
    const auto& event = *backlog[first - 1];
    const auto& message = std::get<Message>(event.what);
    characters += message.text.size();
    if (wish.max_stanzas && backlog.size() - first >= *wish.max_stanzas) break;
    if (wish.max_chars && characters > *wish.max_chars) break;
    if (wish.since && event.about.received_at < *wish.since) break;
    --first;
  }
  for (; first < backlog.size(); ++first) {
    const auto& event = *backlog[first];
    const auto id = to_hex(event.about.id);
    const Ref ref{event};
    const RoomMessage said{.nick = event.about.actor.name,
                           .id = {id.data(), id.size()},
                           .origin_id = {},
                           .stanza_id = ref.view(),
                           .occupant = occupant_of(room, event.about.actor),
                           .message = std::get<Message>(event.what),
                           .delayed = event.about.at.value_or(event.about.received_at)};
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
  }
}

void Muc::deliver_info(const Event& event, Room& room, const RoomInfo& info) {
  if (!info.subject) return;
  for (auto& occupant : room.occupants) {
    if (!hears(occupant) || (!event.about.audience.empty() && occupant.jid != event.about.audience)) continue;
    const bool is_entering = occupant.state == State::entered;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_subject(out, room.jid, occupant.jid, *info.subject, is_entering); });
    occupant.state = State::present;
  }
}

void Muc::deliver_changes(Room& room, const Membership& membership) {
  for (const auto& change : membership.changes) {
    const bool is_rename = change.kind == Change::Kind::rename;
    for (auto& occupant : room.occupants) {
      if (hears(occupant)) deliver_change(room, change, occupant);
    }
    if (!change.self) continue;
    if (is_rename) {
      room.nick = change.new_name;
    } else if (change.kind != Change::Kind::standing && change.kind != Change::Kind::join) {
      return context_.rooms.remove(room);
    }
  }
}

void Muc::deliver_change(Room& room, const Change& change, Occupant& to) {
  const auto tell = [&](auto&& write) { send(*room.domain, context_.runtime.counters, write); };
  const int self = change.self ? status_self : 0;
  const auto gone = [&](Departure who, std::initializer_list<int> codes) {
    tell([&](StanzaWriter& out) { write_unavailable(out, room.jid, to.jid, who, codes); });
  };
  const auto here = [&](const Member& member) {
    const auto address = real_jid(room, member);
    tell([&](StanzaWriter& out) { write_available(out, room.jid, to.jid, member, address, {self}); });
  };
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
      return gone({change.who.name, {}, by, change.reason}, {self, status_kicked});
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
      if (!hears(occupant)) continue;
      send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
        write_unavailable(out, room->jid, occupant.jid, {room->nick, {}, {}, state.reason},
                          {status_self, status_technical});
      });
      occupant.state = State::waiting;
    }
    if (!state.retrying) context_.rooms.remove(*room);
  }
}

Room* Muc::private_room(const Name& owner, const Conversation& person) const {
  const auto& rooms = context_.rooms.of(owner);
  const auto found = std::ranges::find_if(rooms, [&](const Room* room) {
    return room->place.network == person.network && room->place.adapter == person.adapter &&
           std::ranges::find(room->private_with, person.native) != room->private_with.end();
  });
  return found == rooms.end() ? nullptr : *found;
}

std::optional<std::string> Muc::private_address(const Event& event) const {
  const auto* room = private_room(event.about.owner, event.about.conversation);
  if (room == nullptr) return std::nullopt;
  return occupant_jid(room->jid, event.about.conversation.native.view());
}

bool Muc::deliver_private(const Event& event, const Message& message) {
  const auto* room = private_room(event.about.owner, event.about.conversation);
  if (room == nullptr) return false;
  bool was_told = false;
  const auto id = to_hex(event.about.id);
  for (const auto& occupant : room->occupants) {
    if (!hears(occupant)) continue;
    send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
      out.open("message").attribute("type", "chat").attribute("to", occupant.jid);
      out.attribute("from", occupant_jid(room->jid, event.about.actor.name)).attribute("id", {id.data(), id.size()});
      write_body(out, message);
      out.ready(occupant_of(*room, event.about.actor));
      out.open("x", ns::muc_user).close().close();  // XEP-0045 §7.5
    });
    was_told = true;
  }
  return was_told;
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

}  // namespace isthmus::xmpp
