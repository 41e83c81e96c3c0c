#include "adapters/irc/bans.hpp"

#include <algorithm>
#include <chrono>

namespace isthmus::irc {

namespace {

constexpr std::chrono::seconds moment{30};
constexpr std::size_t max_bans = 16;

}  // namespace

bool matches_mask(CaseMapping mapping, std::string_view mask, std::string_view who) noexcept {
  std::size_t m = 0;
  std::size_t w = 0;
  std::size_t star = std::string_view::npos;  // the last one, which takes one more character when the rest fails
  std::size_t taken = 0;
  while (w < who.size()) {
    if (m < mask.size() && mask[m] == '*') {
      star = m++;
      taken = w;
    } else if (m < mask.size() && (mask[m] == '?' || folded(mapping, mask[m]) == folded(mapping, who[w]))) {
      ++m;
      ++w;
    } else if (star != std::string_view::npos) {
      m = star + 1;
      w = ++taken;
    } else {
      return false;
    }
  }
  return mask.find_first_not_of('*', m) == std::string_view::npos;
}

void RecentBans::add(std::string_view channel, std::string_view mask, SteadyTime now) {
  std::erase_if(bans_, [now](const Ban& ban) { return now - ban.at > moment; });
  if (bans_.size() >= max_bans) bans_.erase(bans_.begin());
  bans_.push_back({std::string{channel}, std::string{mask}, now});
}

bool RecentBans::cover(CaseMapping mapping, std::string_view channel, std::string_view who,
                       SteadyTime now) const noexcept {
  return std::ranges::any_of(bans_, [&](const Ban& ban) {
    return now - ban.at <= moment && ban.channel == channel && matches_mask(mapping, ban.mask, who);
  });
}

}  // namespace isthmus::irc
