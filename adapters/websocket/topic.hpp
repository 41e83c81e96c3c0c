#pragma once
// What clients subscribe to: addresses such as "ws:plant/temp" and patterns of them, "ws:plant/#". The part before the
// first ":" names an adapter; what follows are levels with the wildcards of MQTT topic filters (MQTT 5 §4.7). Pure.
#include <string_view>

namespace isthmus::websocket {

inline constexpr std::size_t longest_pattern = 1'024;  // bytes

/// "ADAPTER:LEVELS" where `#` stands alone and last and `+` alone in its level; "#" by itself means everything. At most
/// longest_pattern bytes and 32 levels.
bool is_pattern(std::string_view pattern) noexcept;

/// An address: a pattern without wildcards.
bool is_address(std::string_view text) noexcept;

/// True when `pattern` selects `address`; "a/#" also selects "a" (MQTT 5 §4.7.1.2). Both valid.
bool matches(std::string_view pattern, std::string_view address) noexcept;

/// What all that `text`, a pattern or an address, may name begins with: "ws:plant" of "ws:plant/+/temp", nothing where
/// the first level is a wildcard. A pattern without root, or with that of an address, may select it; others do not.
std::string_view root_of(std::string_view text) noexcept;

/// True when everything that `pattern` selects is selected by `scope` too. Both valid.
bool covers(std::string_view scope, std::string_view pattern) noexcept;

}  // namespace isthmus::websocket
