#include "gateway/runtime/repeat_filter.hpp"

#include <algorithm>

namespace isthmus {

bool RepeatFilter::admit(std::string_view line, Time now) {
  const auto known = std::ranges::find(watched_, line, &Watched::line);
  if (known != watched_.end() && !line.empty() && now - known->first < window) return ++known->seen <= most_equal;
  // A free place was never used: its time is the oldest of all.
  const auto place = known != watched_.end() ? known : std::ranges::min_element(watched_, {}, &Watched::first);
  *place = {std::string{line}, now, 1};
  return true;
}

std::vector<std::string> RepeatFilter::expire(Time now) {
  std::vector<std::string> summaries;
  for (auto& one : watched_) {
    if (one.seen == 0 || now - one.first < window) continue;
    if (one.seen > most_equal) {
      // In both formats `line` is one whole line, in JSON the members of an object.
      const auto more = std::to_string(one.seen - most_equal);
      const bool is_json = one.line.starts_with('"');
      summaries.push_back(one.line + (is_json ? ",\"repeated\":" + more : " repeated=" + more));
    }
    one = {};
  }
  return summaries;
}

}  // namespace isthmus
