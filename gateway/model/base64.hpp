#pragma once
// Base64 (RFC 4648 §4). Pure.
#include <optional>
#include <string>
#include <string_view>

namespace isthmus {

std::string to_base64(std::string_view bytes);
/// nullopt unless `text` is base64 with its padding; white space in it counts for nothing.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace isthmus
