#include "xmpp/rooms.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {

void Room::set_account(std::string_view account) {
  if (seldom || !account.empty()) seldom.get().account = account;
}

Occupant* Room::find(std::string_view full_jid) {
  const auto found = std::ranges::find(occupants, full_jid, &Occupant::jid);
  return found == occupants.end() ? nullptr : &*found;
}

bool Room::has_stale() const { return std::ranges::any_of(occupants, &Occupant::stale); }

bool Room::has_asked_for_history() const {
  return std::ranges::any_of(occupants, [](const Occupant& one) { return one.history && one.history->is_asked; });
}

Room* Rooms::find(const Name& owner, std::string_view room_jid) {
  const auto found = by_address_.find(Address{owner, room_jid});
  return found == by_address_.end() ? nullptr : *found;
}

Room* Rooms::find(const Name& owner, const Conversation& place) {
  const auto found = by_place_.find(Place{owner, place});
  return found == by_place_.end() ? nullptr : found->get();
}

Room& Rooms::add(const Domain& domain, Name owner, Conversation place, std::string room_jid) {
  auto room = std::make_unique<Room>();
  room->domain = &domain;
  room->owner = std::move(owner);
  room->place = std::move(place);
  room->jid = std::move(room_jid);
  auto& added = *room;
  by_address_.insert(&added);
  by_owner_[added.owner].push_back(&added);
  by_place_.insert(std::move(room));
  return added;
}

void Rooms::remove(Room& room) {
  const auto owner = by_owner_.find(room.owner);
  std::erase(owner->second, &room);
  if (owner->second.empty()) by_owner_.erase(owner);
  by_address_.erase(by_address_.find(Address{room.owner, room.jid}));
  by_place_.erase(by_place_.find(Place{room.owner, room.place}));
}

const std::vector<Room*>& Rooms::of(const Name& owner) const {
  static const std::vector<Room*> none;
  const auto found = by_owner_.find(owner);
  return found == by_owner_.end() ? none : found->second;
}

std::vector<Room*> Rooms::all() const {
  std::vector<Room*> rooms;
  rooms.reserve(by_place_.size());
  for (const auto& room : by_place_) rooms.push_back(room.get());
  return rooms;
}

}  // namespace isthmus::xmpp
