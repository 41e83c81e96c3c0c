#include "adapters/mqtt/broker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/outbox.hpp"
#include "tests/adapters/mqtt/fake_client.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct Eye final : View {
  std::vector<std::string> seen;
  void on_publication(const Publication& publication) override {
    seen.push_back(publication.topic + " " + publication.payload);
  }
};

class MqttBroker : public testing::Test, protected BrokerListener {
 protected:
  void on_link(const LinkState& state) override { links.push_back(state); }
  Broker::Done note() {
    return [this](const Reason& reason) { answers.push_back(reason.is_success() ? "done" : to_refusal(reason).text); };
  }
  void connect(bool session_present = false) {
    base.alarms.advance(10s);
    wire.handler->on_connected({.session_present = session_present, .receive_maximum = receive_maximum});
  }
  void publish(const std::string& payload, std::uint8_t qos = 1, const View* from = nullptr) {
    broker.publish({.topic = "home/temp", .payload = payload, .qos = qos}, from, note());
  }
  Token last_token() const { return wire.asked.back().token; }

  test::TestRuntime base;
  BrokerSettings settings = [] {
    BrokerSettings one;
    one.name = "plant";
    one.url = *parse_url("mqtt://127.0.0.1:1883");
    return one;
  }();
  FakeWire wire;
  std::uint16_t receive_maximum = 100;
  std::vector<LinkState> links;
  std::vector<std::string> answers;
  Broker broker{base.runtime, settings, 1s, wire.maker(), *this};
};

TEST_F(MqttBroker, ConnectsWhenSomebodyNeedsItAndSubscribesOnceForAll) {
  Eye one;
  Eye two;
  broker.add(one, "home/#", 1, note());
  broker.add(two, "home/#", 1, note());
  base.alarms.advance(1s);
  EXPECT_THAT(wire.take(), ElementsAre("connect"));
  connect();
  const auto token = last_token();
  EXPECT_TRUE(wire.asked.back().subscribe.no_local && !wire.asked.back().subscribe.retain_as_published);
  EXPECT_THAT(wire.take(), ElementsAre("subscribe home/#"));
  wire.handler->on_done(token, {});
  EXPECT_THAT(answers, ElementsAre("done", "done"));
  wire.handler->on_publication({.topic = "home/temp", .payload = "1"}, 0);
  EXPECT_THAT(one.seen, ElementsAre("home/temp 1"));
  EXPECT_THAT(two.seen, ElementsAre("home/temp 1"));
  broker.remove(one, "home/#");
  EXPECT_THAT(wire.take(), IsEmpty());
  broker.remove(two, "home/#");
  EXPECT_THAT(wire.take(), ElementsAre("unsubscribe home/#"));
}

TEST_F(MqttBroker, WhoLeavesBeforeTheAnswerIsNotTold) {
  Eye one;
  Eye two;
  broker.add(one, "home/#", 1, [](const Reason&) { FAIL() << "it is gone"; });
  broker.add(two, "home/#", 1, note());
  connect();
  broker.remove(one, "home/#");
  wire.handler->on_done(last_token(), {});
  EXPECT_THAT(answers, ElementsAre("done"));
}

TEST_F(MqttBroker, WhatGoesRoundInCirclesIsDropped) {
  Eye eye;
  broker.add(eye, "home/#", 1, note());
  connect();
  const auto arrives = [&](const std::string& hops) {
    Publication publication{.topic = "home/temp", .payload = hops};
    publication.properties = {{"isthmus-hops", hops}};
    wire.handler->on_publication(std::move(publication), 0);
  };
  arrives("3");
  arrives("4");
  EXPECT_THAT(eye.seen, ElementsAre("home/temp 3"));
}

TEST_F(MqttBroker, ARefusedSubscriptionIsToldAndMayBeAskedForAgain) {
  Eye one;
  broker.add(one, "secret/#", 1, note());
  connect();
  wire.handler->on_done(last_token(), {Reason::Where::broker, reason::not_authorized, {}});
  EXPECT_THAT(answers, ElementsAre("The broker says: Not authorized"));
  broker.remove(one, "secret/#");
}

TEST_F(MqttBroker, ASubscriptionWithoutAnAnswerTimesOut) {
  Eye one;
  broker.add(one, "home/#", 1, note());
  connect();
  base.alarms.advance(Broker::answer_timeout + 1s);
  EXPECT_THAT(answers, ElementsAre("The broker did not answer in time."));
  broker.remove(one, "home/#");
}

