#pragma once
// Ban masks: whom they mean, and which were set a moment ago. Pure; time is a parameter.
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/casemap.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::irc {

/// True when `mask` (nick!user@host with * and ?; RFC 2812 §2.5) matches `who`. Takes at most the product of both
/// lengths.
bool matches_mask(CaseMapping mapping, std::string_view mask, std::string_view who) noexcept;

/// The bans of the last moments. A KICK does not say whether one may come back; a ban just before it does.
class RecentBans {
 public:
  /// `channel`: folded.
  void add(std::string_view channel, std::string_view mask, SteadyTime now);
  /// True when somebody banned `who` (nick!user@host) from `channel` at most 30 s before `now`.
  bool cover(CaseMapping mapping, std::string_view channel, std::string_view who, SteadyTime now) const noexcept;

 private:
  struct Ban {
    std::string channel;
    std::string mask;
    SteadyTime at{};
  };
  std::vector<Ban> bans_;  // the oldest first
};

}  // namespace isthmus::irc
