#pragma once
// Copies of one publication. Where several subscriptions of a client select it, a broker of MQTT 3.1.1 may send it
// once, or once for each of them (§3.3.5), and nothing in a copy says that it is one: it has neither a subscription id
// nor the other's packet id. What is known is that copies follow one another. So what is the same as the one before is
// a copy, while as many subscriptions can have sent it; unless the broker was seen to send one alone. Time has a part
// in it, since a device that says the same twice, with nothing between, to a broker that sends one copy looks just the
// same: what comes `patience` later is such a repetition. No other way tells the two apart.
#include <chrono>
#include <cstddef>

#include "adapters/mqtt/client.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::mqtt {

class Copies {
 public:
  static constexpr std::chrono::seconds patience{1};

  /// `publication` arrived, which so many of our subscriptions select. True when it is a copy of the one before.
  /// `are_granted`: the broker knows of all of these subscriptions.
  bool is_one(const Publication& publication, std::size_t subscriptions, bool are_granted, SteadyTime now);
  /// There is a new connection, maybe to another broker.
  void reset() { *this = {}; }

 private:
  std::size_t fingerprint_ = 0;  // of the last one
  std::size_t expected_ = 0;     // copies of it
  std::size_t left_ = 0;         // of those, what has not come
  bool is_sure_ = false;         // that they would come
  bool comes_once_ = false;      // the broker sends no copies
  SteadyTime at_{};
};

}  // namespace isthmus::mqtt
