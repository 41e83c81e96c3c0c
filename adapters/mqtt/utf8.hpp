#pragma once
// UTF-8 (RFC 3629): is it well formed?
#include <cstddef>
#include <string_view>

namespace isthmus::mqtt {

/// The bytes of the first code point of `text`; 0 when it is ill-formed (overlong, a surrogate, cut off) or `text`
/// empty.
std::size_t code_point_length(std::string_view text) noexcept;
bool is_utf8(std::string_view text) noexcept;
/// The longest beginning of `text` (well formed) that has at most `most` bytes and is not cut inside a code point.
std::string_view cut(std::string_view text, std::size_t most) noexcept;

}  // namespace isthmus::mqtt
