// A user's contacts and rooms as the users' side sees them, with a broker that does as it is told.
#include "tests/adapters/mqtt/adapter_stage.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class MqttAdapterTest : public AdapterStage {
 protected:
  MqttAdapterTest() : AdapterStage{make_settings()} {
    ask(Watch{true});
    base.alarms.advance(1s);
    wire.handler->on_connected({});
    for (const auto& one : wire.asked) {
      if (one.what == "subscribe home/temp") wire.handler->on_done(one.token, {});
    }
    base.router.settle();
    users.seen.clear();
    wire.asked.clear();
  }

  static Settings make_settings() {
    BrokerSettings broker;
    broker.rights = {{"#"}, {"#"}};
    broker.interval = 2s;
    broker.status_interval = 0ms;
    return with(std::move(broker));
  }
  void ask(Payload what, std::string_view place = "home/temp%plant") {
    auto event = wish(*adapter.addresses().parse(place), std::move(what));
    event->about.audience = "juliet@example.org/balcony";
    emit(std::move(event));
  }
  void say(std::string text) { ask(Message{Style::normal, std::move(text)}); }
  void publish(std::string payload, bool retain = false) {
    wire.handler->on_publication({.topic = "home/temp", .payload = std::move(payload), .qos = 1, .retain = retain}, 0);
    base.router.settle();
  }
  /// What the users' side got since the last call, receipts aside.
  std::vector<std::string> heard(std::string_view kind) {
    std::vector<std::string> lines;
    for (const auto& one : users.seen) {
      if (!one.is_receipt && one.what.starts_with(kind)) lines.push_back(one.what);
    }
    users.seen.clear();
    return lines;
  }
};

TEST_F(MqttAdapterTest, OfValuesThatComeTooFastTheLastIsToldWithTheNumberSkipped) {
  publish("1");
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant 1"));
  publish("2");
  publish("3");
  publish("4");
  EXPECT_THAT(heard("message"), IsEmpty());
  base.alarms.advance(2s);
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant 4 (2 skipped)"));
  base.alarms.advance(10s);
  publish("5");
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant 5"));
}

TEST_F(MqttAdapterTest, TheUserSaysHowOften) {
  say("/every 0");
  publish("1");
  publish("2");
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant You will hear every value.",
                                            "message home/temp%plant 1", "message home/temp%plant 2"));
  say("/pause 1h");
  publish("3");
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant You will hear nothing for 1h."));
  base.alarms.advance(1h);
  publish("4");
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant 4"));
  EXPECT_THAT(wire.take(), IsEmpty()) << "nothing of it was published";
}

TEST_F(MqttAdapterTest, AnAlertSoundsWhenItHasLastedAndOnce) {
  say("/pause");
  say("/alert > 30 for 5m");
  heard("message");
  publish("31");
  base.alarms.advance(4min);
  publish("29");
  base.alarms.advance(10min);
  EXPECT_THAT(heard("message"), IsEmpty()) << "it did not last";
  publish("32");
  base.alarms.advance(3min);
  publish("33");
  base.alarms.advance(2min);
  EXPECT_THAT(heard("message"), ElementsAre("message home/temp%plant Alert: 33 is > 30 for 5m"));
  publish("34");
  EXPECT_THAT(heard("message"), IsEmpty());
  publish("20");
  EXPECT_THAT(heard("message"), ElementsAre(HasSubstr("Alert over")));
}

TEST_F(MqttAdapterTest, AContactThatSaysNothingForLongerThanUsualIsAway) {
  for (int i = 0; i < 5; ++i) {
    publish(std::to_string(i));
    base.alarms.advance(1min);
  }
  heard("presence");
  base.alarms.advance(90s);
  EXPECT_THAT(heard("presence"), IsEmpty());
  base.alarms.advance(1min);
  EXPECT_THAT(heard("presence"), ElementsAre("presence home/temp%plant away 4"));
  publish("5");
  EXPECT_THAT(heard("presence"), ElementsAre("presence home/temp%plant available 5"));
}

