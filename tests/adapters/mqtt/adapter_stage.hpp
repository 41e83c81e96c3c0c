#pragma once
// An adapter with one broker, "plant", between the users' side and a broker that does as it is told.
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "adapters/mqtt/adapter.hpp"
#include "tests/adapters/mqtt/fake_client.hpp"
#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::mqtt {

class AdapterStage : public testing::Test {
 protected:
  explicit AdapterStage(Settings settings) : adapter{base.runtime, own_id, std::move(settings), wire.maker()} {
    base.router.set(home_id, users);
    base.router.set(own_id, adapter);
    base.router.set_home(home_id);
  }

  static Settings with(BrokerSettings broker) {
    broker.name = "plant";
    broker.url = *parse_url("mqtts://broker.example.org");  // with TLS the name is not looked up by us
    Settings settings;
    settings.brokers.emplace("plant", std::move(broker));
    return settings;
  }

  /// juliet's wish at `place`; the caller adds what else belongs in the envelope.
  EventPtr wish(Conversation place, Payload what) {
    auto event = std::make_unique<Event>();
    event->about.source = home_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = std::move(place);
    event->what = std::move(what);
    return event;
  }
  void emit(EventPtr event) {
    base.router.emit(std::move(event));
    base.router.settle();
  }

  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId own_id = base.router.reserve();
  test::FakeAdapter users{home_id, base.names};
  FakeWire wire;
  MqttAdapter adapter;
};

}  // namespace isthmus::mqtt
