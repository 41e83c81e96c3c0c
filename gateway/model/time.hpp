#pragma once
#include <chrono>

namespace isthmus {

using SystemTime = std::chrono::system_clock::time_point;

}  // namespace isthmus
