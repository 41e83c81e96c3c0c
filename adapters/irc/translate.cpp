#include "adapters/irc/translate.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/charset.hpp"

namespace isthmus::irc {

namespace {

/// Reads exactly `digits` digits off `text`.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  const std::string_view head = text.substr(0, digits);
  const auto [end, error] = std::from_chars(head.data(), head.data() + head.size(), value);
  if (error != std::errc{} || end != head.data() + head.size() || value < 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

/// Milliseconds of a fraction of a second, of which any number of digits may be given.
std::chrono::milliseconds take_fraction(std::string_view& text) {
  int milliseconds = 0;
  int weight = 100;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), weight /= 10)
    milliseconds += (text.front() - '0') * weight;
  return std::chrono::milliseconds{milliseconds};
}

}  // namespace

std::optional<SystemTime> parse_server_time(std::string_view text) {
  using namespace std::chrono;
  constexpr std::array<std::size_t, 6> digits{4, 2, 2, 2, 2, 2};
  constexpr std::array<char, 6> separators{'-', '-', 'T', ':', ':', '\0'};
  std::array<int, 6> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto part = take_number(text, digits[i]);
    if (!part) return std::nullopt;
    parts[i] = *part;
    if (separators[i] != '\0' && !take(text, separators[i])) return std::nullopt;
  }
  const milliseconds fraction = take(text, '.') ? take_fraction(text) : milliseconds{0};
  if (text != "Z") return std::nullopt;
  const year_month_day date{year{parts[0]}, month{static_cast<unsigned>(parts[1])},
                            day{static_cast<unsigned>(parts[2])}};
  // The system's clock counts nanoseconds: it has no room for times far off.
  if (parts[0] < 1970 || parts[0] >= 2200) return std::nullopt;
  // 60 is a leap second: the system's clock has none.
  if (!date.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) return std::nullopt;
  return sys_days{date} + hours{parts[3]} + minutes{parts[4]} + seconds{parts[5]} + fraction;
}

std::string to_server_time(SystemTime at) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(at)),
                     milliseconds);
}

std::optional<SystemTime> parse_unix_time(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::int64_t year_2200 = 7'258'118'400;
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0 || value > year_2200) return std::nullopt;
  return SystemTime{std::chrono::seconds{value}};
}

std::string to_one_line(std::string_view text, std::size_t max_bytes) {
  std::string line;
  line.reserve(text.size());
  bool broken = false;
  for (const char c : text) {
    if (c == '\r' || c == '\n') {
      broken = !line.empty();
      continue;
    }
    if (broken) line += ' ';
    broken = false;
    line += c;
  }
  if (max_bytes > 0 && line.size() > max_bytes) {
    std::size_t end = max_bytes;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
    line.resize(end);
  }
  return line;
}

std::string_view address_of(const Line& line, std::string& buffer) {
  if (line.host.empty()) return {};
  buffer.assign(line.user);
  buffer += '@';
  buffer += line.host;
  return buffer;
}

bool is_from_server(const Line& line) noexcept {
  // A nick has no dot (RFC 2812 §2.3.1), and servers write users with at least a host.
  return line.prefix.empty() ||
         (line.host.empty() && line.user.empty() && line.nick.find('.') != std::string_view::npos);
}

bool is_netsplit(std::string_view reason) noexcept {
  const auto is_host = [](std::string_view name) {
    const bool has_characters = std::ranges::all_of(
        name, [](char c) { return is_ascii_letter(c) || is_ascii_digit(c) || c == '.' || c == '-' || c == '*'; });
    return has_characters && name.find('.') != std::string_view::npos && !name.starts_with('.') && !name.ends_with('.');
  };
  const std::size_t space = reason.find(' ');
  if (space == std::string_view::npos) return false;
  const std::string_view one = reason.substr(0, space);
  const std::string_view other = reason.substr(space + 1);
  return one != other && is_host(one) && is_host(other);
}

std::string numeric_text(const Line& line) {
  std::string text;
  std::string buffer;
  for (std::size_t i = 1; i < line.count; ++i) {
    if (i > 1) text += i + 1 == line.count ? ": " : " ";
    text += plain_text(line.values[i], buffer);
  }
  return text;
}

std::optional<std::string> ctcp_answer(const Ctcp& query, SystemTime now) {
  constexpr std::size_t max_ping = 64;  // bytes that we give back: enough for any client's time stamp
  std::string answer;
  if (is_verb(query, "VERSION")) {
    append_ctcp(answer, "VERSION", "isthmus, an XMPP gateway");
  } else if (is_verb(query, "PING")) {
    append_ctcp(answer, "PING", query.arguments.substr(0, max_ping));
  } else if (is_verb(query, "TIME")) {
    append_ctcp(answer, "TIME",
                fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now))));
  } else if (is_verb(query, "CLIENTINFO")) {
    append_ctcp(answer, "CLIENTINFO", "ACTION CLIENTINFO PING TIME VERSION");
  } else {
    return std::nullopt;
  }
  return answer;
}

}  // namespace isthmus::irc
