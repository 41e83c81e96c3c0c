#include "adapters/mqtt/topic_aliases.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

TEST(TopicAliases, StandForATopicOnceTheBrokerKnowsThem) {
  TopicAliases aliases{2};
  EXPECT_EQ(aliases.use("home/a").alias, 1);
  EXPECT_TRUE(aliases.use("home/a").needs_topic) << "it is on its way at the most";
  aliases.known(1);
  EXPECT_FALSE(aliases.use("home/a").needs_topic);
  EXPECT_EQ(aliases.use("home/b").alias, 2);
  EXPECT_EQ(aliases.use("home/c").alias, 0) << "the broker has no more";
  EXPECT_TRUE(aliases.use("home/c").needs_topic);
}

TEST(TopicAliases, AreNotForShortTopicsNorWithoutTheBrokersLeave) {
  TopicAliases aliases{2};
  EXPECT_EQ(aliases.use("a/b").alias, 0);
  TopicAliases none;
  EXPECT_EQ(none.use("home/kitchen").alias, 0);
  none.known(1);
}

}  // namespace
}  // namespace isthmus::mqtt
