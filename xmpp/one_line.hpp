#pragma once
// Texts of clients that the other side can only take as one line: reasons, what people say of their absence.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::xmpp {

/// Longer ones are refused, in bytes: what a foreign side cuts is less than this.
inline constexpr std::size_t max_one_line = 2048;

/// `text` without white space at its ends, each line break and tabulator within it made a space. nullopt when it is too
/// long or holds any other control character.
std::optional<std::string> to_one_line(std::string_view text);

/// True when `text` has any control character.
bool has_control(std::string_view text) noexcept;

}  // namespace isthmus::xmpp
