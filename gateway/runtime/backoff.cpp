#include "gateway/runtime/backoff.hpp"

#include <algorithm>

namespace isthmus {

std::chrono::milliseconds Backoff::next(double random) noexcept {
  using std::chrono::milliseconds;
  if (first_) {
    first_ = false;
    return milliseconds{0};
  }
  delay_ = delay_ == milliseconds{0} ? base_ : std::min(cap_, delay_ * 2);
  const double jitter = static_cast<double>(base_.count()) * std::clamp(random, 0.0, 1.0);
  return delay_ + milliseconds{static_cast<milliseconds::rep>(jitter)};
}

}  // namespace isthmus
