// What clients ask of rooms.
#include <algorithm>
#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

const Refusal not_in_room{Condition::not_acceptable, Remedy::modify, "You are not in this room; join it first.", {}};

std::string_view status_of(pugi::xml_node presence, std::string& scratch) {
  return text_of(child(presence, component_ns, "status"), scratch);
}

}  // namespace

void Muc::refuse(const Incoming& in, std::string_view kind, const Refusal& why) const {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, kind, {in.to.str(), in.from.str(), in.id}, why); });
}

EventPtr Muc::make_event(const Incoming& in, const Room& room, Payload&& what) const {
  auto event = context_.make_event(room.owner, room.place, in.from.str(), std::move(what));
  event->about.actor.name = room.nick;
  if (!in.id.empty()) event->about.native.push_back({id_scheme, std::string{in.id}});
  return event;
}

void Muc::on_presence(const Incoming& in, const Name& owner, const Conversation& place) {
  auto* room = context_.rooms.find(owner, place);
  auto* occupant = room != nullptr ? room->find(in.from.str()) : nullptr;
  if (in.type == "error") return on_client_gone(owner, in.from.str());
  if (in.type == "unavailable") {
    if (occupant == nullptr) return;
    leave(in, *room);
    return availability_.update(owner, place);
  }
  if (!in.type.empty()) return;  // subscriptions and probes mean nothing to a room
  if (!in.to.is_full()) {
    return refuse(in, "presence",
                  {Condition::jid_malformed, Remedy::modify, "Name the nick to enter with: room/nick.", {}});
  }
  if (const auto muc_x = child(in.element, ns::muc, "x")) return join(in, owner, place, muc_x);
  if (occupant == nullptr) return refuse(in, "presence", not_in_room);
  const auto& nick = room->nick.empty() ? occupant->wanted_nick : room->nick;
  if (from_resource(in.to.resource()) != nick) rename(in, *room);
  occupant->presence = read_availability(in.element);
  availability_.update(owner, place);
}

void Muc::join(const Incoming& in, const Name& owner, const Conversation& place, pugi::xml_node muc_x) {
  auto* room = context_.rooms.find(owner, place);
  const auto most = context_.runtime.limits.rooms;
  if (room == nullptr && context_.rooms.of(owner).size() >= most) {
    return refuse(in, "presence",
                  {Condition::resource_constraint,
                   Remedy::wait,
                   "You may be in " + std::to_string(most) + " rooms at once; leave one first.",
                   {}});
  }
  if (room == nullptr) room = &context_.rooms.add(in.domain, owner, place, std::string{in.to.bare()});
  auto* occupant = room->find(in.from.str());
  if (occupant == nullptr) {
    room->occupants.push_back(
        {.jid = in.from.str(), .head = message_head(room->jid, in.from.str()), .wanted_nick = {}, .history = {}});
    occupant = &room->occupants.back();
  }
  occupant->state = Occupant::State::joining;
  occupant->wanted_nick = from_resource(in.to.resource());
  occupant->history = read_history_wish(muc_x, context_.now());
  occupant->presence = read_availability(in.element);

  std::string scratch;
  Change change{.kind = Change::Kind::join, .who = {}, .self = true, .new_name = {}, .by = {}, .reason = {}, .key = {}};
  change.who.name = occupant->wanted_nick;
  change.key = text_of(child(muc_x, ns::muc, "password"), scratch);
  if (!change.key.empty()) persistent_.remember_password(*room, change.key);
  auto event = make_event(in, *room, Membership{{std::move(change)}});
  event->about.actor.name = occupant->wanted_nick;
  enter_with_history(std::move(event), *room, *occupant);
  availability_.update(owner, place);
}

void Muc::leave(const Incoming& in, Room& room) {
  std::string scratch;
  const auto reason = status_of(in.element, scratch);
  const std::string nick = room.nick.empty() ? from_resource(in.to.resource()) : room.nick;
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_unavailable(out, room.jid, in.from.str(), {nick, {}, {}, reason}, {status_self});
  });
  std::erase_if(room.occupants, [&](const Occupant& occupant) { return occupant.jid == in.from.str(); });
  if (!persistent_.has(room.owner, room.jid)) leave_when_empty(room, in.from.str(), std::string{reason});
}

void Muc::on_not_staying(Room& room) { leave_when_empty(room, {}, {}); }

