// A filter as a room: when it is entered, and who is in it, with a broker that does as it is told.
#include "adapters/mqtt/room.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/adapters/mqtt/adapter_stage.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class MqttRoom : public AdapterStage {
 protected:
  MqttRoom() : AdapterStage{make_settings()} {
    enter("balcony");
    base.alarms.advance(1s);
    wire.handler->on_connected({});
    base.router.settle();
  }
  static Settings make_settings() {
    BrokerSettings broker;
    broker.rights = {{"#"}, {"#"}};
    return with(std::move(broker));
  }
  void enter(const std::string& resource) {
    Change change{.kind = Change::Kind::join, .who = {}};
    change.who.name = "juliet";
    auto event = wish(*adapter.addresses().parse("!home/#%plant"), Membership{{std::move(change)}});
    event->about.audience = "juliet@example.org/" + resource;
    emit(std::move(event));
  }
  /// The broker answers all that it was asked and that begins so; how many that were.
  int answer(std::string_view what) {
    const auto asked = std::exchange(wire.asked, {});
    int count = 0;
    for (const auto& one : asked) {
      if (!one.what.starts_with(what)) {
        wire.asked.push_back(one);
        continue;
      }
      ++count;
      wire.handler->on_done(one.token, {});
    }
    base.router.settle();
    return count;
  }
  void publish(std::string topic, std::string payload, bool retain, std::uint8_t qos = 1) {
    wire.handler->on_publication(
        {.topic = std::move(topic), .payload = std::move(payload), .qos = qos, .retain = retain}, 0);
    base.router.settle();
  }
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    for (const auto& one : users.seen) {
      if (!one.what.starts_with("link")) lines.push_back(one.is_receipt ? "receipt" : one.what);
    }
    users.seen.clear();
    return lines;
  }

  static constexpr std::string_view grant = "subscribe home/#";
  static constexpr std::string_view fence = "unsubscribe isthmus/nothing";
};

TEST_F(MqttRoom, IsEnteredWhenAllThatTheBrokerKeepsHasCome) {
  answer(grant);
  publish("home/hall", "dark", true);
  EXPECT_EQ(answer(fence), 1);
  publish("home/attic", "dry", true);
  base.alarms.advance(5s);
  EXPECT_THAT(heard(), IsEmpty()) << "something kept came before the answer: more may come";
  EXPECT_EQ(answer(fence), 1);
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(answer(fence), 1);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant dark", "message home/#%plant dry", "roster home/#%plant 3",
                                   "subject home/#%plant home/# on plant", "receipt"));
  EXPECT_EQ(answer(fence), 0);
}

TEST_F(MqttRoom, IsEnteredAtOnceByASecondClient) {
  answer(grant);
  answer(fence);
  heard();
  enter("garden");
  EXPECT_THAT(heard(), ElementsAre("roster home/#%plant 1", "subject home/#%plant home/# on plant", "receipt"));
}

TEST_F(MqttRoom, ATopicThatComesLaterEntersAndItsKeptValueIsFromBefore) {
  answer(grant);
  answer(fence);
  heard();
  publish("home/hall", "dark", true);
  EXPECT_THAT(heard(), ElementsAre("join home/#%plant hall", "message home/#%plant dark"));
}

TEST_F(MqttRoom, NewsWithoutAnEndDoNotKeepItShut) {
  answer(grant);
  for (unsigned i = 0; i < Fences::most_news; ++i) {
    publish("home/hall", std::to_string(i), false);
    EXPECT_EQ(answer(fence), 1);
    EXPECT_THAT(heard(), IsEmpty());
  }
  publish("home/hall", "last", false);
  answer(fence);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant last", "roster home/#%plant 2",
                                   "subject home/#%plant home/# on plant", "receipt"));
}

TEST_F(MqttRoom, ABrokerThatDoesNotAnswerDoesNotKeepItShut) {
  answer(grant);
  publish("home/hall", "dark", true);
  EXPECT_THAT(heard(), IsEmpty());
  base.alarms.advance(Fences::patience);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant dark", "roster home/#%plant 2",
                                   "subject home/#%plant home/# on plant", "receipt"));
}

TEST_F(MqttRoom, IsAskedForAgainOnANewConnection) {
  answer(grant);
  const auto old = wire.asked.back();
  ASSERT_EQ(old.what, fence);
  wire.asked.clear();
  wire.handler->on_overflow();
  wire.handler->on_closed({});
  base.alarms.advance(1s);
  EXPECT_THAT(heard(), IsEmpty());
  wire.handler->on_connected({.session_present = true});
  wire.handler->on_done(old.token, {});
  base.router.settle();
  EXPECT_THAT(heard(), IsEmpty()) << "this was asked of another connection";
  EXPECT_EQ(answer(fence), 1);
  EXPECT_THAT(heard(), ElementsAre("roster home/#%plant 1", "subject home/#%plant home/# on plant", "receipt"));
}

/// A room that was entered, whose limit is used up by "home/hall".
class CrowdedMqttRoom : public MqttRoom {
 protected:
  CrowdedMqttRoom() {
    answer(grant);
    answer(fence);
    for (unsigned i = 0; i < Settings{}.room_burst; ++i) publish("home/hall", std::to_string(i), false, 0);
    EXPECT_EQ(heard().back(), "message home/#%plant 299");
  }
};

TEST_F(CrowdedMqttRoom, TellsTheNewestOfEachTopicLaterAndHowManyItReplaced) {
  publish("home/hall", "a", false, 0);
  publish("home/attic", "1", false, 0);
  publish("home/hall", "b", false, 0);
  publish("home/hall", "c", false, 0);
  EXPECT_THAT(heard(), ElementsAre("join home/#%plant attic"));
  base.alarms.advance(1s);
  base.router.settle();
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant c (2 skipped)", "message home/#%plant 1"));
  publish("home/hall", "d", false, 0);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant d"));
}

TEST_F(CrowdedMqttRoom, HoldsNothingBackThatWasSentWithMore) {
  publish("home/hall", "a", false, 0);
  publish("home/hall", "b", false, 1);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant a", "message home/#%plant b")) << "in their order";
  publish("home/hall", "c", false, 0);
  publish("home/hall", "", false, 0);
  EXPECT_THAT(heard(), ElementsAre("message home/#%plant c", "leave home/#%plant hall"));
  base.alarms.advance(1min);
  base.router.settle();
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(MqttRoom, ThereMayBeTwentyOfThem) {
  users.seen.clear();
  const auto enter_another = [&](unsigned number) {
    Change change{.kind = Change::Kind::join, .who = {}};
    change.who.name = "juliet";
    const auto room = "!home" + std::to_string(number) + "/#%plant";
    emit(wish(*adapter.addresses().parse(room), Membership{{std::move(change)}}));
  };
  for (unsigned i = 1; i < Settings{}.max_rooms; ++i) enter_another(i);
  EXPECT_THAT(users.seen, IsEmpty());
  enter_another(20);
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_EQ(users.seen[0].why, "resource-constraint");
}

TEST_F(MqttRoom, WhoLeavesMeanwhileIsNotTold) {
  answer(grant);
  Change change{.kind = Change::Kind::leave, .who = {}};
  emit(wish(*adapter.addresses().parse("!home/#%plant"), Membership{{std::move(change)}}));
  heard();
  answer(fence);
  base.alarms.advance(1min);
  EXPECT_THAT(heard(), IsEmpty());
}

}  // namespace
}  // namespace isthmus::mqtt
