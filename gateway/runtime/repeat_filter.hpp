#pragma once
// Lines of the log that say the same again and again: a few are written, the rest is counted.
#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus {

/// Of lines that are equal, 5 within a minute are written; the further ones are counted, and the count is told when the
/// minute is over. 64 different lines are watched at a time, the oldest gives way.
class RepeatFilter {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t most_equal = 5;
  static constexpr std::chrono::minutes window{1};

  /// True when `line` is to be written.
  bool admit(std::string_view line, Time now);
  /// For each line whose minute is over and that was held back: itself, with how often.
  std::vector<std::string> expire(Time now);

 private:
  struct Watched {
    std::string line;  // empty: the place is free
    Time first{};
    std::size_t seen = 0;
  };
  std::array<Watched, 64> watched_{};
};

}  // namespace isthmus
