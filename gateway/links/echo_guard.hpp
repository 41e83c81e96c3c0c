#pragma once
// Notices when what a link said comes back by a way outside: another program that joins the same places. Pure.
#include <chrono>
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include "gateway/runtime/alarms.hpp"

namespace isthmus {

class EchoGuard {
 public:
  static constexpr std::chrono::seconds memory{15};
  static constexpr std::size_t most = 256;  // texts; more, and the oldest go

  /// `text`, with the name of who said it, was said by the gateway.
  void said(std::string text, SteadyTime now);
  /// True when `text` ends with such a one: whoever repeats it puts at most a name before it. A person who quotes one
  /// to the letter within that time is taken for such a program.
  bool is_echo(std::string_view text, SteadyTime now);

 private:
  struct Said {
    std::string text;
    SteadyTime at;
  };
  std::deque<Said> said_;
};

}  // namespace isthmus
