#include "adapters/irc/charset.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

constexpr char32_t replacement = 0xFFFD;
// A text of this many bytes can have met the line limit: 512 less the longest usual prefix, command and channel.
constexpr std::size_t length_of_a_cut_text = 300;

// Windows-1252, 80 to 9F (https://encoding.spec.whatwg.org/index-windows-1252.txt, but for its five undefined bytes).
constexpr std::array<char16_t, 32> cp1252_80 = {
    0x20AC, replacement, 0x201A,      0x0192, 0x201E,      0x2026,      0x2020, 0x2021,      0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152,      replacement, 0x017D, replacement, replacement, 0x2018, 0x2019,      0x201C, 0x201D, 0x2022,
    0x2013, 0x2014,      0x02DC,      0x2122, 0x0161,      0x203A,      0x0153, replacement, 0x017E, 0x0178};

char32_t from_cp1252(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 && byte < 0xA0 ? cp1252_80[byte - 0x80U] : byte;
}

// No code point over U+FFFF comes out of Windows-1252.
void append_encoded(std::string& out, char32_t value) {
  if (value < 0x80) {
    out += static_cast<char>(value);
    return;
  }
  if (value < 0x800) {
    out += static_cast<char>(0xC0U | (value >> 6U));
  } else {
    out += static_cast<char>(0xE0U | (value >> 12U));
    out += static_cast<char>(0x80U | ((value >> 6U) & 0x3FU));
  }
  out += static_cast<char>(0x80U | (value & 0x3FU));
}

bool is_removed(char32_t value) noexcept {
  return (value < 0x20 && value != '\t') || value == 0xFFFE || value == 0xFFFF;
}

// True when the sender's limit rather than another charset explains `tail`, the cut code point that `bytes` end with.
bool is_likely_cut(std::string_view bytes, std::string_view tail, bool has_other_utf8, bool has_charset) noexcept {
  if (!is_cut_code_point(tail)) return false;
  if (has_charset) return has_other_utf8;
  if (has_other_utf8 || bytes.size() >= length_of_a_cut_text || tail.size() == 3) return true;
  // E2: punctuation and currency; F0: emoji. As Windows-1252 they read "â" and "ð" with a symbol after it.
  return tail.size() == 2 && (tail.front() == '\xE2' || tail.front() == '\xF0');
}

struct Reading {
  std::string_view bytes;  // less a code point that was cut
  bool is_utf8 = true;
  bool is_clean = true;  // nothing to remove
};

Reading read(std::string_view bytes, bool has_charset) noexcept {
  Reading reading{bytes};
  bool has_other_utf8 = false;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const std::string_view rest = bytes.substr(at);
    if (const std::size_t plain = span_of_plain_ascii(rest); plain > 0) {
      at += plain;
      continue;
    }
    const CodePoint point = first_code_point(rest);
    if (point.length == 0) {
      if (is_likely_cut(bytes, rest, has_other_utf8, has_charset)) {
        reading.bytes = bytes.substr(0, at);
        return reading;
      }
      return {bytes, false, false};
    }
    has_other_utf8 = has_other_utf8 || point.length > 1;
    reading.is_clean = reading.is_clean && !is_removed(point.value);
    at += point.length;
  }
  return reading;
}

std::size_t digits(std::string_view text, std::size_t most, bool (*is_digit)(char)) noexcept {
  std::size_t count = 0;
  while (count < std::min(most, text.size()) && is_digit(text[count])) ++count;
  return count;
}

bool is_hex_digit(char c) noexcept { return is_ascii_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f'); }

// The bytes after a colour code that belong to it: a colour, or two with a comma between.
std::size_t colour_length(std::string_view rest, std::size_t least, std::size_t most, bool (*is_digit)(char)) noexcept {
  const std::size_t first = digits(rest, most, is_digit);
  if (first < least) return 0;
  rest.remove_prefix(first);
  if (!rest.starts_with(',')) return first;
  const std::size_t second = digits(rest.substr(1), most, is_digit);
  return second < least ? first : first + 1 + second;
}

std::size_t arguments_of_code(char32_t code, std::string_view rest) noexcept {
  if (code == 0x03) return colour_length(rest, 1, 2, is_ascii_digit);
  if (code == 0x04) return colour_length(rest, 6, 6, is_hex_digit);
  return 0;
}

std::string_view converted(std::string_view bytes, std::string& buffer, const LegacyCharset* charset,
                           bool without_colours, ControlSink* sink) {
  Reading reading = read(bytes, charset != nullptr);
  if (reading.is_clean) return reading.bytes;
  std::string decoded;
  if (!reading.is_utf8 && charset != nullptr) {
    charset->append_decoded(decoded, bytes);
    reading = {decoded, true, false};
  }
  buffer.clear();
  std::string_view rest = reading.bytes;
  while (!rest.empty()) {
    const std::size_t plain = span_of_plain_ascii(rest);
    buffer += rest.substr(0, plain);
    rest.remove_prefix(plain);
    if (rest.empty()) break;
    const CodePoint point = reading.is_utf8 ? first_code_point(rest) : CodePoint{from_cp1252(rest.front()), 1};
    if (is_removed(point.value)) {
      if (sink != nullptr) sink->on_control(point.value, buffer.size());
    } else {
      if (reading.is_utf8)
        buffer += rest.substr(0, point.length);
      else
        append_encoded(buffer, point.value);
    }
    rest.remove_prefix(point.length);
    if (without_colours) rest.remove_prefix(arguments_of_code(point.value, rest));
  }
  return buffer;
}

}  // namespace

std::string_view to_utf8(std::string_view bytes, std::string& buffer, const LegacyCharset* charset) {
  return converted(bytes, buffer, charset, false, nullptr);
}

std::string_view plain_text(std::string_view bytes, std::string& buffer, const LegacyCharset* charset) {
  return converted(bytes, buffer, charset, true, nullptr);
}

std::string_view without_controls(std::string_view bytes, std::string& buffer, const LegacyCharset* charset,
                                  ControlSink* sink) {
  return converted(bytes, buffer, charset, true, sink);
}

}  // namespace isthmus::irc