TEST_F(MqttAdapterTest, WhatABrokerKeepsIsNoNewsWhenItTellsItAgain) {
  publish("kept", true);
  EXPECT_THAT(heard(""), ElementsAre("presence home/temp%plant available kept"));
  publish("kept", true);
  EXPECT_THAT(heard(""), IsEmpty());
  publish("", true);
  EXPECT_THAT(heard(""), ElementsAre("presence home/temp%plant xa"));
}

TEST_F(MqttAdapterTest, WhatTheUsersSideCannotTakeIsHeldInOrderAndTheBrokerIsLeft) {
  say("/every 0");
  heard("message");
  for (int i = 0; i < 200; ++i) users.answers.push_back(Deferred{});
  for (int i = 0; i < 200 + static_cast<int>(Held::many); ++i) publish(std::to_string(i));
  EXPECT_THAT(wire.take(), Contains("disconnect"));
  users.answers.clear();
  heard("message");
  base.router.resumed(home_id);
  base.router.settle();
  base.alarms.advance(Held::pause);
  std::vector<std::string> all;
  for (const auto& line : heard("message")) all.push_back(line.substr(line.rfind(' ') + 1));
  ASSERT_EQ(all.size(), 200 + Held::many);
  for (std::size_t i = 0; i < all.size(); ++i) ASSERT_EQ(all[i], std::to_string(i));
}

TEST_F(MqttAdapterTest, APublicationIsConfirmedWhenTheBrokerHasAcknowledgedIt) {
  say("21");
  ASSERT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(wire.asked[0].what, "publish home/temp 21");
  EXPECT_EQ(wire.asked[0].publication.qos, 1);
  EXPECT_THAT(users.seen, IsEmpty());
  wire.handler->on_done(wire.asked[0].token, {});
  base.router.settle();
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_TRUE(users.seen[0].is_receipt && !users.seen[0].is_refused);
}

TEST_F(MqttAdapterTest, WhatTheBrokerRefusesComesBackWithItsReason) {
  say("21");
  wire.handler->on_done(wire.asked[0].token, {Reason::Where::broker, reason::not_authorized, {}});
  base.router.settle();
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_EQ(users.seen[0].why, "forbidden");
}

TEST_F(MqttAdapterTest, WhoPublishesTooFastIsToldOfTheLimit) {
  const auto most = Settings{}.publish_burst;
  for (unsigned i = 0; i < most; ++i) say("21");
  EXPECT_EQ(wire.take().size(), most);
  EXPECT_THAT(users.seen, IsEmpty());
  say("21");
  EXPECT_THAT(wire.take(), IsEmpty());
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_EQ(users.seen[0].why, "resource-constraint");
  base.alarms.advance(1s);
  say("22");
  EXPECT_THAT(wire.take(), Contains("publish home/temp 22"));
}

TEST_F(MqttAdapterTest, WhatHasExpiredOnItsWayIsRefusedAndElseTheBrokerIsToldWhatIsLeft) {
  const auto said_before = [&](std::chrono::seconds age) {
    Message message{Style::normal, "ON"};
    message.data = Data{.place = {}, .bytes = "ON", .media_type = {}, .properties = {}, .expiry = 30s};
    auto event = wish(*adapter.addresses().parse("home/temp%plant"), std::move(message));
    event->about.received_at = base.alarms.wall_clock() - age;
    emit(std::move(event));
  };
  said_before(30s);
  EXPECT_THAT(wire.take(), IsEmpty());
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_EQ(users.seen[0].why, "remote-server-timeout");
  said_before(10s);
  ASSERT_EQ(wire.asked.size(), 1U);
  EXPECT_EQ(wire.asked[0].publication.expiry, 20s);
}

TEST_F(MqttAdapterTest, ReactionsAndTypingAreNeverPublished) {
  ask(Reactions{{"1"}, {"+1"}});
  ask(Typing{});
  EXPECT_THAT(wire.take(), IsEmpty());
  ask(Edit{{"1"}, Message{Style::normal, "22"}});
  EXPECT_THAT(wire.take(), ElementsAre("publish home/temp 22"));
}

}  // namespace
}  // namespace isthmus::mqtt