TEST_F(MqttBroker, SubscribesAnewWhenTheSessionIsLostAndNotWhenItIsKept) {
  Eye one;
  broker.add(one, "home/#", 1, note());
  connect();
  wire.handler->on_done(last_token(), {});
  wire.take();
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  connect(true);
  EXPECT_THAT(wire.take(), ElementsAre("connect"));
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  connect(false);
  EXPECT_THAT(wire.take(), ElementsAre("connect", "subscribe home/#"));
  broker.remove(one, "home/#");
}

TEST_F(MqttBroker, WhatASessionFromBeforeTheStartBringsReachesWhoWantsIt) {
  Eye one;
  Eye other;
  broker.add(one, "home/#", 1, note());
  broker.add(other, "office/#", 1, note());
  connect(true);
  EXPECT_FALSE(wire.asked.front().options.clean_start);
  wire.handler->on_publication({.topic = "home/temp", .payload = "21", .subscriptions = {1}}, 0);
  EXPECT_THAT(one.seen, ElementsAre("home/temp 21"));
  EXPECT_THAT(other.seen, IsEmpty());
  broker.remove(one, "home/#");
  broker.remove(other, "office/#");
}

TEST_F(MqttBroker, KeepsTheWindowBelowTheBrokersReceiveMaximum) {
  receive_maximum = 10;
  publish("0");
  connect();
  for (int i = 1; i < 20; ++i) publish(std::to_string(i));
  EXPECT_EQ(wire.take().size(), 1U + 8U) << "a connect, and 80 % of ten";
  wire.handler->on_done(1, {});
  EXPECT_THAT(wire.take(), ElementsAre("publish home/temp 8"));
  EXPECT_THAT(answers, ElementsAre("done"));
}

TEST_F(MqttBroker, WhatWasNotAcknowledgedIsSentAgainFirstAndMarked) {
  publish("a");
  connect();
  publish("b");
  wire.take();
  wire.handler->on_done(2, {Reason::Where::connection, 0, {}});
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  publish("c");
  base.alarms.advance(5s);
  wire.handler->on_connected({});
  ASSERT_EQ(wire.asked.size(), 4U);
  EXPECT_EQ(wire.asked[1].what, "publish home/temp a");
  EXPECT_EQ(wire.asked[2].what, "publish home/temp b");
  EXPECT_EQ(wire.asked[2].publication.properties.back().first, "isthmus-repeated");
  EXPECT_THAT(wire.asked[3].publication.properties, IsEmpty());
  EXPECT_THAT(answers, IsEmpty());
}

TEST_F(MqttBroker, WhatWaitsTooLongForALostConnectionFails) {
  publish("a");
  base.alarms.advance(Broker::patience + 1s);
  EXPECT_THAT(answers, ElementsAre("The broker cannot be reached."));
}

TEST_F(MqttBroker, WhatIsKeptOverRestartsWaitsForDaysWhateverElseWaits) {
  const auto said_at = base.alarms.wall_clock();
  broker.publish({.topic = "home/temp", .payload = "kept", .qos = 1}, nullptr, note(), said_at);
  publish("a");
  base.alarms.advance(Broker::patience + 1s);
  EXPECT_THAT(answers, ElementsAre("The broker cannot be reached."));
  connect();
  EXPECT_EQ(wire.asked.back().what, "publish home/temp kept");
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  answers.clear();
  base.alarms.advance(Outbox::max_age - 1h);
  EXPECT_THAT(answers, IsEmpty());
  base.alarms.advance(2h);
  EXPECT_THAT(answers, ElementsAre("The broker cannot be reached."));
}

TEST_F(MqttBroker, WhatIsKeptIsLeftToTheNextRunWhenTheGatewayEnds) {
  broker.publish({.topic = "home/temp", .payload = "sent", .qos = 1}, nullptr, note(), base.alarms.wall_clock());
  connect();
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  broker.publish({.topic = "home/temp", .payload = "waits", .qos = 1}, nullptr, note(), base.alarms.wall_clock());
  publish("not kept");
  broker.stop();
  EXPECT_THAT(answers, ElementsAre("The broker cannot be reached: the gateway is shutting down"));
}

