#pragma once
// A device as a contact of one user: its presence is whether it is there, with its values; it takes words like "on".
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/mqtt/devices.hpp"
#include "adapters/mqtt/seat.hpp"
#include "gateway/command.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::mqtt {

class DeviceContact final : public DeviceWatcher {
 public:
  static constexpr std::chrono::seconds confirmation{5};  // so long a device may take to tell that it obeyed

  /// `device` outlives it.
  DeviceContact(const Seat& seat, Conversation place, Device& device);
  ~DeviceContact();
  DeviceContact(const DeviceContact&) = delete;
  DeviceContact& operator=(const DeviceContact&) = delete;

  void tell_presence();
  /// "on", "lamp off", "toggle", "state", "help".
  Outcome said(EventPtr& event, std::string_view text);
  Profile profile() const;
  /// Its switches as yes or no.
  Form form() const;
  CommandOutcome set(const Form& filled);

  void on_device(const Device& device) override;

 private:
  using Item = std::map<std::string, Device::State>::value_type;
  /// The one switch whose name `name` is, in any case; of several without a name none.
  const Item* find_switch(std::string_view name) const;
  std::string state_text() const;
  bool may_set(const Entity& entity) const;
  Publication command(const Entity& entity, bool on) const;
  void expect(const std::string& name, const std::string& value);

  const Seat& seat_;
  Conversation place_;
  Device& device_;
  Presence told_{Presence::Show::gone, {}};
  bool has_told_ = false;
  std::string expected_of_;  // the entity that is to confirm
  std::string expected_;
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
