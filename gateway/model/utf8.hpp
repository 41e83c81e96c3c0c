#pragma once
// UTF-8 (RFC 3629). Pure.
#include <string_view>

namespace isthmus {

/// True when `text` is well-formed: shortest forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text) noexcept;

}  // namespace isthmus
