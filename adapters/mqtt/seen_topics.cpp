#include "adapters/mqtt/seen_topics.hpp"

#include <map>

namespace isthmus::mqtt {

bool SeenTopics::note(std::string_view topic) {
  if (topics_.contains(topic)) return true;
  if (topics_.size() >= max) return false;
  topics_.emplace(topic);
  return true;
}

void SeenTopics::forget(std::string_view topic) {
  if (const auto found = topics_.find(topic); found != topics_.end()) topics_.erase(found);
}

std::vector<ReadBranch::Entry> SeenTopics::below(std::string_view branch,
                                                 const std::function<bool(std::string_view topic)>& is_shown) const {
  std::map<std::string_view, ReadBranch::Entry> levels;
  for (const std::string& topic : topics_) {
    if (!std::string_view{topic}.starts_with(branch) || !is_shown(topic)) continue;
    const auto rest = std::string_view{topic}.substr(branch.size());
    const auto slash = rest.find('/');
    const auto name = rest.substr(0, slash);
    auto& entry = levels.try_emplace(name, ReadBranch::Entry{std::string{name}}).first->second;
    (slash == std::string_view::npos ? entry.has_value : entry.has_more) = true;
  }
  std::vector<ReadBranch::Entry> found;
  found.reserve(levels.size());
  for (auto& [name, entry] : levels) found.push_back(std::move(entry));
  return found;
}

}  // namespace isthmus::mqtt
