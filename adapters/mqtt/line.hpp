#pragma once
// One account on one broker, and the sessions of those who use it: all users of a broker, or one with a login of their
// own.
#include <vector>

#include "adapters/mqtt/adapter.hpp"
#include "adapters/mqtt/devices.hpp"
#include "adapters/mqtt/held.hpp"

namespace isthmus::mqtt {

struct MqttAdapter::Line final : BrokerListener, DevicesListener {
  /// `kept`: null for a login of a user's own, which is not to change what others see.
  Line(Runtime& runtime, BrokerSettings of, std::chrono::milliseconds base, const ClientMaker& maker, KeptNames* kept)
      : settings{std::move(of)},
        broker{runtime, settings, base, maker, *this},
        held{runtime, broker},
        devices{runtime, broker, settings.discovery_prefix, *this, kept} {}
  void on_link(const LinkState& state) override {
    for (auto* session : sessions) session->on_link(state);
  }
  void on_new_device(Device& device) override {
    for (auto* session : sessions) session->on_new_device(device);
  }
  BrokerSettings settings;
  Broker broker;
  Held held;
  Devices devices;
  std::vector<Session*> sessions;
  // Of the gateway itself, for which the configuration names each filter that it listens to.
  Rights own_rights{settings.rights.publish, {"#", "$SYS/#"}};
};

}  // namespace isthmus::mqtt
