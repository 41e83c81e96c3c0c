#include "gateway/store/stored_id.hpp"

#include <charconv>

namespace isthmus {
namespace {

constexpr std::size_t digits = 16;  // of each half of an id

}  // namespace

std::string to_stored_id(const EventId& id) {
  const auto hex = to_hex(id);
  return {hex.data(), hex.size()};
}

std::optional<EventId> parse_stored_id(std::string_view text) {
  EventId id;
  if (text.size() != 2 * digits) return std::nullopt;
  const auto read = [&](std::size_t from, std::uint64_t& half) {
    const char* const begin = text.data() + from;
    return std::from_chars(begin, begin + digits, half, 16).ptr == begin + digits;
  };
  if (!read(0, id.high) || !read(digits, id.low)) return std::nullopt;
  return id;
}

SystemTime time_of(const EventId& id) {
  return SystemTime{std::chrono::milliseconds{static_cast<std::int64_t>(id.high >> 16U)}};
}

}  // namespace isthmus
