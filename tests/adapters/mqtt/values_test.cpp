// A user's values as the users' side asks for them, with a broker that does as it is told.
#include "adapters/mqtt/values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/adapters/mqtt/adapter_stage.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

class ValuesTest : public AdapterStage {
 protected:
  ValuesTest() : AdapterStage{make_settings()} {}
  static Settings make_settings() {
    BrokerSettings broker;
    broker.rights = {{"home/#"}, {"home/#"}};
    Settings settings = with(std::move(broker));
    settings.max_contacts = 2;
    return settings;
  }
  void ask(Request::Question question, std::string_view native = "home/temp",
           std::string audience = "juliet@example.org/balcony") {
    const auto kind = native.empty() ? PlaceKind::network : PlaceKind::direct;
    auto event =
        wish({own_id, kind, base.names.intern("plant"), base.names.intern(native)}, Request{std::move(question)});
    event->about.audience = std::move(audience);
    emit(std::move(event));
  }
  void connect() {
    base.alarms.advance(1s);
    wire.handler->on_connected({});
  }
  /// What was asked of the broker; every subscription is granted.
  std::vector<std::string> grant() {
    const auto asked = std::exchange(wire.asked, {});
    std::vector<std::string> all;
    for (const auto& one : asked) {
      if (!one.what.contains("homeassistant")) all.push_back(one.what);
      if (one.what.starts_with("subscribe")) wire.handler->on_done(one.token, {});
    }
    base.router.settle();
    return all;
  }
  /// The broker answers what is asked to know that all has come; how often it was.
  std::ptrdiff_t answer_fence() {
    const auto asked = std::exchange(wire.asked, {});
    for (const auto& one : asked) {
      if (one.what.starts_with("unsubscribe isthmus/")) wire.handler->on_done(one.token, {});
    }
    base.router.settle();
    return std::ranges::count(asked, "unsubscribe isthmus/nothing", &FakeWire::Asked::what);
  }
  void publish(std::string topic, std::string payload, bool retain = false) {
    wire.handler->on_publication({.topic = std::move(topic), .payload = std::move(payload), .qos = 1, .retain = retain},
                                 0);
    base.router.settle();
  }
  /// What the users' side got since the last call: values, and receipts with "ok" or why not.
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    for (const auto& one : users.seen) {
      if (one.is_receipt) {
        lines.push_back(one.is_refused ? one.why : "ok");
      } else if (one.what.starts_with("value")) {
        lines.push_back(one.what);
      }
    }
    users.seen.clear();
    return lines;
  }
};

TEST_F(ValuesTest, EveryValueIsToldOnceTheBrokerHasGrantedIt) {
  ask(WatchValues{true});
  connect();
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_THAT(grant(), Contains("subscribe home/temp"));
  publish("home/temp", "1", true);
  publish("home/temp", "1", true);
  publish("home/temp", "2");
  publish("home/temp", "3");
  publish("home/temp", "");
  EXPECT_THAT(heard(),
              ElementsAre("ok", "value home/temp%plant home/temp: home/temp stored 1",
                          "value home/temp%plant home/temp: home/temp 2",
                          "value home/temp%plant home/temp: home/temp 3", "value home/temp%plant home/temp: nothing"))
      << "what is kept and known already is no news";
  ask(WatchValues{false});
  EXPECT_THAT(grant(), ElementsAre("unsubscribe home/temp"));
}

TEST_F(ValuesTest, RightsAndLimitsHold) {
  ask(WatchValues{true}, "garden/temp");
  ask(WatchValues{true}, "home/#/x");
  ask(ReadValue{}, "home/+");
  ask(ReadValue{}, "garden/temp");
  ask(WatchValues{true}, "home/a");
  ask(WatchValues{true}, "home/b");
  ask(WatchValues{true}, "home/c");
  EXPECT_THAT(heard(),
              ElementsAre("forbidden", "item-not-found", "feature-not-implemented", "forbidden", "policy-violation"));
}

