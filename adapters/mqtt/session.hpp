#pragma once
// One user on one broker: the contacts and rooms that they have there. The connection is the broker's, and shared.
#include <map>
#include <memory>
#include <string>

#include "adapters/mqtt/contact.hpp"
#include "adapters/mqtt/device_contact.hpp"
#include "adapters/mqtt/device_room.hpp"
#include "adapters/mqtt/questions.hpp"
#include "adapters/mqtt/room.hpp"
#include "adapters/mqtt/seat.hpp"
#include "adapters/mqtt/values.hpp"

namespace isthmus::mqtt {

class Session {
 public:
  Session(Seat seat, std::size_t max_contacts, std::size_t max_rooms);

  /// Takes the event out when it answers Pending.
  Outcome deliver(EventPtr& event);
  void on_link(const LinkState& state);
  /// It may be one that the user waits for.
  void on_new_device(Device& device);
  /// The user's contact of that native name; nullptr: none is a device that the user watches.
  DeviceContact* device(std::string_view native);
  /// Asks the topic `place`, as Questions has it.
  std::optional<Refusal> ask(const Conversation& place, std::string text);
  /// The session is about to be destroyed: rooms are left, and the user hears `reason`.
  void end(std::string_view reason);
  const Broker& broker() const { return seat_.broker; }

 private:
  Outcome deliver_to_contact(EventPtr& event);
  Outcome deliver_to_device(EventPtr& event);
  void watch_device(const Conversation& place, bool on);
  Outcome deliver_to_device_room(Event& event);
  Outcome deliver_to_room(EventPtr& event);
  Outcome deliver_change(EventPtr& event);
  Outcome deliver_watch(EventPtr& event);
  Outcome deliver_said(EventPtr& event, const std::string& text);
  Outcome deliver_request(Event& event);
  Outcome deliver_to_network(EventPtr& event);
  /// nullptr: there are too many already.
  Contact* find_or_add(const Conversation& place);
  Conversation network() const;

  Seat seat_;
  std::size_t max_contacts_;
  std::size_t max_rooms_;
  Questions questions_;
  std::map<std::string, std::unique_ptr<Contact>, std::less<>> contacts_;       // by native name
  std::map<std::string, std::unique_ptr<DeviceContact>, std::less<>> devices_;  // by slug; null: it was not seen yet
  std::map<std::string, std::unique_ptr<Room>, std::less<>> rooms_;             // by filter
  std::unique_ptr<DeviceRoom> device_room_;
  Values values_;
};

}  // namespace isthmus::mqtt
