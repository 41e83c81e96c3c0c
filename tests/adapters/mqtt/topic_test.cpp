#include "adapters/mqtt/topic.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::mqtt {
namespace {

TEST(MqttTopic, ANameHasNoWildcardsNorZeroAndIsNotEmpty) {
  EXPECT_TRUE(is_topic_name("home/kitchen/temp"));
  EXPECT_TRUE(is_topic_name("/"));
  EXPECT_TRUE(is_topic_name("$SYS/broker/uptime"));
  EXPECT_TRUE(is_topic_name("Küche/Öl 1"));
  EXPECT_FALSE(is_topic_name(""));
  EXPECT_FALSE(is_topic_name("home/+/temp"));
  EXPECT_FALSE(is_topic_name("home/#"));
  EXPECT_FALSE(is_topic_name(std::string{"a\0b", 3}));
  EXPECT_FALSE(is_topic_name("\xff"));
  EXPECT_FALSE(is_topic_name("\xed\xa0\x80")) << "a surrogate";
  EXPECT_FALSE(is_topic_name(std::string(max_topic + 1, 'a')));
  EXPECT_FALSE(is_topic_name(std::string(max_depth, '/')));
  EXPECT_TRUE(is_topic_name(std::string(max_depth - 1, '/')));
}

TEST(MqttTopic, AWildcardIsAWholeLevelAndTheHashTheLast) {
  for (const auto* filter : {"#", "+", "+/+", "a/#", "a/+/b", "/+", "+/", "$SYS/#", "a"}) {
    EXPECT_TRUE(is_topic_filter(filter)) << filter;
  }
  for (const auto* filter : {"", "a#", "a/#/b", "#/a", "a+/b", "+a", "##", "$share/group/a"}) {
    EXPECT_FALSE(is_topic_filter(filter)) << filter;
  }
}

struct Case {
  const char* filter;
  const char* name;
  bool is_match;
};

class MqttMatches : public testing::TestWithParam<Case> {};

TEST_P(MqttMatches, AsTheStandardSays) {
  const auto& row = GetParam();
  EXPECT_EQ(matches(row.filter, row.name), row.is_match) << row.filter << " and " << row.name;
}

INSTANTIATE_TEST_SUITE_P(
    Table, MqttMatches,
    testing::Values(Case{"a/b", "a/b", true}, Case{"a/b", "a/c", false}, Case{"a/b", "a/b/c", false},
                    Case{"a/b/c", "a/b", false}, Case{"a/+", "a/b", true}, Case{"a/+", "a", false},
                    Case{"a/+", "a/", true}, Case{"+/b", "a/b", true}, Case{"+", "/a", false}, Case{"+/+", "/a", true},
                    Case{"/+", "/a", true}, Case{"#", "a/b/c", true}, Case{"a/#", "a", true},
                    Case{"a/#", "a/b/c", true}, Case{"a/#", "ab", false}, Case{"a/+/#", "a", false},
                    Case{"a/+/#", "a/b", true}, Case{"#", "$SYS/x", false}, Case{"+/x", "$SYS/x", false},
                    Case{"$SYS/#", "$SYS/x", true}, Case{"$SYS/+", "$SYS/x", true}, Case{"A", "a", false}));

TEST(MqttOverlap, ThereIsATopicThatBothSelect) {
  const struct {
    const char* a;
    const char* b;
    bool is_overlap;
  } cases[] = {{"a/b", "a/b", true},       {"a/b", "a/c", false},    {"a/#", "a", true},      {"a/#", "a/b/c", true},
               {"a/+", "+/b", true},       {"a/+/c", "+/b/+", true}, {"a/+", "a/b/c", false}, {"a/+/#", "a/b", true},
               {"a/+/#", "a", false},      {"+/x/#", "a/#", true},   {"#", "$SYS/x", false},  {"+/x", "$SYS/#", false},
               {"$SYS/#", "$SYS/x", true}, {"a", "b/#", false},      {"a/b/#", "a/+", true}};
  for (const auto& it : cases) {
    EXPECT_EQ(overlap(it.a, it.b), it.is_overlap) << it.a << " and " << it.b;
    EXPECT_EQ(overlap(it.b, it.a), it.is_overlap) << it.b << " and " << it.a;
  }
}

TEST(MqttCovers, WhatSelectsAtLeastAsMuch) {
  EXPECT_TRUE(covers("#", "a/+/b"));
  EXPECT_TRUE(covers("#", "#"));
  EXPECT_TRUE(covers("home/#", "home"));
  EXPECT_TRUE(covers("home/#", "home/#"));
  EXPECT_TRUE(covers("home/+", "home/a"));
  EXPECT_TRUE(covers("home/+", "home/+"));
  EXPECT_TRUE(covers("+/#", "a/#"));
  EXPECT_FALSE(covers("+/#", "#")) << "whoever may read all that is named is not asked to read everything";
  EXPECT_FALSE(covers("home/+", "home/#"));
  EXPECT_FALSE(covers("home/a", "home/+"));
  EXPECT_FALSE(covers("home/#", "office/#"));
  EXPECT_FALSE(covers("#", "$SYS/#"));
  EXPECT_TRUE(covers("$SYS/#", "$SYS/broker"));
}

TEST(MqttTopic, TheConstantPrefixEndsBeforeTheFirstWildcardLevel) {
  EXPECT_EQ(constant_prefix("home/+/temp"), "home/");
  EXPECT_EQ(constant_prefix("home/#"), "home/");
  EXPECT_EQ(constant_prefix("#"), "");
  EXPECT_EQ(constant_prefix("home/kitchen/temp"), "home/kitchen/");
  EXPECT_EQ(constant_prefix("temp"), "");
}

}  // namespace
}  // namespace isthmus::mqtt
