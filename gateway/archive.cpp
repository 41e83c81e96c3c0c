#include "gateway/archive.hpp"

#include <algorithm>
#include <utility>

namespace isthmus {
namespace {

using namespace std::chrono_literals;

constexpr auto first_trim = 1s;
constexpr auto trim_interval = 10min;
constexpr std::size_t max_talks = 4'096;  // beyond this, the store looks their places up anew
constexpr auto cut_off_overlap = 1min;    // what the room's history may tell again from before the loss
constexpr std::size_t max_cut_off = 100;  // in one room

bool is_said(const Payload& what) {
  return std::holds_alternative<Message>(what) || std::holds_alternative<Edit>(what) ||
         std::holds_alternative<Retract>(what) || std::holds_alternative<Reactions>(what);
}

bool is_departure(const Change& change) {
  return change.self &&
         (change.kind == Change::Kind::leave || change.kind == Change::Kind::quit || change.kind == Change::Kind::kick);
}

}  // namespace

Archive::Archive(ArchiveStore& store, Router& router, Turn& turn, Alarms& alarms, Counters& counters,
                 Retention retention)
    : store_{store},
      router_{router},
      turn_{turn},
      alarms_{alarms},
      counters_{counters},
      retention_{retention},
      trim_{alarms, [this] { trim(); }} {
  trim_.set(alarms_.now() + first_trim);
}

Archive::~Archive() {
  std::vector<std::pair<Name, Conversation>> all;
  for (const auto& [where, room] : rooms_) {
    for (const auto& [owner, present] : room->present) all.emplace_back(owner, where);
  }
  for (const auto& [owner, where] : all) leave(owner, where);
  flush();
}

void Archive::trim() {
  store_.trim(retention_.age == 0h ? SystemTime{} : alarms_.wall_clock() - retention_.age, retention_.rows);
  trim_.set(alarms_.now() + trim_interval);
}

void Archive::heard(Event& event) {
  if (is_said(event.what)) return keep(event, false);
  const auto& about = event.about;
  if (about.conversation.kind == PlaceKind::room) {
    if (std::holds_alternative<Roster>(event.what)) return enter(about.owner, about.conversation);
    if (const auto* changes = std::get_if<Membership>(&event.what)) return on_changes(event, *changes);
    const auto* info = std::get_if<RoomInfo>(&event.what);
    // Everybody is in the other room already, and nobody is told again who.
    if (info != nullptr && !info->moved_to.empty()) leave(about.owner, about.conversation);
    return;
  }
  if (const auto* link = std::get_if<LinkState>(&event.what)) on_link_down(event, *link);
}

void Archive::done(Event& event) {
  if (is_said(event.what)) return keep(event, true);
  if (const auto* changes = std::get_if<Membership>(&event.what)) on_changes(event, *changes);
}

void Archive::on_changes(const Event& event, const Membership& membership) {
  if (event.about.conversation.kind != PlaceKind::room) return;
  if (std::ranges::any_of(membership.changes, is_departure)) leave(event.about.owner, event.about.conversation);
}

void Archive::on_link_down(const Event& event, const LinkState& state) {
  if (state.state != LinkState::State::down) return;
  const auto& about = event.about;
  const auto found = by_link_.find(Link{about.owner, about.conversation.adapter, about.conversation.network});
  if (found == by_link_.end()) return;
  const auto places = found->second;  // a copy: each leaving takes one out
  for (const auto& where : places) leave(about.owner, where, state.retrying);
}

void Archive::enter(const Name& owner, const Conversation& where) {
  auto found = rooms_.find(where);
  if (found != rooms_.end() && found->second->present.contains(owner)) return;  // another client of theirs
  if (!is_keeping(owner, where)) return;
  if (found == rooms_.end()) {
    auto room = std::make_unique<Room>();
    room->place = std::make_shared<ArchivePlace>(place_of({}, where));
    found = rooms_.emplace(where, std::move(room)).first;
  }
  Room& room = *found->second;
  const Present present{next(room.last), {}, room.echoes.listener(alarms_.wall_clock())};
  room.present.emplace(owner, present);
  by_link_[Link{owner, where.adapter, where.network}].push_back(where);
  batch_.begun.push_back({room.place, owner.str(), present.since, {}, {}});
  want_flush();
}

void Archive::leave(const Name& owner, const Conversation& where, bool is_cut_off) {
  const auto found = rooms_.find(where);
  if (found == rooms_.end()) return;
  Room& room = *found->second;
  const auto present = room.present.find(owner);
  if (present == room.present.end()) {
    if (!is_cut_off) room.cut_off.erase(owner);
  } else {
    batch_.ended.push_back({room.place, owner.str(), present->second.since, room.last, present->second.before});
    room.present.erase(present);
    if (is_cut_off && room.cut_off.size() < max_cut_off) room.cut_off[owner] = position_at(alarms_.wall_clock());
    const auto link = by_link_.find(Link{owner, where.adapter, where.network});
    std::erase(link->second, where);
    if (link->second.empty()) by_link_.erase(link);
    want_flush();
  }
  if (room.present.empty() && room.cut_off.empty()) rooms_.erase(found);
}

void Archive::forget(const Name& owner) {
  std::vector<Conversation> all;
  for (const auto& [where, room] : rooms_) {
    if (room->present.contains(owner) || room->cut_off.contains(owner)) all.push_back(where);
  }
  for (const auto& where : all) {
    leave(owner, where);
    const auto left = rooms_.find(where);
    if (left == rooms_.end()) continue;
    left->second->cut_off.erase(owner);
    if (left->second->present.empty() && left->second->cut_off.empty()) rooms_.erase(left);
  }
  flush();
}

Position Archive::next(Position& last) const { return last = std::max(position_at(alarms_.wall_clock()), last + 1); }

ArchivePlace Archive::place_of(const Name& owner, const Conversation& where) const {
  return {.owner = where.kind == PlaceKind::room ? std::string{} : owner.str(),
          .adapter = std::string{router_.adapter(where.adapter).protocol()},
          .network = where.network.str(),
          .native = where.native.str()};
}

void Archive::keep(Event& event, bool is_own) {
  if (event.about.conversation.kind == PlaceKind::room) return keep_in_room(event, is_own);
  if (event.about.conversation.kind == PlaceKind::direct) keep_in_talk(event, is_own);
}

void Archive::keep_in_room(Event& event, bool is_own) {
  const auto found = rooms_.find(event.about.conversation);
  if (found == rooms_.end()) return;
  Room& room = *found->second;
  const auto present = room.present.find(event.about.owner);
  if (present == room.present.end()) return;
  if (event.about.at) {
    const auto position = late_position(room, event, *event.about.at);
    if (position) add(room.place, *position, event, is_own);
    return;
  }
  auto& listener = present->second.listener;
  const auto match = room.echoes.match(listener, event);
  if (match.id != nullptr) {
    // Of pieces the last one is what the whole is known by.
    if (event.about.ref.empty() && !match.is_piece) event.about.id = *match.id;
    if (!is_own) return;
  } else {
    room.echoes.add(is_own ? nullptr : &listener, event);
  }
  add(room.place, next(room.last), event, is_own);
}

std::optional<Position> Archive::late_position(Room& room, const Event& event, SystemTime at) const {
  auto& present = room.present.find(event.about.owner)->second;
  const Position position = position_at(at);
  if (position >= present.since) return position;
  // Before they came: only what closes the gap that a lost link has left.
  const auto lost = room.cut_off.find(event.about.owner);
  if (event.about.origin != Origin::history || lost == room.cut_off.end() ||
      at < time_of(lost->second) - cut_off_overlap)
    return std::nullopt;
  present.before = std::min(position, present.before.value_or(present.since));
  return position;
}

void Archive::keep_in_talk(const Event& event, bool is_own) {
  const auto& about = event.about;
  if (!is_keeping(about.owner, about.conversation)) return;
  if (talks_.size() >= max_talks) talks_.clear();
  auto& talk = talks_[Person{about.owner, about.conversation}];
  if (talk.place == nullptr) talk.place = std::make_shared<ArchivePlace>(place_of(about.owner, about.conversation));
  const Position position = about.at ? position_at(*about.at) : next(talk.last);
  add(talk.place, position, event, is_own);
}

void Archive::add(ArchivePlacePtr place, Position position, const Event& event, bool is_own) {
  const auto& about = event.about;
  auto said = to_record(event.original ? *event.original : event.what);
  if (!said) return;
  ArchiveRow row{.place = std::move(place),
                 .position = position,
                 .id = about.id,
                 .ref = about.ref,
                 .sender = about.actor.name,
                 .account = about.actor.account,
                 .author = is_own ? about.owner.str() : std::string{},
                 .author_id = {},
                 .said = std::move(*said)};
  // The first of its native ids is what the user's own client calls it.
  if (is_own && !about.native.empty()) row.author_id = about.native.front().value;
  batch_.rows.push_back(std::move(row));
  want_flush();
}

void Archive::flush() {
  if (batch_.begun.empty() && batch_.rows.empty() && batch_.ended.empty()) return;
  const auto rows = batch_.rows.size();
  if (!store_.add(std::exchange(batch_, {})) && rows > 0) counters_.add("messages_not_archived", "too_much_waits");
}

void Archive::switched(const Name& owner, const Conversation& room, bool is_there) {
  if (!is_keeping(owner, room)) return leave(owner, room);
  if (is_there) enter(owner, room);
}

bool Archive::is_kept(const Conversation& place) const {
  const auto found = may_keep_.find(place.adapter);
  return found != may_keep_.end() && found->second;
}

bool Archive::is_keeping(const Name& owner, const Conversation& place) const {
  const auto found = may_keep_.find(place.adapter);
  return found != may_keep_.end() && found->second && found->second(owner, place);
}

void Archive::read(const Name& owner, const Conversation& place, ArchiveQuery query,
                   std::function<void(ArchiveAnswer)> answer) {
  flush();
  query.place = place_of(owner, place);
  query.reader = owner.str();
  const auto found = rooms_.find(place);
  if (found != rooms_.end()) {
    const auto present = found->second->present.find(owner);
    if (present != found->second->present.end())
      query.present_since = present->second.before.value_or(present->second.since);
  }
  store_.read(std::move(query), std::move(answer));
}

}  // namespace isthmus
