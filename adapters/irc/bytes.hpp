#pragma once
// Looking at text 16 bytes at a time, and at UTF-8 (RFC 3629) a code point at a time. No allocation.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace isthmus::irc {

/// The length of the longest prefix of `text` without CR, LF and NUL.
std::size_t span_without_line_breaks(std::string_view text) noexcept;

/// The length of the longest prefix of `text` that is ASCII without C0 controls other than TAB.
std::size_t span_of_plain_ascii(std::string_view text) noexcept;

/// One step through UTF-8.
struct CodePoint {
  char32_t value = 0;
  std::uint8_t length = 0;  // bytes; 0: what stands there is no UTF-8
};
/// The code point that `text` (not empty) begins with. Overlong forms, surrogates and what is over U+10FFFF are no
/// UTF-8.
CodePoint first_code_point(std::string_view text) noexcept;

constexpr bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// True when `text` (not empty) is the beginning of a code point and ends before it does.
bool is_cut_code_point(std::string_view text) noexcept;

/// `size`, or up to three less so that `text.substr(0, size)` does not end within a code point. For text that is UTF-8.
std::size_t code_point_border(std::string_view text, std::size_t size) noexcept;

constexpr char ascii_lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }
constexpr bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_ascii_letter(char c) noexcept { return ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z'; }
constexpr bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool contains_ignoring_case(std::string_view text, std::string_view lower_case_part) noexcept;

}  // namespace isthmus::irc
