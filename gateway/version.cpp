#include "gateway/version.hpp"

namespace isthmus {

const std::string_view version = ISTHMUS_VERSION;

}  // namespace isthmus