void Muc::leave_when_empty(Room& room, std::string_view client, std::string reason) {
  if (!room.occupants.empty()) return;
  Change change{.kind = Change::Kind::leave,
                .who = {},
                .self = true,
                .new_name = {},
                .by = {},
                .reason = std::move(reason),
                .key = {}};
  auto event = context_.make_event(room.owner, room.place, client, Membership{{std::move(change)}});
  event->about.actor.name = room.nick;
  context_.runtime.router.emit(std::move(event));
  forget(room);
}

void Muc::rename(const Incoming& in, Room& room) {
  Change change{.kind = Change::Kind::rename,
                .who = {},
                .self = true,
                .new_name = from_resource(in.to.resource()),
                .by = {},
                .reason = {},
                .key = {}};
  change.who.name = room.nick;
  context_.runtime.router.emit(make_event(in, room, Membership{{std::move(change)}}));
}

void Muc::on_groupchat(const Incoming& in, Room* room) {
  if (room == nullptr || room->find(in.from.str()) == nullptr) return refuse(in, "message", not_in_room);
  const auto parts = parts_of(in.element);
  auto said = read_message(in, parts);
  if (std::holds_alternative<Nothing>(said)) return;
  if (const auto* refusal = std::get_if<Refusal>(&said)) return refuse(in, "message", *refusal);
  if (in.to.is_full()) {
    return refuse(
        in, "message",
        {Condition::bad_request, Remedy::modify, "A groupchat message goes to the room, not to an occupant.", {}});
  }
  if (auto* subject = std::get_if<SubjectWish>(&said)) {
    RoomInfo wish{RoomInfo::Subject{std::move(subject->text), {}, {}}};
    return context_.runtime.router.emit(make_event(in, *room, std::move(wish)));
  }
  auto event = make_event(in, *room, std::move(std::get<Payload>(said)));
  if (parts.origin_id) {
    event->about.native.push_back({origin_scheme, std::string{attribute(parts.origin_id, "id")}});
  }
  context_.runtime.router.emit(std::move(event));
}

void Muc::on_private(const Incoming& in, const Name& owner, Room* room) {
  if (room == nullptr || room->find(in.from.str()) == nullptr) return refuse(in, "message", not_in_room);
  auto said = read_message(in);
  if (std::holds_alternative<Nothing>(said)) return;
  if (const auto* refusal = std::get_if<Refusal>(&said)) return refuse(in, "message", *refusal);
  auto* payload = std::get_if<Payload>(&said);
  const auto person = in.domain.addresses->person(room->place, from_resource(in.to.resource()));
  if (payload == nullptr || !person) {
    return refuse(in, "message",
                  person ? Refusal{Condition::bad_request, Remedy::modify, "A person has no subject to change.", {}}
                         : person.error());
  }
  if (!is_momentary(*payload) && private_nick(*room, *person) == nullptr) {
    auto& known = room->seldom.get().private_with;
    if (known.size() == Room::max_private_with) known.erase(known.begin());
    known.push_back({person->native, from_resource(in.to.resource())});
  }
  auto event = make_event(in, *room, std::move(*payload));
  event->about.conversation = *person;
  event->about.owner = owner;
  event->about.wants_acknowledgement = !in.id.empty() && child(in.element, ns::receipts, "request");
  undelivered_.keep(in.domain, *event);
  context_.runtime.router.emit(std::move(event));
}

void Muc::forget_private(const Name& owner, const Conversation& person) {
  for (auto* room : context_.rooms.of(owner)) {
    if (room->place.network == person.network && room->place.adapter == person.adapter) {
      if (!room->seldom) continue;
      std::erase_if(room->seldom->private_with, [&](const Room::Private& one) { return one.native == person.native; });
    }
  }
}

void Muc::on_client_gone(const Name& owner, std::string_view client) {
  const std::string jid{client};
  const auto rooms = context_.rooms.of(owner);  // a copy: rooms may go
  for (auto* room : rooms) {
    const bool was_here =
        std::erase_if(room->occupants, [&](const Occupant& occupant) { return occupant.jid == jid; }) > 0;
    if (!was_here) continue;
    const auto place = room->place;
    if (!room->occupants.empty() || persistent_.has(owner, room->jid)) {
      availability_.update(owner, place);
      continue;
    }
    // The room stays, without clients: the foreign side decides how long, and what is said meanwhile is kept for a
    // client that comes back.
    Change change{
        .kind = Change::Kind::lost, .who = {}, .self = true, .new_name = {}, .by = {}, .reason = {}, .key = {}};
    context_.runtime.router.emit(context_.make_event(owner, place, jid, Membership{{std::move(change)}}));
    availability_.update(owner, place);
  }
}

}  // namespace isthmus::xmpp
