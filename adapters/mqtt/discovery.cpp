#include "adapters/mqtt/discovery.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <utility>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

namespace json = boost::json;

constexpr std::size_t max_text = 200;   // bytes of a name or the like
constexpr std::size_t max_sources = 8;  // of an availability
constexpr std::size_t max_slug = 32;

using Short = std::pair<std::string_view, std::string_view>;
// The abbreviations of the keys that are looked at.
constexpr std::array short_keys{
    Short{"avty", "availability"},
    Short{"avty_mode", "availability_mode"},
    Short{"avty_t", "availability_topic"},
    Short{"avty_tpl", "availability_template"},
    Short{"cmd_t", "command_topic"},
    Short{"dev", "device"},
    Short{"dev_cla", "device_class"},
    Short{"exp_aft", "expire_after"},
    Short{"pl_avail", "payload_available"},
    Short{"pl_not_avail", "payload_not_available"},
    Short{"pl_off", "payload_off"},
    Short{"pl_on", "payload_on"},
    Short{"ret", "retain"},
    Short{"stat_off", "state_off"},
    Short{"stat_on", "state_on"},
    Short{"stat_t", "state_topic"},
    Short{"t", "topic"},
    Short{"uniq_id", "unique_id"},
    Short{"unit_of_meas", "unit_of_measurement"},
    Short{"val_tpl", "value_template"},
};
constexpr std::array short_device_keys{Short{"cns", "connections"}, Short{"ids", "identifiers"}, Short{"mdl", "model"},
                                       Short{"mf", "manufacturer"}, Short{"sw", "sw_version"}};

template <std::size_t Size>
void expand(json::object& object, const std::array<Short, Size>& keys) {
  for (const auto& [abbreviation, key] : keys) {
    auto* value = object.if_contains(json::string_view{abbreviation});
    if (value == nullptr) continue;
    auto moved = std::move(*value);
    object.erase(json::string_view{abbreviation});
    object.emplace(json::string_view{key}, std::move(moved));
  }
}

/// `~` at the beginning or end of a topic stands for the base.
void put_base(json::object& object, std::string_view base) {
  for (auto& item : object) {
    auto* text = item.value().if_string();
    if (text == nullptr || text->empty() || !std::string_view{item.key()}.ends_with("topic")) continue;
    std::string topic{text->data(), text->size()};
    if (topic.front() == '~') topic.replace(0, 1, base);
    if (!topic.empty() && topic.back() == '~') topic.replace(topic.size() - 1, 1, base);
    *text = topic;
  }
}

/// Text for people: printable, on one line, not too long.
std::string clean(std::string_view text) {
  std::string out{cut(text, max_text)};
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7F'; });
  return out;
}

/// A member as text: what is no text, number or truth value counts as not there.
std::optional<std::string> text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(json::string_view{key});
  if (value == nullptr) return std::nullopt;
  if (const auto* text = value->if_string()) return std::string{text->data(), text->size()};
  if (const auto* number = value->if_int64()) return std::to_string(*number);
  if (const auto* flag = value->if_bool()) return *flag ? "true" : "false";
  return std::nullopt;
}

std::string text_or(const json::object& object, std::string_view key, std::string_view otherwise) {
  return text_of(object, key).value_or(std::string{otherwise});
}

/// The topic; empty when there is none, nullopt when it is no topic.
std::optional<std::string> topic_of(const json::object& object, std::string_view key) {
  auto topic = text_or(object, key, "");
  if (!topic.empty() && !is_topic_name(topic)) return std::nullopt;
  return topic;
}

std::optional<Availability::Source> read_source(const json::object& object, std::string_view topic_key,
                                                std::string_view template_key) {
  const auto topic = topic_of(object, topic_key);
  auto value = ValueTemplate::parse(text_or(object, template_key, ""));
  if (!topic || topic->empty() || !value) return std::nullopt;
  return Availability::Source{*topic, text_or(object, "payload_available", "online"),
                              text_or(object, "payload_not_available", "offline"), *std::move(value)};
}

std::optional<Availability> read_availability(json::object& object, std::string_view base) {
  Availability availability;
  const auto mode = text_or(object, "availability_mode", "latest");
  if (mode == "all") availability.mode = Availability::Mode::all;
  if (mode == "any") availability.mode = Availability::Mode::any;
  if (object.contains("availability_topic")) {
    auto source = read_source(object, "availability_topic", "availability_template");
    if (!source) return std::nullopt;
    availability.sources.push_back(*std::move(source));
  }
  auto* list = object.if_contains("availability");
  if (list == nullptr) return availability;
  if (list->is_object()) *list = json::array{*list};
  if (!list->is_array() || list->get_array().size() > max_sources) return std::nullopt;
  for (auto& item : list->get_array()) {
    if (!item.is_object()) return std::nullopt;
    expand(item.get_object(), short_keys);
    put_base(item.get_object(), base);
    auto source = read_source(item.get_object(), "topic", "value_template");
    if (!source) return std::nullopt;
    availability.sources.push_back(*std::move(source));
  }
  return availability;
}

