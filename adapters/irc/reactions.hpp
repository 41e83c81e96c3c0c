#pragma once
// Reactions: IRC tells one at a time what is added and taken back (+draft/react, +draft/unreact), the model the whole
// set. So the last set of each message and sender is kept. No I/O, no clock.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::irc {

class ReactionTable {
 public:
  static constexpr std::size_t max = 200;        // sets; the oldest go
  static constexpr std::size_t max_in_set = 20;  // more are not taken
  static constexpr std::size_t max_size = 64;    // bytes of one

  struct Difference {
    std::vector<std::string> added;
    std::vector<std::string> removed;
    bool empty() const noexcept { return added.empty() && removed.empty(); }
  };

  /// The set of `sender` on `msgid` after one more (or less); nullptr when that changes nothing or is too much.
  const std::vector<std::string>* change(std::string_view msgid, std::string_view sender, std::string_view emoji,
                                         bool add);
  /// Makes `emoji` the set of `sender`, duplicates left out; what that changed.
  Difference replace(std::string_view msgid, std::string_view sender, const std::vector<std::string>& emoji);
  /// It is not known any more what `sender` has there.
  void forget(std::string_view msgid, std::string_view sender);

 private:
  struct Set {
    std::string msgid;
    std::string sender;
    std::vector<std::string> emoji;
  };
  Set& get(std::string_view msgid, std::string_view sender);
  Set* find(std::string_view msgid, std::string_view sender) noexcept;

  std::vector<Set> sets_;  // those changed last at the end
};

}  // namespace isthmus::irc
