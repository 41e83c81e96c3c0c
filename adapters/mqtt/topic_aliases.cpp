#include "adapters/mqtt/topic_aliases.hpp"

#include <algorithm>

namespace isthmus::mqtt {
namespace {

constexpr std::uint16_t most_of_ours = 100;
constexpr std::size_t short_topic = 4;  // bytes: the number itself takes three

}  // namespace

TopicAliases::TopicAliases(std::uint16_t most) : most_{std::min(most, most_of_ours)} {}

TopicAliases::Use TopicAliases::use(std::string_view topic) {
  if (topic.size() <= short_topic) return {};
  const auto known = topics_.find(topic);
  if (known != topics_.end()) return {known->second.alias, !known->second.is_known};
  if (topics_.size() >= most_) return {};
  const auto alias = static_cast<std::uint16_t>(topics_.size() + 1);
  auto& entry = topics_.emplace(topic, Entry{alias}).first->second;
  by_alias_.emplace(alias, &entry);
  return {alias, true};
}

void TopicAliases::known(std::uint16_t alias) {
  if (const auto found = by_alias_.find(alias); found != by_alias_.end()) found->second->is_known = true;
}

}  // namespace isthmus::mqtt
