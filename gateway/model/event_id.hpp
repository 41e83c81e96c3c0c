#pragma once
// The id that an event gets at first sight and keeps: 128 bits, time-ordered, as text 32 hexadecimal digits.
#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <random>
#include <string_view>

namespace isthmus {

struct EventId {
  std::uint64_t high = 0;  // milliseconds since 1970 (48 bits), then a counter (16 bits)
  std::uint64_t low = 0;   // random
  friend auto operator<=>(const EventId&, const EventId&) = default;
};

/// 32 lower-case hexadecimal digits, without a terminating zero.
std::array<char, 32> to_hex(const EventId& id) noexcept;

/// Gives ids that grow: also within one millisecond, and when the clock is set back.
class EventIds {
 public:
  /// `seed` decides the random part; two gateways need two seeds.
  explicit EventIds(std::uint64_t seed) : random_{seed} {}
  EventId next(std::chrono::system_clock::time_point now) noexcept;

 private:
  std::mt19937_64 random_;
  std::uint64_t last_high_ = 0;
};

}  // namespace isthmus
