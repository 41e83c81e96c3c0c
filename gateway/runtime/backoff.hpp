#pragma once
// How long to wait before one connects again. Pure: chance is a parameter.
#include <chrono>

namespace isthmus {

class Backoff {
 public:
  /// `base` > 0, `base` <= `cap`.
  Backoff(std::chrono::milliseconds base, std::chrono::milliseconds cap) noexcept : base_{base}, cap_{cap} {}

  /// The delay before the next attempt: none before the first, then `base`, doubled each time up to `cap`, and up to
  /// `base` more by `random`, in [0, 1), so that those who lost their connection together do not come back together.
  std::chrono::milliseconds next(double random) noexcept;
  /// After a connection that worked: the next attempt is made at once.
  void reset() noexcept {
    delay_ = std::chrono::milliseconds{0};
    first_ = true;
  }
  /// The next attempt waits, even if it is the first.
  void skip_immediate() noexcept { first_ = false; }

 private:
  std::chrono::milliseconds base_;
  std::chrono::milliseconds cap_;
  std::chrono::milliseconds delay_{0};
  bool first_ = true;
};

}  // namespace isthmus
