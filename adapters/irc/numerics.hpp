#pragma once
// What a server refuses, in the words of the model: a numeric or a FAIL (IRCv3 standard-replies) → Refusal. Pure.
#include <cstdint>
#include <optional>
#include <string_view>

#include "adapters/irc/line.hpp"
#include "gateway/model/refusal.hpp"

namespace isthmus::irc {

/// What the numeric answers: several mean different things after different requests.
enum class Asked : std::uint8_t {
  connect,  // registration: PASS, NICK, USER, AUTHENTICATE
  join,
  nick,
  message,  // to a channel
  direct,   // to a nick
  subject,
  kick,
  invite,
  mode,
  command,  // anything else
};

/// Why `asked` failed, with the server's own text (decoded, without formatting); nullopt when `line` is neither an
/// error numeric nor a FAIL. A redirect (470) has the channel that the server chose as `alternate`.
std::optional<Refusal> refusal(const Line& line, Asked asked);

/// True when a login that failed with `line` (an error numeric or FAIL) would fail again: the user must change
/// something first.
bool is_permanent(const Line& line) noexcept;

/// What an ERROR, with which the server closes the link, lets one hope for.
enum class Farewell : std::uint8_t {
  ordinary,   // try again after the usual pause
  throttled,  // connected too often: a long pause
  banned,     // K-line and its kin: forbidden until the user tries again by hand
  denied,     // the server's password is wrong: until the user changes it
};
/// Judged by the words that ircds use; RFC 2812 §3.7.4 has no code.
Farewell farewell(std::string_view text) noexcept;

/// The refusal of what was under way when the server said ERROR with `text` (raw bytes) while one logged in.
Refusal refusal_of_error(std::string_view text);

}  // namespace isthmus::irc
