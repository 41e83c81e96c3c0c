#pragma once
// Commands that a user writes to the network in its own language. Pure.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/line.hpp"
#include "gateway/adapter.hpp"

namespace isthmus::irc {

inline constexpr std::size_t max_raw_lines = 10;  // of one message; ours

/// The lines of `text`, each one command; blank lines are passed over. The views are of `text`. Refused are prefixes
/// and tags, characters that no line may hold, more than max_raw_lines, and what belongs to the login (PASS, CAP, …).
Answer<std::vector<Line>> parse_raw(std::string_view text);

/// Appends `line` to `out` by the one serializer (append_line). `max_bytes`: as for LineOptions.
Result<void> append_raw(std::string& out, const Line& line, std::size_t max_bytes);

/// What follows "/mode" where a text is that command and nothing else; nullopt where it is none.
std::optional<std::string_view> mode_command(std::string_view text) noexcept;

/// The texts of a message of the day, one below the other; what is too long is left out.
class MessageOfTheDay {
 public:
  static constexpr std::size_t max_lines = 200;
  static constexpr std::size_t max_bytes = std::size_t{16} * 1024;

  /// A 375 begins a new one; 372: "- text".
  void add(const Line& line);
  /// The whole; it is empty then.
  std::string take();

 private:
  std::string text_;
  std::size_t lines_ = 0;
};

}  // namespace isthmus::irc
