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

bool hears(const Occupant& occupant) { return occupant.state == State::present || occupant.state == State::entered; }

}  // namespace

Outcome Muc::deliver(Delivery& delivery, const Domain& domain) {
  auto& event = *delivery.event;
  if (delivery.receipt) {
    deliver_receipt(event, *delivery.receipt, domain);
    return Accepted{};
  }
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (const auto* invitation = std::get_if<Invitation>(&event.what))
    return invitations_.deliver(event, *invitation, domain, room);
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

void Muc::deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain) {
  if (std::holds_alternative<Invitation>(event.what)) return invitations_.deliver_receipt(event, receipt, domain);
  const auto* membership = std::get_if<Membership>(&event.what);
  if (receipt.refused && membership != nullptr && membership->changes.front().kind == Change::Kind::join)
    return deliver_join_refused(event, membership->changes.front(), *receipt.refused, domain);
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (room == nullptr) return;
  const auto* message = std::get_if<Message>(&event.what);
  if (!receipt.refused) {
    if (message != nullptr) reflect(event, *room, *message);
    return;
  }
  const auto& why = *receipt.refused;
  const auto& client = event.about.audience;
  if (membership == nullptr) {
    send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "message", {room->jid, client, native_id(event, id_scheme)}, why);
    });
    return;
  }
  const auto& change = membership->changes.front();
  if (change.kind != Change::Kind::rename) return;
  send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "presence", {occupant_jid(room->jid, change.new_name), client, native_id(event, id_scheme)}, why);
  });
}

void Muc::deliver_join_refused(const Event& event, const Change& join, const Refusal& why, const Domain& domain) {
  const auto& place = event.about.conversation;
  const auto& client = event.about.audience;
  auto* room = context_.rooms.find(event.about.owner, place);
  const auto* occupant = room != nullptr ? room->find(client) : nullptr;
  const auto from = occupant_jid(room != nullptr ? room->jid : bare_jid(domain, place),
                                 occupant != nullptr ? occupant->wanted_nick : join.who.name);
  const auto alternate = neighbour(*domain.addresses, place, why.alternate);
  const auto uri = alternate ? "xmpp:" + bare_jid(domain, *alternate) + "?join" : std::string{};
  send(domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "presence", {from, client, native_id(event, id_scheme)}, why, uri); });
  if (room == nullptr) return;
  std::erase_if(room->occupants, [&](const Occupant& other) { return other.jid == client; });
  if (room->occupants.empty()) context_.rooms.remove(*room);
  availability_.update(event.about.owner, place);
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

}  // namespace isthmus::xmpp