TEST_F(MqttBroker, WhatExpiresWhileItWaitsIsNotSent) {
  const auto said_at = base.alarms.wall_clock();
  broker.publish({.topic = "home/temp", .payload = "kept", .qos = 1, .expiry = 40s}, nullptr, note(), said_at);
  broker.publish({.topic = "home/temp", .payload = "brief", .qos = 1, .expiry = 5s}, nullptr, note());
  base.alarms.advance(6s);
  EXPECT_THAT(answers, ElementsAre("The broker cannot be reached.")) << "before the patience with others ends";
  base.alarms.advance(40s);
  EXPECT_EQ(answers.size(), 2U) << "others that are kept wait for days";
  connect();
  EXPECT_THAT(wire.take(), ElementsAre("connect"));
}

TEST_F(MqttBroker, TheBrokerIsToldWhatIsLeftOfTheExpiryEachTime) {
  broker.publish({.topic = "home/temp", .payload = "21", .qos = 1, .expiry = 25s}, nullptr, note());
  connect();
  EXPECT_EQ(wire.asked.back().publication.expiry, 15s);
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  connect();
  EXPECT_EQ(wire.asked.back().what, "publish home/temp 21");
  EXPECT_EQ(wire.asked.back().publication.expiry, 5s);
  wire.handler->on_closed({Reason::Where::connection, 0, {}});
  wire.take();
  connect();
  EXPECT_THAT(wire.take(), ElementsAre("connect"));
  EXPECT_EQ(answers.size(), 1U);
}

TEST_F(MqttBroker, WhatExpiresBehindAFullWindowIsNotSent) {
  receive_maximum = 1;
  broker.start();
  connect();
  publish("first");
  const auto first = last_token();
  Alarm acknowledged{base.alarms, [&] { wire.handler->on_done(first, {}); }};
  acknowledged.set(base.alarms.now() + 5s);
  broker.publish({.topic = "home/temp", .payload = "brief", .qos = 1, .expiry = 5s}, nullptr, note());
  publish("last");
  wire.take();
  base.alarms.advance(5s);
  EXPECT_THAT(answers, ElementsAre("done", "The broker did not answer in time."));
  EXPECT_THAT(wire.take(), ElementsAre("publish home/temp last"));
}

TEST_F(MqttBroker, TooMuchIsRefusedAtOnce) {
  for (std::size_t i = 0; i < Broker::max_waiting; ++i) publish("x");
  EXPECT_THAT(answers, IsEmpty());
  publish("one more");
  EXPECT_THAT(answers,
              ElementsAre("The broker says: 1000 publications, or 4 MiB of them, wait for the broker already"));
}

class MqttBrokerHasEnough : public MqttBroker, public testing::WithParamInterface<std::uint8_t> {
 protected:
  MqttBrokerHasEnough() {
    broker.start();
    connect();
    wire.take();
  }
  const Reason why{Reason::Where::broker, GetParam(), {}};
  const std::string text = "The broker says: " + name_of(GetParam());
};

TEST_P(MqttBrokerHasEnough, WhoPublishedHearsToWaitAndTheConnectionStays) {
  EXPECT_EQ(to_refusal(why).condition, Condition::resource_constraint);
  EXPECT_EQ(to_refusal(why).remedy, Remedy::wait);
  publish("one");
  const auto first = last_token();
  publish("two");
  const auto second = last_token();
  wire.handler->on_done(first, why);
  wire.handler->on_done(second, {});
  EXPECT_THAT(answers, ElementsAre(text, "done"));
  EXPECT_EQ(links.back().state, LinkState::State::up);
}

TEST_P(MqttBrokerHasEnough, ABrokerThatHangsUpGetsAgainWhatItHasNotAcknowledged) {
  publish("of QoS 0", 0);
  publish("promised");
  wire.take();
  wire.handler->on_closed(why);
  EXPECT_THAT(answers, ElementsAre(text)) << "nobody knows whether it arrived";
  EXPECT_EQ(links.back().reason, text);
  connect(true);
  const auto again = last_token();
  EXPECT_THAT(wire.take(), ElementsAre("connect", "publish home/temp promised"));
  wire.handler->on_done(again, {});
  EXPECT_THAT(answers, ElementsAre(text, "done"));
}

INSTANTIATE_TEST_SUITE_P(Codes, MqttBrokerHasEnough, testing::Values(0x96, 0x97));

