// Any bytes as what a device announces: what is taken is within its limits, names valid topics, and its template
// renders or says that it cannot. The first line is the topic.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "adapters/mqtt/discovery.hpp"
#include "adapters/mqtt/topic.hpp"

namespace {

using namespace isthmus::mqtt;

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto end = std::min(text.find('\n'), text.size());
  const auto payload = text.substr(std::min(end + 1, text.size()));
  const auto name = parse_announcement_topic(text.substr(0, end), "homeassistant");
  const auto announced = parse_announcement(name.value_or(AnnouncementTopic{"sensor", "x"}), payload);
  if (!announced) return 0;
  require(payload.size() <= max_announcement);
  const auto& entity = announced->entity;
  for (const auto& topic : {entity.state_topic, entity.command_topic}) require(topic.empty() || is_topic_name(topic));
  for (const auto& source : entity.availability.sources) require(is_topic_name(source.topic));
  require(entity.qos <= 2 && !announced->device.id.empty());
  const auto slug = to_slug(announced->device.name);
  require(!slug.empty() && slug.size() <= 32 &&
          slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos);
  static_cast<void>(entity.value.render(payload));
  static_cast<void>(entity.value.render("21.5"));
  return 0;
}
