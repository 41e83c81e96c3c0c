#include "adapters/irc/nick.hpp"

#include <algorithm>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t longest_nick = 64;           // bytes; ours, see is_nick
constexpr std::size_t longest_channel_name = 200;  // bytes; RFC 1459 §1.3

bool is_rfc_nick_character(char c) noexcept {
  return is_ascii_letter(c) || is_ascii_digit(c) || std::string_view{"[]\\`_^{|}-"}.find(c) != std::string_view::npos;
}

// What would end the parameter, or make a list or mask of it.
bool breaks_a_nick(char c) noexcept {
  return is_control(c) || std::string_view{" ,*?!@"}.find(c) != std::string_view::npos;
}

bool may_not_lead(char c, NickCharset charset) noexcept {
  if (is_ascii_digit(c) || c == '-') return true;
  return charset == NickCharset::utf8 && std::string_view{"#&+!:$~%"}.find(c) != std::string_view::npos;
}

std::uint64_t mixed(std::uint64_t value) noexcept {  // the last step of splitmix64
  value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ (value >> 27U)) * 0x94D049BB133111EBULL;
  return value ^ (value >> 31U);
}

std::string suffix_of(unsigned attempt, std::uint64_t seed) {
  constexpr unsigned underscores = 2;
  if (attempt <= underscores) return std::string(attempt, '_');
  std::string digits = std::to_string(mixed(seed + attempt) % 1000);
  return digits.insert(0, 3 - digits.size(), '0');
}

}  // namespace

std::string irc_nick(std::string_view wanted, std::size_t max_bytes, NickCharset charset) {
  std::string nick;
  while (!wanted.empty()) {
    const CodePoint point = first_code_point(wanted);
    const std::string_view character = wanted.substr(0, std::max<std::size_t>(point.length, 1));
    wanted.remove_prefix(character.size());
    const bool is_allowed = character.size() == 1 ? point.length == 1 && (charset == NickCharset::rfc
                                                                              ? is_rfc_nick_character(character.front())
                                                                              : !breaks_a_nick(character.front()))
                                                  : charset == NickCharset::utf8;
    if (nick.empty() && is_allowed && may_not_lead(character.front(), charset)) nick += '_';
    nick += is_allowed ? character : "_";
    if (nick.size() >= max_bytes) break;
  }
  nick.resize(code_point_border(nick, max_bytes));
  return nick.empty() ? "_" : nick;
}

std::optional<std::string> fallback_nick(std::string_view nick, unsigned attempt, std::size_t max_bytes,
                                         std::uint64_t seed) {
  if (attempt == 0 || attempt > max_nick_attempts) return std::nullopt;
  const std::string suffix = suffix_of(attempt, seed);
  if (suffix.size() >= max_bytes) return std::nullopt;
  std::string changed{nick.substr(0, code_point_border(nick, max_bytes - suffix.size()))};
  changed += suffix;
  if (changed == nick) return std::nullopt;
  return changed;
}

bool is_nick(std::string_view nick) noexcept {
  return !nick.empty() && nick.size() <= longest_nick && std::ranges::none_of(nick, breaks_a_nick) &&
         !has_channel_type(nick) && nick.front() != ':' && nick.front() != '$';
}

bool is_channel_name(std::string_view name) noexcept {
  return has_channel_type(name) && name.size() >= 2 && name.size() <= longest_channel_name &&
         std::ranges::none_of(name, [](char c) { return c == ' ' || c == ',' || is_control(c); });
}

}  // namespace isthmus::irc
