#include "gateway/model/event_id.hpp"

#include <algorithm>
#include <cstring>

namespace isthmus {
namespace {

/// The two digits of each byte.
constexpr auto pairs = [] {
  constexpr std::string_view digits = "0123456789abcdef";
  std::array<char, 512> table{};
  for (std::size_t byte = 0; byte < 256; ++byte) {
    table[2 * byte] = digits[byte >> 4];
    table[2 * byte + 1] = digits[byte & 0xF];
  }
  return table;
}();

}  // namespace

std::array<char, 32> to_hex(const EventId& id) noexcept {
  std::array<char, 32> text{};
  for (std::size_t i = 0; i < 8; ++i) {
    std::memcpy(&text[2 * i], &pairs[(id.high >> (56 - 8 * i) & 0xFF) * 2], 2);
    std::memcpy(&text[16 + 2 * i], &pairs[(id.low >> (56 - 8 * i) & 0xFF) * 2], 2);
  }
  return text;
}

EventId EventIds::next(std::chrono::system_clock::time_point now) noexcept {
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
  last_high_ = std::max(static_cast<std::uint64_t>(milliseconds) << 16, last_high_ + 1);
  return {last_high_, random_()};
}

}  // namespace isthmus
