#include "adapters/irc/bytes.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace isthmus::irc {

namespace {

// Sixteen bytes as a vector of the compiler: one instruction each on SSE2 and NEON, and plain code elsewhere.
using Block [[gnu::vector_size(16)]] = unsigned char;

Block load(const char* from) noexcept {
  Block block;
  std::memcpy(&block, from, sizeof block);
  return block;
}

bool any(auto mask) noexcept {
  std::array<std::uint64_t, 2> halves{};
  static_assert(sizeof mask == sizeof halves);
  std::memcpy(halves.data(), &mask, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

bool is_line_break(char c) noexcept { return c == '\r' || c == '\n' || c == '\0'; }
bool is_plain_ascii(char c) noexcept { return (c >= 0x20 && static_cast<unsigned char>(c) < 0x80) || c == '\t'; }

}  // namespace

std::size_t span_without_line_breaks(std::string_view text) noexcept {
  const auto breaks = [&](std::size_t from) {
    const Block block = load(text.data() + from);
    return any((block == '\r') | (block == '\n') | (block == 0));
  };
  std::size_t at = 0;
  for (; at + sizeof(Block) <= text.size(); at += sizeof(Block)) {
    if (breaks(at)) break;
  }
  // The last block may overlap the one before.
  const bool is_tail = text.size() >= sizeof(Block) && text.size() - at < sizeof(Block);
  if (is_tail && !breaks(text.size() - sizeof(Block))) return text.size();
  while (at < text.size() && !is_line_break(text[at])) ++at;
  return at;
}

std::size_t span_of_plain_ascii(std::string_view text) noexcept {
  const auto others = [&](std::size_t from) {
    const Block block = load(text.data() + from);
    return any(((block < 0x20) & (block != '\t')) | (block >= 0x80));
  };
  std::size_t at = 0;
  for (; at + sizeof(Block) <= text.size(); at += sizeof(Block)) {
    if (others(at)) break;
  }
  const bool is_tail = text.size() >= sizeof(Block) && text.size() - at < sizeof(Block);
  if (is_tail && !others(text.size() - sizeof(Block))) return text.size();
  while (at < text.size() && is_plain_ascii(text[at])) ++at;
  return at;
}

namespace {

// What RFC 3629 §4 allows after a lead byte: how many bytes in all, and the range of the second.
struct Lead {
  std::uint8_t length;
  unsigned char least;
  unsigned char most;
};

constexpr Lead lead_of(unsigned char c) noexcept {
  if (c < 0x80) return {1, 0, 0};
  if (c >= 0xC2 && c <= 0xDF) return {2, 0x80, 0xBF};
  if (c == 0xE0) return {3, 0xA0, 0xBF};
  if (c == 0xED) return {3, 0x80, 0x9F};
  if (c >= 0xE1 && c <= 0xEF) return {3, 0x80, 0xBF};
  if (c == 0xF0) return {4, 0x90, 0xBF};
  if (c >= 0xF1 && c <= 0xF3) return {4, 0x80, 0xBF};
  if (c == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// How many of `text`'s bytes are a right beginning of a code point of `lead`.
std::size_t right_bytes(std::string_view text, const Lead& lead) noexcept {
  const std::size_t most = std::min<std::size_t>(lead.length, text.size());
  if (most < 2) return most;
  const auto second = static_cast<unsigned char>(text[1]);
  if (second < lead.least || second > lead.most) return 1;
  std::size_t right = 2;
  while (right < most && is_continuation(text[right])) ++right;
  return right;
}

}  // namespace

CodePoint first_code_point(std::string_view text) noexcept {
  const auto first = static_cast<unsigned char>(text.front());
  const Lead lead = lead_of(first);
  if (lead.length <= 1) return {first, lead.length};
  if (right_bytes(text, lead) < lead.length) return {};
  char32_t value = first & (0xFFU >> (lead.length + 1U));
  for (std::size_t i = 1; i < lead.length; ++i) value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  return {value, lead.length};
}

bool is_cut_code_point(std::string_view text) noexcept {
  const Lead lead = lead_of(static_cast<unsigned char>(text.front()));
  return text.size() < lead.length && right_bytes(text, lead) == text.size();
}

std::size_t code_point_border(std::string_view text, std::size_t size) noexcept {
  if (size >= text.size()) return text.size();
  std::size_t border = size;
  while (border > 0 && size - border < 3 && is_continuation(text[border])) --border;
  return is_continuation(text[border]) ? size : border;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, ascii_lower, ascii_lower);
}

bool contains_ignoring_case(std::string_view text, std::string_view lower_case_part) noexcept {
  return !std::ranges::search(text, lower_case_part, {}, ascii_lower).empty() || lower_case_part.empty();
}

}  // namespace isthmus::irc