TEST_F(ValuesTest, AValueIsReadFromTheBrokerByLookingForAMoment) {
  ask(ReadValue{});
  connect();
  grant();
  publish("home/temp", "21", true);
  EXPECT_THAT(heard(), ElementsAre("ok"));
  EXPECT_THAT(grant(), ElementsAre("unsubscribe isthmus/nothing", "unsubscribe home/temp"));

  ask(ReadValue{}, "home/empty");
  grant();
  base.alarms.advance(5s);
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(answer_fence(), 1);
  EXPECT_THAT(heard(), ElementsAre("ok")) << "nothing is kept there";

  ask(ReadValue{}, "home/empty");
  grant();
  base.alarms.advance(Reading::patience);
  EXPECT_THAT(heard(), ElementsAre("ok")) << "the broker does not say";
}

TEST_F(ValuesTest, WhileTheBrokerIsGoneWhoeverAsksHearsSo) {
  ask(WatchValues{true}, "home/old", "");  // as after a restart
  ask(WatchValues{true}, "home/new");
  base.alarms.advance(1s);
  wire.handler->on_closed({Reason::Where::connection, 0, "refused"});
  base.router.settle();
  EXPECT_THAT(heard(), ElementsAre("remote-server-timeout"));
  ask(ReadValue{}, "home/x");
  EXPECT_THAT(heard(), ElementsAre("remote-server-timeout"));
  connect();
  EXPECT_THAT(grant(), Contains("subscribe home/old"));
  EXPECT_THAT(heard(), ElementsAre("ok"));
}

TEST_F(ValuesTest, WhatIsPublishedIsKeptAsWished) {
  Data value;
  value.form = Data::Form::binary;
  value.is_stored = true;
  value.qos = 1;
  value.bytes = "\xff";
  value.media_type = "image/png";
  ask(PublishValue{value});
  ask(PublishValue{value}, "garden/temp");
  ask(PublishValue{value}, "home/+");
  connect();
  ASSERT_FALSE(wire.asked.empty());
  const auto sent = std::ranges::find(wire.asked, std::string{"publish home/temp \xff"}, &FakeWire::Asked::what);
  ASSERT_NE(sent, wire.asked.end());
  EXPECT_TRUE(sent->publication.retain && !sent->publication.is_utf8);
  EXPECT_EQ(sent->publication.content_type, "image/png");
  EXPECT_THAT(heard(), ElementsAre("forbidden", "not-allowed"));
  wire.handler->on_done(sent->token, {});
  base.router.settle();
  EXPECT_THAT(heard(), ElementsAre("ok"));
}

TEST(SeenTopics, AreBrowsedLevelByLevel) {
  SeenTopics seen;
  for (const auto* topic : {"a", "a/b", "a/b/c", "a!", "/x", "b/c"}) seen.note(topic);
  const auto names = [&](std::string_view branch) {
    std::string text;
    for (const auto& one : seen.below(branch, [](std::string_view topic) { return topic != "b/c"; }))
      text += "[" + one.name + (one.has_value ? "=" : "") + (one.has_more ? "/" : "") + "]";
    return text;
  };
  EXPECT_EQ(names(""), "[/][a=/][a!=]");
  EXPECT_EQ(names("a/"), "[b=/]");
  EXPECT_EQ(names("/"), "[x=]");
  EXPECT_EQ(names("b/"), "");
  seen.forget("a/b/c");
  EXPECT_EQ(names("a/"), "[b=]");
}

TEST(SeenTopics, AreBounded) {
  SeenTopics seen;
  for (std::size_t i = 0; i < SeenTopics::max; ++i) EXPECT_TRUE(seen.note(std::to_string(i)));
  EXPECT_FALSE(seen.note("one more"));
  EXPECT_TRUE(seen.note("7"));
}

}  // namespace
}  // namespace isthmus::mqtt
