#pragma once
// Values that the users' side could not take (its stream is down, and what may wait for it does): kept in order, and
// told again. When there are many, the broker is left, which keeps what comes then.
#include <cstddef>
#include <deque>

#include "adapters/mqtt/broker.hpp"
#include "gateway/runtime/runtime.hpp"

namespace isthmus::mqtt {

/// A value that the broker was promised to be told of: QoS 1 or 2.
bool is_promised(const Event& event);

class Held {
 public:
  static constexpr std::size_t many = 500;
  static constexpr std::chrono::milliseconds pause{500};  // between two attempts

  Held(Runtime& runtime, Broker& broker);

  /// To the users' side, behind what is held.
  void emit(EventPtr event);
  /// It came back.
  void take_back(EventPtr event);

 private:
  void keep(EventPtr event);
  void retry();

  Runtime& runtime_;
  Broker& broker_;
  std::deque<EventPtr> events_;
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
