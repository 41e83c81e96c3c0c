#pragma once
// Small translations between what IRC lines hold and the model. Pure.
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/line.hpp"
#include "gateway/model/event.hpp"

namespace isthmus::irc {

/// The value of the tag `time` ("2026-01-31T23:59:59.123Z"; https://ircv3.net/specs/extensions/server-time).
std::optional<SystemTime> parse_server_time(std::string_view text);

/// The other way: "2026-01-31T23:59:59.123Z".
std::string to_server_time(SystemTime at);

/// Unix seconds as in 333.
std::optional<SystemTime> parse_unix_time(std::string_view text);

/// `text` on one line: each run of line breaks is a space, none at the ends; cut between code points to `max_bytes`, 0:
/// not cut.
std::string to_one_line(std::string_view text, std::size_t max_bytes);

/// user@host of a prefix into `buffer`; "" when the prefix has no host.
std::string_view address_of(const Line& line, std::string& buffer);

/// True for a prefix that is a server's name, or for none.
bool is_from_server(const Line& line) noexcept;

/// True for the reason of a QUIT by a netsplit where the server marks none by a batch: two different host names
/// ("east.example.org west.example.org").
bool is_netsplit(std::string_view reason) noexcept;

/// What an informative or error numeric says, without our nick: its parameters from the second on.
std::string numeric_text(const Line& line);

/// The CTCP text that answers `query`: VERSION, PING, TIME and CLIENTINFO; nullopt for what we do not answer. Says
/// nothing of the user.
std::optional<std::string> ctcp_answer(const Ctcp& query, SystemTime now);

}  // namespace isthmus::irc
