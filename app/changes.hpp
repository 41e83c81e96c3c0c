#pragma once
// What a reload changes: which keys differ, which of them take effect at once, and which want a restart.
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::app {

/// Keys as the configuration's document gives them: dotted names and what they are set to.
using Values = std::map<std::string, std::string>;

struct Changes {
  std::vector<std::string> live;     // take effect at once
  std::vector<std::string> restart;  // take effect at the next start
  bool none() const noexcept { return live.empty() && restart.empty(); }
};

/// The keys that differ between what runs and what the file says now.
Changes changes_between(const Values& running, const Values& wanted);

/// [access], [degrade] and [log] take effect at once; all else belongs to connections and files that are open.
bool is_live(std::string_view key);

/// "access.users, log.level"; "none" for an empty list.
std::string listed(const std::vector<std::string>& keys);

}  // namespace isthmus::app
