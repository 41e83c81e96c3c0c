#include "adapters/websocket/topic.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::websocket {
namespace {

TEST(Topic, PatternsHaveAnAdapterAndLevels) {
  for (const auto* good :
       {"#", "ws:plant", "ws:#", "ws:+", "ws:plant/+", "ws:plant/#", "mqtt:home/a/+/b/#", "irc:irc.libera.chat/x"})
    EXPECT_TRUE(is_pattern(good)) << good;
  for (const auto* bad :
       {"", "plant", ":plant", "ws:", "WS:plant", "ws:pl#nt", "ws:#/a", "ws:a+/b", "ws:a/#b", "+", "+:a"})
    EXPECT_FALSE(is_pattern(bad)) << bad;
  EXPECT_FALSE(is_pattern("ws:" + std::string(longest_pattern, 'a')));
  std::string deep = "ws:a";
  for (int i = 0; i < 32; ++i) deep += "/a";
  EXPECT_FALSE(is_pattern(deep));
}

TEST(Topic, AddressesAreWithoutWildcards) {
  EXPECT_TRUE(is_address("ws:plant/temp"));
  EXPECT_FALSE(is_address("ws:plant/+"));
  EXPECT_FALSE(is_address("ws:#"));
  EXPECT_FALSE(is_address("#"));
}

struct Row {
  const char* pattern;
  const char* address;
  bool selected;
};

class TopicMatches : public testing::TestWithParam<Row> {};

TEST_P(TopicMatches, AsMqttFiltersDo) {
  EXPECT_EQ(matches(GetParam().pattern, GetParam().address), GetParam().selected)
      << GetParam().pattern << " " << GetParam().address;
}

TEST_P(TopicMatches, OnlyWhatHasTheSameRootOrNone) {
  const auto root = root_of(GetParam().pattern);
  if (GetParam().selected && !root.empty()) EXPECT_EQ(root, root_of(GetParam().address));
}

TEST(Topic, TheRootIsWhatStandsBeforeAnyWildcard) {
  EXPECT_EQ(root_of("ws:plant/+/temp"), "ws:plant");
  EXPECT_EQ(root_of("irc:irc.libera.chat/#plant"), "irc:irc.libera.chat");
  for (const auto* all : {"#", "ws:#", "ws:+", "ws:+/temp", ""}) EXPECT_EQ(root_of(all), "") << all;
}

INSTANTIATE_TEST_SUITE_P(
    Table, TopicMatches,
    testing::Values(Row{"ws:plant", "ws:plant", true}, Row{"ws:plant", "ws:plants", false},
                    Row{"ws:plant", "ws:plant/temp", false}, Row{"ws:plant/#", "ws:plant/temp", true},
                    Row{"ws:plant/#", "ws:plant", true}, Row{"ws:plant/#", "ws:plant/a/b", true},
                    Row{"ws:plant/+", "ws:plant/temp", true}, Row{"ws:plant/+", "ws:plant", false},
                    Row{"ws:plant/+", "ws:plant/a/b", false}, Row{"ws:+/temp", "ws:plant/temp", true},
                    Row{"ws:+/temp", "ws:plant/hum", false}, Row{"ws:#", "ws:plant/a", true},
                    Row{"ws:#", "mqtt:plant/a", false}, Row{"#", "mqtt:plant/a", true},
                    Row{"mqtt:home/+/x/#", "mqtt:home/y/x", true}, Row{"mqtt:home/+/x/#", "mqtt:home/y/z", false},
                    Row{"ws:a/", "ws:a/", true}, Row{"ws:a/+", "ws:a/", true}, Row{"ws:a", "ws:a/", false}));

struct Cover {
  const char* scope;
  const char* pattern;
  bool covered;
};

class TopicCovers : public testing::TestWithParam<Cover> {};

TEST_P(TopicCovers, OnlyWhatIsNotWider) {
  EXPECT_EQ(covers(GetParam().scope, GetParam().pattern), GetParam().covered)
      << GetParam().scope << " " << GetParam().pattern;
}

INSTANTIATE_TEST_SUITE_P(Table, TopicCovers,
                         testing::Values(Cover{"#", "#", true}, Cover{"ws:#", "#", false}, Cover{"ws:#", "ws:#", true},
                                         Cover{"ws:plant/#", "ws:plant/#", true}, Cover{"ws:plant/#", "ws:#", false},
                                         Cover{"ws:plant/#", "ws:plant/+", true},
                                         Cover{"ws:plant/+", "ws:plant/#", false},
                                         Cover{"ws:plant/+", "ws:plant/+", true},
                                         Cover{"ws:plant/a", "ws:plant/+", false}, Cover{"ws:+/a", "ws:plant/a", true},
                                         Cover{"ws:plant", "ws:plant/#", false},
                                         Cover{"ws:plant/#", "mqtt:plant/#", false}));

}  // namespace
}  // namespace isthmus::websocket
