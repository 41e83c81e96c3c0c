#pragma once
// MQTT topic names and filters: checking and matching (MQTT 5 §4.7). No I/O, no allocation.
#include <cstddef>
#include <string_view>

namespace isthmus::mqtt {

inline constexpr std::size_t max_topic = 65'535;  // bytes (§1.5.4)
inline constexpr std::size_t max_depth = 32;      // levels; ours, the standard sets none

/// True for a topic that can be published to: UTF-8 of 1 to 65,535 bytes without U+0000, `+` and `#`, at most max_depth
/// levels.
bool is_topic_name(std::string_view text) noexcept;

/// True for what can be subscribed to: as a name, but `+` may stand for a level and `#` for the last ones (§4.7.1). A
/// shared subscription ($share/…) is none: it would get a part of the messages only.
bool is_topic_filter(std::string_view text) noexcept;

/// True when it has no control characters, so that it can be shown as it is.
bool is_readable(std::string_view topic) noexcept;

/// True when a filter has a wildcard, so that it names no single topic.
bool has_wildcard(std::string_view filter) noexcept;

/// True when `filter` selects `name`. `#` also selects its parent level: "a/#" matches "a" (§4.7.1.2). A wildcard at
/// the beginning does not match a name that begins with `$` (§4.7.2).
bool matches(std::string_view filter, std::string_view name) noexcept;

/// True when `allowed` selects every name that `filter` selects.
bool covers(std::string_view allowed, std::string_view filter) noexcept;

/// True when there can be a name that both filters select.
bool overlap(std::string_view a, std::string_view b) noexcept;

/// What every name begins with that `filter` selects, up to and with the last `/` before a wildcard; of a name without
/// wildcards, up to its last `/`.
std::string_view constant_prefix(std::string_view filter) noexcept;

}  // namespace isthmus::mqtt
