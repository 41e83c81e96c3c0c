#include "adapters/mqtt/trace.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace isthmus::mqtt {

unsigned hops_of(const Publication& publication) {
  unsigned most = 0;
  for (const auto& [name, value] : publication.properties) {
    unsigned hops = 0;
    if (name != hops_mark) continue;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), hops);
    if (error == std::errc{} && end == value.data() + value.size()) most = std::max(most, hops);
  }
  return most;
}

bool has_passed(const Publication& publication, std::string_view instance) {
  return std::ranges::any_of(publication.properties,
                             [&](const auto& one) { return one.first == origin_mark && one.second == instance; });
}

void mark(Publication& publication, const EventId& said, std::string_view instance) {
  const auto hops = std::min(hops_of(publication), max_hops) + 1;
  auto& properties = publication.properties;
  std::vector<std::string> origins;
  for (auto& [name, value] : properties)
    if (name == origin_mark) origins.push_back(std::move(value));
  if (origins.size() > max_hops) origins.erase(origins.begin(), origins.end() - max_hops);
  std::erase_if(properties, [](const auto& one) { return one.first.starts_with("isthmus-"); });
  if (publication.qos > 0) {
    const auto hex = to_hex(said);
    properties.emplace_back("isthmus-id", std::string{hex.data(), hex.size()});
  }
  for (auto& origin : origins) properties.emplace_back(origin_mark, std::move(origin));
  properties.emplace_back(origin_mark, instance);
  properties.emplace_back(hops_mark, std::to_string(hops));
}

}  // namespace isthmus::mqtt
