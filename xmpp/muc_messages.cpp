// What is said in rooms, as their occupants' clients see it.
#include <algorithm>
#include <utility>

#include "gateway/archive.hpp"
#include "xmpp/message_writer.hpp"
#include "xmpp/moderation.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
void Muc::reflect(const Event& event, Room& room) {
  if (std::holds_alternative<Typing>(event.what)) return;  // their own user's other clients have no use for it
  const auto speaker = context_.occupant_ids.speaker(room.jid, room.nick, room.account());
  const Content content{
      event.what, {.room = room.jid, .actor = room.nick, .occupant = speaker.occupant, .spelling = Spelling::typed}};
  if (content.is_empty()) return;
  const Ref ref{event};
  // The id of a moderator's <iq/> is none of the message that it leads to.
  const RoomMessage said{.nick = content.is_by_room() ? std::string_view{} : room.nick,
                         .id = content.is_by_room() ? ref.view() : native_id(event, id_scheme),
                         .origin_id = native_id(event, origin_scheme),
                         .stanza_id = ref.view(),
                         .marks = content.is_by_room() ? marks_of(room, {}) : speaker,
                         .content = content,
                         .delayed = {}};
  for (const auto& occupant : room.occupants) {
    if (!occupant.hears()) continue;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
  }
}

void Muc::tell(const Event& event, const Room& room, const Occupant* only, std::optional<SystemTime> delayed) {
  const auto speaker = marks_of(room, event.about.actor);
  const Content content{event.what, {.room = room.jid, .actor = event.about.actor.name, .occupant = speaker.occupant}};
  if (content.is_empty()) return;
  const Ref ref{event};
  const RoomMessage said{.nick = content.is_by_room() ? std::string_view{} : event.about.actor.name,
                         .id = ref.view(),
                         .origin_id = {},
                         .stanza_id = ref.view(),
                         .marks = content.is_by_room() ? marks_of(room, {}) : speaker,
                         .content = content,
                         .delayed = delayed};
  for (const auto& occupant : room.occupants) {
    if (only != nullptr ? only != &occupant : !occupant.hears()) continue;
    send(*room.domain, context_.runtime.counters,
         [&](StanzaWriter& out) { write_groupchat(out, occupant.head, room.jid, said); });
  }
}

void Muc::deliver_said(EventPtr& event, Room& room) {
  const bool is_up = room.domain->outlet->is_up();
  // What one client alone is to have is what was said before it came: it comes with the roster.
  const bool is_history = event->about.origin == Origin::history && !event->about.audience.empty();
  if (is_up && !is_history) tell(*event, room, nullptr, event->about.at);
  const bool is_heard = is_up && !is_history && !room.occupants.empty() && !room.has_asked_for_history();
  if (is_heard || is_momentary(event->what)) return;
  // Whoever comes back to a room that keeps its user hears of it from the archive.
  if (is_up && room.occupants.empty() && context_.runtime.archive.is_keeping(room.owner, room.place)) return;
  auto& backlog = room.seldom.get().backlog;
  if (backlog.size() == Room::max_backlog) {
    backlog.erase(backlog.begin());
    context_.runtime.counters.add("messages_dropped", "room_backlog_full");
  }
  backlog.push_back(std::move(event));
}

OccupantIds::Marks Muc::marks_of(const Room& room, const Actor& actor) const {
  return context_.occupant_ids.speaker(room.jid, actor.name, actor.account);
}

const std::string* Muc::private_nick(const Room& room, const Conversation& person) {
  if (!room.seldom) return nullptr;
  const auto& known = room.seldom->private_with;
  const auto found = std::ranges::find(known, person.native, &Room::Private::native);
  return found == known.end() ? nullptr : &found->nick;
}

Room* Muc::private_room(const Name& owner, const Conversation& person) const {
  const auto& rooms = context_.rooms.of(owner);
  const auto found = std::ranges::find_if(rooms, [&](const Room* room) {
    return room->place.network == person.network && room->place.adapter == person.adapter &&
           private_nick(*room, person) != nullptr;
  });
  return found == rooms.end() ? nullptr : *found;
}

std::optional<std::string> Muc::private_address(const Event& event) const {
  const auto* room = private_room(event.about.owner, event.about.conversation);
  if (room == nullptr) return std::nullopt;
  return occupant_jid(room->jid, *private_nick(*room, event.about.conversation));
}

bool Muc::deliver_private(const Event& event) {
  const auto* room = private_room(event.about.owner, event.about.conversation);
  if (room == nullptr) return false;
  auto actor = event.about.actor;
  // Whoever has no name of their own elsewhere has one here.
  if (actor.name.empty()) actor.name = *private_nick(*room, event.about.conversation);
  const Content content{event.what, {.room = room->jid, .actor = actor.name}};
  const Ref ref{event};
  const auto marks = marks_of(*room, actor);
  bool was_told = content.is_empty();
  for (const auto& occupant : room->occupants) {
    if (!occupant.hears() || content.is_empty()) continue;
    send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
      out.open("message").attribute("type", "chat").attribute("to", occupant.jid);
      out.attribute("from", occupant_jid(room->jid, actor.name)).attribute("id", ref.view());
      content.write(out);
      if (!marks.occupant.empty()) out.ready(marks.occupant);
      out.open("x", ns::muc_user).close().close();  // XEP-0045 §7.5
    });
    was_told = true;
  }
  return was_told;
}

}  // namespace isthmus::xmpp
