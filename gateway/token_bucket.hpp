#pragma once
// How often something may happen: a token bucket. Time is a parameter.
#include <chrono>

namespace isthmus {

/// `burst` at once, then `rate` a second.
class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `burst` counts as 1 when it is 0; a `rate` of 0 (or less) sets no limit.
  TokenBucket(unsigned burst, double rate) noexcept;

  /// Takes one token; false, and nothing taken, when there is none at `now`.
  bool take(Time now) noexcept;
  /// Takes one even when there is none, so that the following ones wait longer, by at most ten: for what must not wait
  /// itself.
  void force(Time now) noexcept;
  /// When the next take() will succeed: `now` or later.
  Time ready_at(Time now) const noexcept;
  /// True when nothing was taken of late: it is as good as a new one.
  bool is_full(Time now) const noexcept { return full_at_ <= now; }

 private:
  std::chrono::steady_clock::duration interval_{};   // between two tokens; 0: no limit
  std::chrono::steady_clock::duration allowance_{};  // how far full_at_ may lie ahead for a token to be there
  Time full_at_{};                                   // when the bucket will be full again
};

}  // namespace isthmus
