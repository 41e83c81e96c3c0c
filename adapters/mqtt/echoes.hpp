#pragma once
// What we published and a broker of MQTT 3.1.1 sends back to us. Each publication takes away one arrival at the most.
#include <chrono>
#include <cstddef>
#include <deque>
#include <string_view>

#include "adapters/mqtt/client.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::mqtt {

/// By topic and payload: the QoS may be lowered on the way, and the retain mark is.
std::size_t fingerprint(const Publication& publication) noexcept;

class Echoes {
 public:
  static constexpr std::chrono::seconds lifetime{15};
  static constexpr std::size_t max = 10'000;  // beyond it the oldest are forgotten

  void expect(const Publication& publication, SteadyTime now);
  /// True when `publication` is one that was expected; it is not any more.
  bool take(const Publication& publication, SteadyTime now);

 private:
  struct Expected {
    std::size_t fingerprint;
    SteadyTime until;
  };
  std::deque<Expected> expected_;
};

}  // namespace isthmus::mqtt
