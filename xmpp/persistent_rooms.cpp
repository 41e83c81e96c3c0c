#include "xmpp/persistent_rooms.hpp"

#include <utility>

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {
namespace {

// As settings in the store: the adapter is the users' side, the place a room's address.
constexpr std::string_view adapter = "xmpp";
constexpr std::string_view nick_key = "persistent_nick";
constexpr std::string_view password_key = "persistent_password";

}  // namespace

PersistentRooms::PersistentRooms(const Context& context) : context_{context} {
  const auto settings = context.runtime.store.settings();
  for (const auto& one : settings) {
    if (one.adapter == adapter && one.key == nick_key)
      by_owner_[context.runtime.names.intern(one.owner)][one.place].nick = one.value;
  }
  for (const auto& one : settings) {
    if (one.adapter != adapter || one.key != password_key) continue;
    if (auto* entrance = find(context.runtime.names.intern(one.owner), one.place)) entrance->password = one.value;
  }
}

PersistentRooms::Entrance* PersistentRooms::find(const Name& owner, std::string_view room_jid) {
  const auto of_owner = by_owner_.find(owner);
  if (of_owner == by_owner_.end()) return nullptr;
  const auto found = of_owner->second.find(room_jid);
  return found == of_owner->second.end() ? nullptr : &found->second;
}

bool PersistentRooms::has(const Name& owner, std::string_view room_jid) const {
  const auto of_owner = by_owner_.find(owner);
  return of_owner != by_owner_.end() && of_owner->second.contains(room_jid);
}

void PersistentRooms::put(const Name& owner, std::string_view room_jid, const Entrance& entrance, bool is_kept) const {
  auto& store = context_.runtime.store;
  Setting setting{.owner = owner.str(),
                  .adapter = std::string{adapter},
                  .place = std::string{room_jid},
                  .key = std::string{nick_key},
                  .value = is_kept ? entrance.nick : std::string{}};
  store.put(setting);
  setting.key = password_key;
  setting.value = is_kept ? entrance.password : std::string{};
  setting.is_secret = true;
  store.put(setting);
}

bool PersistentRooms::has_space(const Name& owner) const {
  const auto of_owner = by_owner_.find(owner);
  return of_owner == by_owner_.end() || of_owner->second.size() < max_of_one_user;
}

void PersistentRooms::add(const Room& room) {
  if (!has(room.owner, room.jid) && !has_space(room.owner)) return;
  auto& entrance = by_owner_[room.owner][room.jid];
  entrance.nick = room.nick;
  if (const auto given = passwords_.find(&room); given != passwords_.end()) entrance.password = given->second;
  put(room.owner, room.jid, entrance, true);
}

bool PersistentRooms::remove(const Name& owner, std::string_view room_jid) {
  const auto of_owner = by_owner_.find(owner);
  if (of_owner == by_owner_.end()) return false;
  const auto found = of_owner->second.find(room_jid);
  if (found == of_owner->second.end()) return false;
  put(owner, room_jid, {}, false);
  of_owner->second.erase(found);
  if (of_owner->second.empty()) by_owner_.erase(of_owner);
  return true;
}

void PersistentRooms::note(const Room& room) {
  auto* entrance = find(room.owner, room.jid);
  if (entrance == nullptr || entrance->nick == room.nick) return;
  entrance->nick = room.nick;
  put(room.owner, room.jid, *entrance, true);
}

void PersistentRooms::remember_password(const Room& room, std::string_view password) {
  passwords_.insert_or_assign(&room, std::string{password});
}

void PersistentRooms::enter_all(const Domain& domain) {
  for (const auto& [owner, rooms] : by_owner_) {
    for (const auto& [address, entrance] : rooms) {
      const auto jid = parse_jid(address);
      if (!jid || jid->domain() != domain.name) continue;
      const auto place = place_of(domain, jid->local());
      if (!place || place->kind != PlaceKind::room || context_.rooms.find(owner, *place) != nullptr) continue;
      auto& room = context_.rooms.add(domain, owner, *place, address);
      room.nick = entrance.nick;
      Change join{.kind = Change::Kind::join,
                  .who = {},
                  .self = true,
                  .new_name = {},
                  .by = {},
                  .reason = {},
                  .key = entrance.password};
      join.who.name = entrance.nick;
      auto event = context_.make_event(owner, *place, {}, Membership{{std::move(join)}});
      event->about.actor.name = entrance.nick;
      context_.runtime.router.emit(std::move(event));
    }
  }
}

}  // namespace isthmus::xmpp
