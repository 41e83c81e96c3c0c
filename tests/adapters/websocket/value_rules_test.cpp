#include "adapters/websocket/value_rules.hpp"

#include <gtest/gtest.h>

#include <string>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {
namespace {

/// "temp=21.5 °C|lamp=true", "" for a text without values.
std::string read(std::string_view text, const RulesWanted& wanted = {}) {
  const auto rules = ValueRules::make(wanted);
  std::string all;
  for (const auto& one : rules->read(text)) {
    if (!all.empty()) all += '|';
    all += one.name + "=" + to_json(one.value) + (one.unit.empty() ? "" : " " + one.unit);
  }
  return all;
}

RulesWanted with_pattern(std::string pattern) {
  RulesWanted wanted;
  wanted.patterns.push_back(std::move(pattern));
  return wanted;
}

struct Row {
  const char* name;
  std::string text;
  std::string values;
};

class ValuesFromText : public testing::TestWithParam<Row> {};

TEST_P(ValuesFromText, AreReadOrItIsAText) { EXPECT_EQ(read(GetParam().text), GetParam().values); }

INSTANTIATE_TEST_SUITE_P(
    Values, ValuesFromText,
    testing::Values(Row{"words", "temp 21.5 °C", "temp=21.5 °C"}, Row{"colon", "temp: 21.5", "temp=21.5"},
                    Row{"glued", "temp 21.5°C", "temp=21.5 °C"}, Row{"percent", "humidity 40%", "humidity=40 %"},
                    Row{"negative", "temp -3", "temp=-3"}, Row{"comma", "temp 21,5 °C", "temp=21.5 °C"},
                    Row{"exponent", "power 1e3 W", "power=1000 W"}, Row{"spaces", "  temp \t 21.5 ", "temp=21.5"},
                    Row{"assignment", "temp=21.5", "temp=21.5"},
                    Row{"assignments", "temp=21.5 °C, hum=40 %", "temp=21.5 °C|hum=40 %"},
                    Row{"glued_assignment", "temp=21.5°C", "temp=21.5 °C"}, Row{"switch_on", "lamp on", "lamp=true"},
                    Row{"switch_off", "Lamp OFF", "Lamp=false"}, Row{"switch_assigned", "lamp=on", "lamp=true"},
                    Row{"json", R"({"temp":21.5,"lamp":true,"mode":"eco"})", R"(temp=21.5|lamp=true|mode="eco")"},
                    Row{"json_nested", R"({"temp":21.5,"more":{"a":1},"list":[1]})", "temp=21.5"},
                    Row{"unit_with_slash", "wind 3 m/s²", "wind=3 m/s²"},
                    Row{"big", "count 9007199254740993", "count=9007199254740993"}),
    [](const auto& row) { return std::string{row.param.name}; });

INSTANTIATE_TEST_SUITE_P(
    Texts, ValuesFromText,
    testing::Values(Row{"sentence", "it is cold today", ""}, Row{"sentence_with_number", "see you at 5", ""},
                    Row{"number_and_word", "I have 3 apples today", ""}, Row{"count_of_words", "bring 3 bottles", ""},
                    Row{"number_alone", "21.5", ""}, Row{"numbers", "1 2", ""}, Row{"infinite", "temp 1e999", ""},
                    Row{"nan", "temp NaN", ""}, Row{"inf", "temp=inf", ""}, Row{"hex", "temp 0x10", ""},
                    Row{"many_digits", "temp " + std::string(10'000, '9'), ""},
                    Row{"digits_33", "temp " + std::string(33, '1'), ""}, Row{"json_infinite", R"({"temp":1e999})", ""},
                    Row{"json_broken", R"({"temp":21.5)", ""}, Row{"json_deep", std::string(4'000, '{'), ""},
                    Row{"empty", "", ""}, Row{"blank", "  \n ", ""}, Row{"half_assignment", "temp=21.5 and more", ""},
                    Row{"no_name", "=21.5", ""}, Row{"slash", "a/b 3", ""}, Row{"two_points", "temp 1.2.3", ""},
                    Row{"only_sign", "temp -", ""}, Row{"time", "now 12:30", ""}, Row{"thousand", "temp 1,234.5", ""},
                    Row{"trailing_point", "temp 21.", ""}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(ValueRules, PatternsAreAskedFirst) {
  const RulesWanted wanted = with_pattern(R"((?P<name>\w+) is now (?P<value>[-\w.]+)(?: (?P<unit>\pL+))?)");
  EXPECT_EQ(read("the temp is now 21.5 C, says the sensor", wanted), "temp=21.5 C");
  EXPECT_EQ(read("mode is now eco", wanted), "mode=\"eco\"");
  EXPECT_EQ(read("lamp is now on", wanted), "lamp=true");
  EXPECT_EQ(read("temp 3", wanted), "temp=3");
  EXPECT_EQ(read("temp is now " + std::string(10'000, '9'), wanted), "");
}

TEST(ValueRules, RulesCanBeOff) {
  RulesWanted wanted{.words = false, .assignments = false, .json = false};
  EXPECT_EQ(read("temp 3", wanted), "");
  EXPECT_EQ(read("temp=3", wanted), "");
  EXPECT_EQ(read("{\"temp\":3}", wanted), "");
}

TEST(ValueRules, AWrongPatternIsExplained) {
  EXPECT_TRUE(ValueRules::make(with_pattern("(")).error().contains("missing"));
  EXPECT_TRUE(ValueRules::make(with_pattern("(?P<value>.)")).error().contains("(?P<name>"));
}

TEST(ValueRules, SixtyFiveValuesAreAText) {
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a" + std::to_string(i) + "=1 ";
  EXPECT_EQ(read(many), "");
}

TEST(ValueRules, WhatIsWrittenIsReadBack) {
  for (const auto* text : {"temp 21.5 °C", "lamp on", "lamp off", "n 3"}) {
    const auto values = ValueRules::make({})->read(text);
    ASSERT_EQ(values.size(), 1U) << text;
    EXPECT_EQ(to_words(values.front()), text);
  }
}

}  // namespace
}  // namespace isthmus::websocket
