#pragma once
// What the views of one user on one broker share. All outlive them.
#include <memory>
#include <optional>
#include <string>

#include "adapters/mqtt/address.hpp"
#include "adapters/mqtt/broker.hpp"
#include "adapters/mqtt/devices.hpp"
#include "adapters/mqtt/echoes.hpp"
#include "adapters/mqtt/held.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus::mqtt {

struct Seat {
  Runtime& runtime;
  AdapterId id;
  Broker& broker;
  MqttAddressBook& addresses;
  Held& held;
  Devices& devices;
  const Rights& rights;
  std::string_view instance;  // of the gateway, as others may see it
  Name owner;
  bool is_gateway = false;    // the owner is the gateway itself: whose words it passes on is said with them
  Echoes* carried = nullptr;  // what links published; null: marks alone tell it, since no broker speaks MQTT 3.1.1

  std::shared_ptr<TokenBucket> pace{};     // of what the owner publishes; null: no limit
  std::shared_ptr<TokenBucket> hearing{};  // of values of QoS 0 in the owner's rooms; null: no limit

  /// Counts one publication; a refusal, which names the limit, when it is one too many.
  std::optional<Refusal> admit() const;
  EventPtr make_event(const Conversation& place, Payload what, std::string actor = {}, std::string audience = {}) const;
  /// Something happens in `place`.
  void emit(const Conversation& place, Payload what, std::string actor = {}, std::string audience = {}) const;
  /// A text in `place`, said by the gateway itself.
  void say(const Conversation& place, std::string text) const;

  /// Publishes `text` for the event, which comes back when the broker has it. `from`: the view that need not hear it.
  Outcome publish(EventPtr& event, const std::string& topic, std::string text, std::uint8_t qos, bool retain,
                  const View* from) const;
  /// The same for a text with more to it: its marks of where it comes from are added. What has expired on its way here
  /// is refused.
  Outcome publish(EventPtr& event, Publication publication, const View* from) const;
};

}  // namespace isthmus::mqtt
