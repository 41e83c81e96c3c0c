#pragma once
// A body → the texts of the lines that carry it, so that the server relays each whole: it puts our own prefix before
// what we send, and cuts what is then over its line length (RFC 2812 §2.3). Pure; no allocation once `pieces` has its
// capacity.
#include <cstddef>
#include <string_view>
#include <vector>

#include "adapters/irc/legacy_charset.hpp"
#include "adapters/irc/line.hpp"

namespace isthmus::irc {

/// The lengths in bytes of our own prefix as the server writes it. Where user and host are not known yet: USERLEN and
/// HOSTLEN.
struct PrefixLength {
  std::size_t nick = 0;
  std::size_t user = 0;  // with the ~ of an unverified one
  std::size_t host = 0;
};

/// Ours: so that a hostile set of lengths cannot make a line of each letter.
inline constexpr std::size_t min_text_budget = 64;

/// The bytes of text that fit into ":nick!user@host COMMAND target :text\r\n" of `line_length` bytes; at least
/// min_text_budget. `overhead`: bytes of each text that are not the body's (action_overhead for a /me).
std::size_t text_budget(const PrefixLength& own, std::string_view command, std::string_view target,
                        std::size_t overhead = 0, std::size_t line_length = default_line_length) noexcept;

/// Replaces `pieces` by views of `body`, each of at most `budget` (≥ 4) bytes. The body is cut at each LF, CR LF,
/// CR and NUL, and lines of nothing but spaces and TABs are dropped, so that a blank body gives no piece. A line over
/// the budget is cut after a space in the last third, else between two code points, and not before a combining mark or
/// beside a zero-width joiner where that can be helped. The pieces of a line, joined, are the line. False, with
/// `pieces` empty, when there would be more than `max_pieces`.
bool split(std::string_view body, std::size_t budget, std::size_t max_pieces, std::vector<std::string_view>& pieces);

/// The same where the budget is of bytes in `charset`.
bool split(std::string_view body, std::size_t budget, std::size_t max_pieces, std::vector<std::string_view>& pieces,
           const LegacyCharset& charset);

}  // namespace isthmus::irc
