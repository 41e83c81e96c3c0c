#include "app/changes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::app {
namespace {

using testing::ElementsAre;

TEST(Changes, AreNoneBetweenEqualReadings) {
  const Values values{{"xmpp.port", "5347"}, {"log.level", "info"}};
  EXPECT_TRUE(changes_between(values, values).none());
}

TEST(Changes, WhatWasAddedChangedAndTakenAwayIsNamed) {
  const Values running{{"access.rate", "20"}, {"irc.linger", "10m"}, {"log.level", "info"}, {"xmpp.port", "5347"}};
  const Values wanted{
      {"access.rate", "30"}, {"access.users[1]", "example.org"}, {"xmpp.port", "5348"}, {"log.level", "info"}};
  const auto changes = changes_between(running, wanted);
  EXPECT_THAT(changes.live, ElementsAre("access.rate", "access.users[1]"));
  EXPECT_THAT(changes.restart, ElementsAre("irc.linger", "xmpp.port"));
}

TEST(Changes, OnlyAccessFallbacksAndLogTakeEffectAtOnce) {
  EXPECT_TRUE(is_live("access.users[2]"));
  EXPECT_TRUE(is_live("degrade.edit"));
  EXPECT_TRUE(is_live("log.hash_jids"));
  EXPECT_FALSE(is_live("xmpp.secret"));
  EXPECT_FALSE(is_live("irc.networks.\"irc.example.net\".port"));
  EXPECT_FALSE(is_live("logs"));
}

TEST(Changes, AreListedForPeople) {
  EXPECT_EQ(listed({}), "none");
  EXPECT_EQ(listed({"a.b", "c"}), "a.b, c");
}

}  // namespace
}  // namespace isthmus::app
