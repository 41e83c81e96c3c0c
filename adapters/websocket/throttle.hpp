#pragma once
// Values that come faster than a client wishes: of each address the newest waits until its turn. Pure.
#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

class Throttle {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t most_addresses = 10'000;  // that are held back; values of others pass

  /// `rate` values of one address a second, more than 0.
  explicit Throttle(double rate);

  std::chrono::nanoseconds interval() const noexcept { return interval_; }
  /// True: it may be told now. False: it waits, in place of what waited before.
  [[nodiscard]] bool take(const RecordPtr& record, Time now);
  /// What may be told by now, in the order in which it became due; it is told then.
  std::vector<RecordPtr> due(Time now);
  /// When due() has something; nullopt: nothing waits.
  std::optional<Time> next_due() const;

 private:
  struct Address {
    Time next;          // nothing is told before
    RecordPtr waiting;  // null: nothing
  };
  void forget_quiet(Time now);

  std::chrono::nanoseconds interval_;
  std::map<std::string, Address, std::less<>> addresses_;
  std::multimap<Time, std::string> queue_;  // those where something waits
};

}  // namespace isthmus::websocket
