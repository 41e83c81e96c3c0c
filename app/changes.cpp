#include "app/changes.hpp"

namespace isthmus::app {

bool is_live(std::string_view key) {
  return key.starts_with("access.") || key.starts_with("degrade.") || key.starts_with("log.");
}

Changes changes_between(const Values& running, const Values& wanted) {
  Changes changes;
  const auto note = [&](const std::string& key) { (is_live(key) ? changes.live : changes.restart).push_back(key); };
  auto before = running.begin();
  auto after = wanted.begin();
  while (before != running.end() || after != wanted.end()) {
    if (after == wanted.end() || (before != running.end() && before->first < after->first)) {
      note((before++)->first);
    } else if (before == running.end() || after->first < before->first) {
      note((after++)->first);
    } else {
      if (before->second != after->second) note(before->first);
      ++before;
      ++after;
    }
  }
  return changes;
}

std::string listed(const std::vector<std::string>& keys) {
  std::string text;
  for (const auto& key : keys) text.append(text.empty() ? "" : ", ").append(key);
  return text.empty() ? "none" : text;
}

}  // namespace isthmus::app
