#pragma once
// How often something may happen: a token bucket. Time is a parameter.
#include <chrono>

namespace isthmus {

/// What buckets of one kind have in common: `burst` at once, then a `rate` a second. A bucket itself is the time at
/// which it will be full again.
class TokenRate {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `burst` counts as 1 when it is 0; a `rate` of 0 (or less) sets no limit.
  TokenRate(unsigned burst, double rate) noexcept;

  /// Takes one token; false, and nothing taken, when there is none at `now`.
  bool take(Time& full_at, Time now) const noexcept;
  /// Takes one even when there is none, so that the following ones wait longer, by at most ten: for what must not wait
  /// itself.
  void force(Time& full_at, Time now) const noexcept;
  /// When the next take() will succeed: `now` or later.
  Time ready_at(Time full_at, Time now) const noexcept;

 private:
  std::chrono::steady_clock::duration interval_{};   // between two tokens; 0: no limit
  std::chrono::steady_clock::duration allowance_{};  // how far full_at may lie ahead for a token to be there
};

/// One of its kind.
class TokenBucket {
 public:
  using Time = TokenRate::Time;

  TokenBucket(unsigned burst, double rate) noexcept : rate_{burst, rate} {}

  bool take(Time now) noexcept { return rate_.take(full_at_, now); }
  void force(Time now) noexcept { rate_.force(full_at_, now); }
  Time ready_at(Time now) const noexcept { return rate_.ready_at(full_at_, now); }
  /// True when nothing was taken of late: it is as good as a new one.
  bool is_full(Time now) const noexcept { return full_at_ <= now; }

 private:
  TokenRate rate_;
  Time full_at_{};
};

}  // namespace isthmus
