#include "gateway/model/event_id.hpp"

#include <algorithm>

namespace isthmus {

std::array<char, 32> to_hex(const EventId& id) noexcept {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 32> text{};
  for (std::size_t i = 0; i < 16; ++i) {
    text[i] = digits[(id.high >> (60 - 4 * i)) & 0xF];
    text[16 + i] = digits[(id.low >> (60 - 4 * i)) & 0xF];
  }
  return text;
}

EventId EventIds::next(std::chrono::system_clock::time_point now) noexcept {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  last_high_ = std::max(static_cast<std::uint64_t>(milliseconds) << 16, last_high_ + 1);
  return {last_high_, random_()};
}

}  // namespace isthmus
