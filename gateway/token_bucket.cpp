#include "gateway/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace isthmus {

namespace {
using Duration = std::chrono::steady_clock::duration;
// A day between two tokens is as good as never, and keeps the sums in range for any configured number.
constexpr Duration longest_interval = std::chrono::hours{24};
constexpr Duration longest_allowance = 10'000 * longest_interval;
// Tokens that force() may take ahead: whoever is made to take a thousand must not be silent for half an hour.
constexpr int most_debt = 10;
}  // namespace

// The bucket's level is kept as the time at which it will be full: it needs no refilling by a timer.
TokenRate::TokenRate(unsigned burst, double rate) noexcept {
  if (!(rate > 0)) return;
  const double seconds = std::min(1.0 / rate, std::chrono::duration<double>{longest_interval}.count());
  interval_ = std::max(Duration{1}, std::chrono::duration_cast<Duration>(std::chrono::duration<double>{seconds}));
  allowance_ = interval_ * (std::clamp<Duration::rep>(burst, 1, longest_allowance / interval_) - 1);
}

TokenRate::Time TokenRate::ready_at(Time full_at, Time now) const noexcept {
  return std::max(now, full_at - allowance_);
}

bool TokenRate::take(Time& full_at, Time now) const noexcept {
  if (ready_at(full_at, now) > now) return false;
  force(full_at, now);
  return true;
}

void TokenRate::force(Time& full_at, Time now) const noexcept {
  full_at = std::min(std::max(full_at, now), now + allowance_ + most_debt * interval_) + interval_;
}

}  // namespace isthmus
