#include "adapters/irc/bytes.hpp"

#include <algorithm>

#include "gateway/model/byte_scan.hpp"

namespace isthmus::irc {

namespace {

std::size_t span_up_to(std::string_view text, const char* found) noexcept {
  return static_cast<std::size_t>(found - text.data());
}

}  // namespace

std::size_t span_without_line_breaks(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return span_up_to(text, find_any<'\r', '\n', '\0'>(text.data(), text.data(), end));
}

std::size_t span_of_plain_ascii(std::string_view text) noexcept {
  const char* const end = text.data() + text.size();
  return span_up_to(text, find_first(text.data(), text.data(), end, [](Block block) {
                      return ~(~block.control_or_beyond_ascii() | block.equal('\t'));
                    }));
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
