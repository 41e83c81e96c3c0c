#include "adapters/mqtt/device_room.hpp"

#include <utility>

namespace isthmus::mqtt {
namespace {

using Show = Presence::Show;

}  // namespace

DeviceRoom::DeviceRoom(const Seat& seat, Conversation place) : seat_{seat}, place_{std::move(place)} {
  for (const auto& [slug, device] : seat_.devices.all()) on_new_device(*device);
}

DeviceRoom::~DeviceRoom() {
  for (const auto& [slug, device] : seat_.devices.all()) device->remove(*this);
}

void DeviceRoom::join(const std::string& client, const Change& change) {
  if (nick_.empty()) nick_ = change.who.name;
  seat_.emit(place_, roster(), {}, client);
  seat_.emit(place_, info(), {}, client);
}

void DeviceRoom::on_link(const LinkState& state) {
  if (state.state != LinkState::State::up || nick_.empty()) return;
  seat_.emit(place_, roster());  // for the clients that were told that the link was lost
  seat_.emit(place_, info());
}

RoomInfo DeviceRoom::info() const {
  return {RoomInfo::Subject{"All devices on " + seat_.broker.settings().name, {}, {}}};
}

Member DeviceRoom::member_of(const Device& device) const {
  Member member{.name = device.slug(), .address = {}, .role = Role::participant, .is_bot = true};
  // In a room an occupant is there: a device that is not is away for long.
  const auto status = device.status(seat_.rights, seat_.runtime.alarms.wall_clock());
  member.presence = device.is_available() ? Presence{Show::available, status} : Presence{Show::xa, "not there"};
  return member;
}

Roster DeviceRoom::roster() const {
  Roster roster{{}, nick_};
  roster.members.push_back({.name = nick_, .address = {}, .role = Role::participant});
  for (const auto& [device, presence] : told_) {
    if (!device->entities().empty()) roster.members.push_back(member_of(*device));
  }
  return roster;
}

void DeviceRoom::on_new_device(Device& device) {
  const bool is_known = !told_.try_emplace(&device, member_of(device).presence.get()).second;
  if (!is_known) device.add(*this);
  if (nick_.empty()) return;
  Change change{.kind = Change::Kind::join, .who = member_of(device)};
  seat_.emit(place_, Membership{{std::move(change)}});
}

void DeviceRoom::on_device(const Device& device) {
  const auto known = told_.find(&device);
  if (known == told_.end() || nick_.empty()) return;
  auto member = member_of(device);
  if (device.entities().empty()) {
    Change change{.kind = Change::Kind::leave, .who = std::move(member)};
    return seat_.emit(place_, Membership{{std::move(change)}});
  }
  if (known->second == *member.presence) return;
  known->second = *member.presence;
  Change change{.kind = Change::Kind::standing, .who = member};
  seat_.emit(place_, Membership{{std::move(change)}});
  if (member.presence->show == Show::available && !member.presence->status.empty())
    seat_.emit(place_, Message{Style::normal, member.presence->status}, device.slug());
}

}  // namespace isthmus::mqtt
