#include "adapters/mqtt/value_template.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

std::string rendered(std::string_view text, std::string_view payload) {
  const auto value_template = ValueTemplate::parse(text);
  if (!value_template) return "not understood";
  return value_template->render(payload).value_or("nothing");
}

TEST(ValueTemplate, RendersWhatDevicesMostlyUse) {
  EXPECT_EQ(rendered("", "21"), "21");
  EXPECT_EQ(rendered("{{ value }}", "21"), "21");
  EXPECT_EQ(rendered("{{value_json.a.b}}", R"({"a":{"b":21.5}})"), "21.5");
  EXPECT_EQ(rendered("{{ value_json['a b'][1] }}", R"({"a b":[1,"x"]})"), "x");
  EXPECT_EQ(rendered("{{ value_json.t | round(1) }} C", R"({"t":21.549})"), "21.5 C");
  EXPECT_EQ(rendered("{{ value | int }}", "21.9"), "21");
  EXPECT_EQ(rendered("{{ value | float }}", "21"), "21");
  EXPECT_EQ(rendered("{{ value_json.s | default('off') | upper }}", "{}"), "OFF");
  EXPECT_EQ(rendered("{{ value_json.s | is_defined }}", R"({"s":true})"), "True");
  EXPECT_EQ(rendered("{\"state\":\"{{ value }}\"}", "ON"), R"({"state":"ON"})");
}

TEST(ValueTemplate, RendersNothingWhereTheValueIsNotThere) {
  EXPECT_EQ(rendered("{{ value_json.a }}", "{}"), "nothing");
  EXPECT_EQ(rendered("{{ value_json.a }}", "no JSON"), "nothing");
  EXPECT_EQ(rendered("{{ value_json[2] }}", "[1]"), "nothing");
  EXPECT_EQ(rendered("{{ value | round }}", "warm"), "nothing");
}

TEST(ValueTemplate, NeverEvaluatesWhatItDoesNotKnow) {
  for (const auto* text : {"{% if value %}x{% endif %}", "{{ states('sensor.x') }}", "{{ value * 2 }}", "{{ value",
                           "{{ values }}", "{{ value_json. }}", "{{ value_json[ }}", "{{ value | eval }}",
                           "{{ value | round(x) }}", "{# x #}", "{{ value_json.a.b() }}"}) {
    EXPECT_EQ(rendered(text, "{}"), "not understood") << text;
  }
  EXPECT_EQ(rendered(std::string(2'000, 'x'), "1"), "not understood");
}

}  // namespace
}  // namespace isthmus::mqtt