/// The first of a list of texts, or the text itself; of a list of pairs the first pair's second.
std::string first_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(json::string_view{key});
  if (value != nullptr && value->is_array() && !value->get_array().empty()) value = &value->get_array().front();
  if (value != nullptr && value->is_array() && value->get_array().size() == 2) value = &value->get_array().back();
  const auto* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? clean({text->data(), text->size()}) : std::string{};
}

DeviceInfo read_device(json::object& object, const Entity& entity) {
  DeviceInfo device{entity.id, entity.name, {}, {}, {}};
  auto* inner = object.if_contains("device");
  if (inner == nullptr || !inner->is_object()) return device;
  auto& told = inner->get_object();
  expand(told, short_device_keys);
  for (const auto* key : {"connections", "identifiers"}) {
    if (auto id = first_of(told, key); !id.empty()) device.id = std::move(id);
  }
  device.name = clean(text_or(told, "name", entity.name));
  device.manufacturer = clean(text_or(told, "manufacturer", ""));
  device.model = clean(text_or(told, "model", ""));
  device.version = clean(text_or(told, "sw_version", ""));
  return device;
}

std::optional<Entity::Kind> kind_of(std::string_view component) {
  if (component == "sensor") return Entity::Kind::sensor;
  if (component == "binary_sensor") return Entity::Kind::binary_sensor;
  if (component == "switch") return Entity::Kind::toggle;
  return std::nullopt;
}

std::optional<Entity> read_entity(json::object& object, const AnnouncementTopic& topic, std::string_view base) {
  const auto kind = kind_of(topic.component);
  const auto state_topic = topic_of(object, "state_topic");
  const auto command_topic = topic_of(object, "command_topic");
  auto value = ValueTemplate::parse(text_or(object, "value_template", ""));
  auto availability = read_availability(object, base);
  if (!kind || !state_topic || !command_topic || !value || !availability) return std::nullopt;
  if (*kind == Entity::Kind::toggle ? command_topic->empty() : state_topic->empty()) return std::nullopt;
  Entity entity;
  entity.kind = *kind;
  entity.id = clean(text_or(object, "unique_id", topic.object));
  if (entity.id.empty()) entity.id = clean(topic.object);
  if (entity.id.empty()) return std::nullopt;
  entity.name = clean(text_or(object, "name", topic.object));
  entity.unit = clean(text_or(object, "unit_of_measurement", ""));
  entity.device_class = clean(text_or(object, "device_class", ""));
  entity.state_topic = *state_topic;
  entity.command_topic = *command_topic;
  entity.value = *std::move(value);
  entity.on = text_or(object, "payload_on", "ON");
  entity.off = text_or(object, "payload_off", "OFF");
  entity.state_on = text_or(object, "state_on", entity.on);
  entity.state_off = text_or(object, "state_off", entity.off);
  entity.qos = text_or(object, "qos", "0") == "0" ? 0 : 1;
  entity.retain = text_or(object, "retain", "false") == "true";
  entity.availability = *std::move(availability);
  if (const auto* seconds = object.if_contains("expire_after"); seconds != nullptr && seconds->is_int64()) {
    const auto count = seconds->get_int64();
    if (count > 0 && count <= 365 * 24 * 3'600) entity.expires_after = std::chrono::seconds{count};
  }
  return entity;
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= max_text && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

}  // namespace

std::optional<AnnouncementTopic> parse_announcement_topic(std::string_view topic, std::string_view prefix) {
  if (!topic.starts_with(prefix) || !topic.substr(prefix.size()).starts_with('/') || !topic.ends_with("/config"))
    return std::nullopt;
  const auto inner = topic.substr(prefix.size() + 1);
  std::vector<std::string_view> levels;
  for (std::size_t begin = 0; begin <= inner.size();) {
    const auto end = std::min(inner.find('/', begin), inner.size());
    levels.push_back(inner.substr(begin, end - begin));
    begin = end + 1;
  }
  if (levels.size() != 3 && levels.size() != 4) return std::nullopt;
  levels.pop_back();  // "config"
  if (!std::ranges::all_of(levels, is_word)) return std::nullopt;
  AnnouncementTopic names{std::string{levels[0]}, std::string{levels[1]}};
  if (levels.size() == 3) names.object.append("_").append(levels[2]);
  return names;
}

std::optional<Announcement> parse_announcement(const AnnouncementTopic& topic, std::string_view payload) {
  if (payload.size() > max_announcement) return std::nullopt;
  json::error_code error;
  auto value = json::parse(json::string_view{payload}, error);
  if (error || !value.is_object()) return std::nullopt;
  auto& object = value.get_object();
  expand(object, short_keys);
  const auto base = text_or(object, "~", "");
  put_base(object, base);
  auto entity = read_entity(object, topic, base);
  if (!entity) return std::nullopt;
  auto device = read_device(object, *entity);
  return Announcement{std::move(device), *std::move(entity)};
}

std::string to_slug(std::string_view name) {
  std::string slug;
  for (const char c : name) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || is_capital) {
      slug += is_capital ? static_cast<char>(c | 0x20) : c;
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == max_slug) break;
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "device" : slug;
}

}  // namespace isthmus::mqtt
