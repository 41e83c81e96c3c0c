#pragma once
// Nicks that a server may accept, made from what a user wished to be called (RFC 2812 §2.3.1). Pure.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::irc {

enum class NickCharset : std::uint8_t {
  utf8,  // what no server's syntax forbids is kept: some have UTF-8 nicks, the others answer 432
  rfc,   // letters, digits and []\`_^{|}- only
};

/// `wanted` (UTF-8) as a nick of at most `max_bytes` (≥ 1), cut between code points. Each code point that is not
/// allowed becomes `_`; a `_` is put before a leading digit or `-` (and, with utf8, before what marks a channel, status
/// or mask: one of #&+!:$~%). "_" for nothing.
std::string irc_nick(std::string_view wanted, std::size_t max_bytes, NickCharset charset);

inline constexpr unsigned max_nick_attempts = 6;

/// What to try after `nick` was taken `attempt` times (1…): nick_, nick__, then nick with three digits that follow from
/// `seed`, so that two users with one name do not try the same. Cut so that it fits `max_bytes`. nullopt after
/// max_nick_attempts, or when nothing different fits.
std::optional<std::string> fallback_nick(std::string_view nick, unsigned attempt, std::size_t max_bytes,
                                         std::uint64_t seed);

/// True when `nick` can be a message's target and a line's parameter: not empty, at most 64 bytes, no space, control
/// character, comma, '*', '?', '!' or '@', and not beginning with a channel type, ':' or '$'.
bool is_nick(std::string_view nick) noexcept;

/// True when `name` can name a channel (RFC 2812 §1.3): begins with '#', '&', '+' or '!', at most 200 bytes, at least
/// 2, without space, comma or control character.
bool is_channel_name(std::string_view name) noexcept;
inline bool has_channel_type(std::string_view name) noexcept {
  return !name.empty() && std::string_view{"#&+!"}.find(name.front()) != std::string_view::npos;
}

}  // namespace isthmus::irc