TEST_F(MqttBroker, OthersHearWhatWasPublishedWhenTheBrokerHasItAndItsSourceDoesNot) {
  Eye source;
  Eye other;
  broker.add(source, "home/temp", 1, note());
  broker.add(other, "home/#", 1, note());
  connect();
  publish("21", 1, &source);
  EXPECT_THAT(other.seen, IsEmpty());
  wire.handler->on_done(last_token(), {});
  EXPECT_THAT(other.seen, ElementsAre("home/temp 21"));
  EXPECT_THAT(source.seen, IsEmpty());
  broker.remove(source, "home/temp");
  broker.remove(other, "home/#");
}

TEST_F(MqttBroker, ASessionThatWasTakenOverIsLeftToTheOtherForAMinute) {
  publish("x");
  connect();
  wire.take();
  wire.handler->on_closed({Reason::Where::broker, reason::session_taken_over, {}});
  EXPECT_EQ(links.back().state, LinkState::State::down);
  EXPECT_EQ(links.back().reason, "The broker says: Session taken over");
  base.alarms.advance(59s);
  EXPECT_THAT(wire.take(), IsEmpty());
  base.alarms.advance(2s);
  EXPECT_THAT(wire.take(), ElementsAre("connect"));
}

TEST_F(MqttBroker, WhenTooMuchHasArrivedItLeavesForAMomentAndKeepsTheSession) {
  publish("x", 0);
  connect();
  wire.take();
  links.clear();
  wire.handler->on_overflow();
  wire.handler->on_overflow();
  EXPECT_THAT(wire.take(), ElementsAre("disconnect"));
  wire.handler->on_closed({});
  base.alarms.advance(1ms);
  EXPECT_EQ(wire.asked.front().what, "connect");
  EXPECT_FALSE(wire.asked.front().options.clean_start);
  wire.handler->on_connected({.session_present = true});
  EXPECT_THAT(links, IsEmpty()) << "nobody need know";
}

class MqttBrokerOld : public MqttBroker {
 protected:
  MqttBrokerOld() { settings.connect.version = Version::v3_1_1; }
};

TEST_F(MqttBrokerOld, WhatComesBackIsDroppedOnceForEachPublication) {
  Eye eye;
  broker.add(eye, "home/#", 1, note());
  connect();
  wire.handler->on_done(last_token(), {});
  publish("21", 1, &eye);
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  EXPECT_THAT(eye.seen, IsEmpty());
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  EXPECT_THAT(eye.seen, ElementsAre("home/temp 21")) << "a device said the same";
  broker.remove(eye, "home/#");
}

TEST_F(MqttBrokerOld, OneThatIsTooLargeIsDropped) {
  settings.connect.maximum_packet = 1'024;
  Eye eye;
  broker.add(eye, "home/#", 1, note());
  connect();
  wire.handler->on_publication({.topic = "home/large", .payload = std::string(1'025, 'x')}, 0);
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  EXPECT_THAT(eye.seen, ElementsAre("home/temp 21"));
  broker.remove(eye, "home/#");
}

TEST_F(MqttBrokerOld, CopiesForOverlappingSubscriptionsAreOne) {
  Eye one;
  Eye two;
  broker.add(one, "home/#", 1, note());
  broker.add(two, "home/temp", 1, note());
  connect();
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  EXPECT_THAT(one.seen, ElementsAre("home/temp 21"));
  EXPECT_THAT(two.seen, ElementsAre("home/temp 21"));
  broker.remove(one, "home/#");
  broker.remove(two, "home/temp");
}

TEST_F(MqttBrokerOld, CopiesOfWhatComesBackAreDroppedWithIt) {
  Eye one;
  Eye two;
  broker.add(one, "home/#", 1, note());
  broker.add(two, "home/temp", 1, note());
  connect();
  for (const auto& asked : std::exchange(wire.asked, {})) wire.handler->on_done(asked.token, {});
  publish("21", 1, &one);
  wire.handler->on_done(last_token(), {});
  EXPECT_THAT(two.seen, ElementsAre("home/temp 21")) << "from us";
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  wire.handler->on_publication({.topic = "home/temp", .payload = "21"}, 0);
  EXPECT_THAT(one.seen, IsEmpty());
  EXPECT_THAT(two.seen, ElementsAre("home/temp 21"));
  broker.remove(one, "home/#");
  broker.remove(two, "home/temp");
}

}  // namespace
}  // namespace isthmus::mqtt
