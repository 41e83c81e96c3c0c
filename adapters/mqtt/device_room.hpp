#pragma once
// All devices of a broker as a room of one user: each is an occupant, whose presence is as that of the contact; what
// changes of it is what it says.
#include <map>
#include <memory>
#include <string>

#include "adapters/mqtt/devices.hpp"
#include "adapters/mqtt/seat.hpp"
#include "gateway/model/people.hpp"

namespace isthmus::mqtt {

class DeviceRoom final : public DeviceWatcher {
 public:
  DeviceRoom(const Seat& seat, Conversation place);
  ~DeviceRoom();
  DeviceRoom(const DeviceRoom&) = delete;
  DeviceRoom& operator=(const DeviceRoom&) = delete;

  /// A client enters; everything is there at once.
  void join(const std::string& client, const Change& change);
  void on_link(const LinkState& state);
  const Conversation& place() const { return place_; }
  const std::string& nick() const { return nick_; }
  void on_new_device(Device& device);
  void on_device(const Device& device) override;

 private:
  Member member_of(const Device& device) const;
  Roster roster() const;
  RoomInfo info() const;

  const Seat& seat_;
  Conversation place_;
  std::string nick_;                        // the user's
  std::map<const Device*, Presence> told_;  // each device as it was told last
};

}  // namespace isthmus::mqtt
