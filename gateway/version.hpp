#pragma once
#include <string_view>

namespace isthmus {

/// As in CMakeLists.txt.
extern const std::string_view version;

}  // namespace isthmus
