#pragma once
// Client-to-client protocol: \x01VERB arguments\x01 as the text of a PRIVMSG (a query) or NOTICE (an answer);
// https://modern.ircdocs.horse/ctcp. Pure.
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::irc {

struct Ctcp {
  std::string_view verb;       // as sent; upper case by custom
  std::string_view arguments;  // bytes after the verb's space; may be empty
};

/// nullopt when `text` does not begin with \x01 or has no verb. The closing \x01 may be missing: servers cut lines.
std::optional<Ctcp> parse_ctcp(std::string_view text) noexcept;

/// Case-insensitive: is_verb(ctcp, "ACTION").
bool is_verb(const Ctcp& ctcp, std::string_view verb) noexcept;

/// Appends \x01VERB arguments\x01; without the space when `arguments` are empty. A \x01 in either is left out.
void append_ctcp(std::string& out, std::string_view verb, std::string_view arguments);

/// What the wrapper of an ACTION adds to its text, in bytes.
inline constexpr std::string_view::size_type action_overhead = 9;  // \x01 "ACTION " \x01

}  // namespace isthmus::irc
