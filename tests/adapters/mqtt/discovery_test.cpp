#include "adapters/mqtt/discovery.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

std::optional<Announcement> announced(std::string_view payload, std::string_view component = "sensor") {
  return parse_announcement({std::string{component}, "object"}, payload);
}

TEST(Discovery, TopicsAreOfThreeOrFourLevels) {
  const auto three = parse_announcement_topic("homeassistant/sensor/temp/config", "homeassistant");
  ASSERT_TRUE(three);
  EXPECT_EQ(three->component, "sensor");
  EXPECT_EQ(three->object, "temp");
  EXPECT_EQ(parse_announcement_topic("homeassistant/switch/node/lamp/config", "homeassistant")->object, "node_lamp");
  for (const auto* topic :
       {"homeassistant/sensor/config", "homeassistant/a/b/c/d/config", "homeassistant/sensor/a b/config",
        "other/sensor/temp/config", "homeassistant/sensor/temp/state", "homeassistants/a/b/config"})
    EXPECT_FALSE(parse_announcement_topic(topic, "homeassistant")) << topic;
}

TEST(Discovery, ASensorWithAbbreviationsAndABase) {
  const auto found = announced(R"({"~":"zigbee/kitchen","name":"Temperature","uniq_id":"k1","stat_t":"~/state",
      "unit_of_meas":"°C","val_tpl":"{{ value_json.t }}","avty":[{"t":"~/availability","pl_avail":"yes"}],
      "exp_aft":60,"dev":{"ids":["0x1"],"name":"Kitchen","mf":"Maker","mdl":"T1","sw":"1.2"}})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entity.state_topic, "zigbee/kitchen/state");
  EXPECT_EQ(found->entity.unit, "°C");
  EXPECT_EQ(found->entity.value.render(R"({"t":21.5})"), "21.5");
  EXPECT_EQ(found->entity.expires_after, std::chrono::seconds{60});
  ASSERT_EQ(found->entity.availability.sources.size(), 1U);
  EXPECT_EQ(found->entity.availability.sources[0].topic, "zigbee/kitchen/availability");
  EXPECT_EQ(found->entity.availability.sources[0].there, "yes");
  EXPECT_EQ(found->device.id, "0x1");
  EXPECT_EQ(found->device.name, "Kitchen");
  EXPECT_EQ(found->device.manufacturer, "Maker");
  EXPECT_EQ(found->device.model, "T1");
  EXPECT_EQ(found->device.version, "1.2");
}

TEST(Discovery, ASwitchHasACommandAndItsStates) {
  const auto found =
      announced(R"({"name":"Lamp","command_topic":"lamp/set","state_topic":"lamp","payload_on":"1","payload_off":"0",
                    "state_on":"on","retain":true,"qos":1,"device":{"connections":[["mac","02:5b"]]}})",
                "switch");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->entity.kind, Entity::Kind::toggle);
  EXPECT_EQ(found->entity.on, "1");
  EXPECT_EQ(found->entity.state_on, "on");
  EXPECT_EQ(found->entity.state_off, "0");
  EXPECT_TRUE(found->entity.retain);
  EXPECT_EQ(found->entity.qos, 1);
  EXPECT_EQ(found->device.id, "02:5b");
}

TEST(Discovery, AnEntityWithoutADeviceIsItsOwn) {
  const auto found = announced(R"({"name":"Door","state_topic":"door","unique_id":"d1"})", "binary_sensor");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->device.id, "d1");
  EXPECT_EQ(found->device.name, "Door");
}

TEST(Discovery, WhatIsHostileOrUnknownIsNone) {
  EXPECT_FALSE(announced(""));
  EXPECT_FALSE(announced("[]"));
  EXPECT_FALSE(announced(std::string(100, '[')));
  EXPECT_FALSE(announced(R"({"name":"no topic"})"));
  EXPECT_FALSE(announced(R"({"state_topic":"a/#"})"));
  EXPECT_FALSE(announced(R"({"state_topic":"a","value_template":"{% if x %}"})"));
  EXPECT_FALSE(announced(R"({"state_topic":"a"})", "light"));
  EXPECT_FALSE(announced(R"({"state_topic":"a"})", "switch")) << "without a command topic";
  EXPECT_FALSE(announced(R"({"state_topic":"a","availability":[1]})"));
  EXPECT_FALSE(announced(R"({"state_topic":"a","x":")" + std::string(max_announcement, 'x') + "\"}"));
  const auto odd = announced(R"({"state_topic":"a","name":"a\u0001\nb","device":[]})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->entity.name, "ab");
}

TEST(Discovery, ASlugIsAnAddress) {
  EXPECT_EQ(to_slug("Living Room -- Lamp 2!"), "living-room-lamp-2");
  EXPECT_EQ(to_slug("Küche"), "k-che");
  EXPECT_EQ(to_slug("***"), "device");
  EXPECT_EQ(to_slug(std::string(100, 'a')).size(), 32U);
}

}  // namespace
}  // namespace isthmus::mqtt
