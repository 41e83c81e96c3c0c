#pragma once
// Whose presence the user wants to hear of, beyond the rooms: with MONITOR where the server has it
// (https://ircv3.net/specs/extensions/monitor), else by asking with ISON once a minute (RFC 2812 §4.9). No I/O; time is
// a parameter.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/people.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::irc {

struct Watched {
  std::string folded;              // the key
  std::string nick;                // as asked for, then as the server spells it
  std::optional<Presence> told{};  // what the users' side knows; none: nothing yet
};

class Watches {
 public:
  static constexpr std::size_t max = 100;
  static constexpr std::size_t max_names = 400;  // bytes of nicks in one line

  bool empty() const noexcept { return all_.empty(); }
  std::size_t size() const noexcept { return all_.size(); }
  Watched* find(std::string_view folded) noexcept;
  Watched& add(std::string_view folded, std::string_view nick);
  void remove(std::string_view folded);
  std::vector<Watched>& all() noexcept { return all_; }

  /// All nicks, in lists of at most max_names bytes, parted by `separator`.
  std::vector<std::string> lists(char separator) const;
  /// The nicks that the next ISON asks for, parted by spaces; "" when there are none. Takes them in turn where they are
  /// more than fit.
  std::string next_question();
  /// The folded nicks of the question that is to be answered next.
  std::vector<std::string> take_asked();

  SteadyTime ask_due = SteadyTime::max();  // the next ISON

 private:
  std::vector<Watched> all_;
  std::size_t next_ = 0;            // in all_: where the next question begins
  std::vector<std::string> asked_;  // folded; by the question that has no answer yet
};

}  // namespace isthmus::irc
