#include "adapters/mqtt/copies.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

class MqttCopies : public testing::Test {
 protected:
  bool is_copy(std::string payload, std::size_t subscriptions = 2, bool are_granted = true) {
    return copies.is_one({.topic = "home/temp", .payload = std::move(payload)}, subscriptions, are_granted, now);
  }
  Copies copies;
  SteadyTime now{1h};
};

TEST_F(MqttCopies, AsManyAsThereAreOtherSubscriptions) {
  EXPECT_FALSE(is_copy("21", 3));
  EXPECT_TRUE(is_copy("21", 3));
  now += 500ms;  // the gateway is busy
  EXPECT_TRUE(is_copy("21", 3));
  EXPECT_FALSE(is_copy("21", 3)) << "the device says it again";
}

TEST_F(MqttCopies, OfOneSubscriptionThereAreNone) {
  EXPECT_FALSE(is_copy("21", 1));
  EXPECT_FALSE(is_copy("21", 1));
}

TEST_F(MqttCopies, FollowOneAnother) {
  EXPECT_FALSE(is_copy("21"));
  EXPECT_FALSE(is_copy("22"));
  EXPECT_FALSE(is_copy("21"));
}

TEST_F(MqttCopies, ABrokerThatSendsOneIsFoundOut) {
  EXPECT_FALSE(is_copy("21"));
  EXPECT_FALSE(is_copy("22"));
  EXPECT_FALSE(is_copy("22")) << "a device says the same twice";
  copies.reset();
  EXPECT_FALSE(is_copy("21"));
  EXPECT_TRUE(is_copy("21")) << "another broker may send copies";
}

TEST_F(MqttCopies, NothingIsLearntOfSubscriptionsThatTheBrokerDoesNotKnowYet) {
  EXPECT_FALSE(is_copy("21", 2, false));
  EXPECT_FALSE(is_copy("22"));
  EXPECT_TRUE(is_copy("22"));
}

TEST_F(MqttCopies, WhatComesMuchLaterIsARepetition) {
  EXPECT_FALSE(is_copy("21"));
  now += 2s;
  EXPECT_FALSE(is_copy("21"));
  EXPECT_TRUE(is_copy("21")) << "nothing was learnt from that";
}

}  // namespace
}  // namespace isthmus::mqtt
