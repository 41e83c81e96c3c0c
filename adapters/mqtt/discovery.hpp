#pragma once
// What devices announce of themselves as Home Assistant's MQTT discovery has it: topics
// PREFIX/COMPONENT/[NODE/]OBJECT/config with a JSON object, or nothing when the entity is gone. Untrusted, and pure.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/mqtt/value_template.hpp"

namespace isthmus::mqtt {

inline constexpr std::size_t max_announcement = std::size_t{16} * 1024;  // bytes

struct Availability {
  enum class Mode : std::uint8_t { all, any, latest };
  struct Source {
    std::string topic;
    std::string there = "online";
    std::string gone = "offline";
    ValueTemplate value;
  };
  Mode mode = Mode::latest;
  std::vector<Source> sources{};  // none: it is taken to be there
};

/// One sensor, switch, … of a device.
struct Entity {
  enum class Kind : std::uint8_t { sensor, binary_sensor, toggle };
  Kind kind{};
  std::string id;    // of its kind, unique on the broker
  std::string name;  // for people
  std::string unit;
  std::string device_class;
  std::string state_topic;    // may be empty: nobody tells
  std::string command_topic;  // of a switch
  ValueTemplate value;
  std::string on = "ON";  // as a command
  std::string off = "OFF";
  std::string state_on;  // as it is told
  std::string state_off;
  std::uint8_t qos = 0;
  bool retain = false;
  Availability availability{};
  std::optional<std::chrono::seconds> expires_after{};
};

struct DeviceInfo {
  std::string id;  // the first of its identifiers, or of its connections; of an entity without a device its own id
  std::string name;
  std::string manufacturer;
  std::string model;
  std::string version;
};

/// Names of an announcement's topic.
struct AnnouncementTopic {
  std::string component;
  std::string object;  // with the node's id before it, if there is one
};
std::optional<AnnouncementTopic> parse_announcement_topic(std::string_view topic, std::string_view prefix);

struct Announcement {
  DeviceInfo device;
  Entity entity;
};
/// nullopt for what is none, is of another component, or is not understood (a template, a topic that is none).
std::optional<Announcement> parse_announcement(const AnnouncementTopic& topic, std::string_view payload);

/// a-z, 0-9 and single hyphens, 1 to 32 of them, for a device's name.
std::string to_slug(std::string_view name);

}  // namespace isthmus::mqtt
