#pragma once
// What was said of late: who said it and when, by the server's ids. So that history is not told twice, a read mark has
// its time, and one's own words are told from others' when they are taken back. No I/O, no clock.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "gateway/model/time.hpp"

namespace isthmus::irc {

class Recent {
 public:
  static constexpr std::size_t max = 256;

  struct Entry {
    std::uint64_t msgid = 0;  // hashes: two of one is as unlikely as it would be harmless
    std::uint32_t author = 0;
    std::uint32_t place = 0;
    SystemTime at;
  };

  /// False when it is known already. `author`: folded; `place`: the native name of the room or the other person.
  bool add(std::string_view msgid, std::string_view author, std::string_view place, SystemTime at);
  /// What was said there is news again, when it is told again.
  void forget(std::string_view place) noexcept;
  /// nullptr when it is not known, or not any more.
  const Entry* find(std::string_view msgid) const noexcept;
  static bool is_by(const Entry& entry, std::string_view author) noexcept;

 private:
  std::vector<Entry> ring_;
  std::size_t next_ = 0;  // to be replaced, once there are as many as are kept
};

}  // namespace isthmus::irc
