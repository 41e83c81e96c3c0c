#include "gateway/links/link_outbox.hpp"

#include <gtest/gtest.h>

#include "tests/gateway/links/links_stage.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using test::Lines;

const Refusal away{Condition::remote_server_timeout, Remedy::wait, "The network is away.", {}};

/// What is said in #verona has to get to #lounge, whose network does as the test says.
class LinkOutboxTest : public testing::Test, protected test::LinksStage {
 protected:
  void say(std::string text) { happens(talk_id, "#verona", Message{Style::normal, std::move(text)}); }
  void say_all(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) say("n" + std::to_string(i));
  }
  void goes(LinkState::State state) {
    auto link = event(plain_id, "#lounge", LinkState{state, "gone", state == LinkState::State::down});
    link->about.conversation = {plain_id, PlaceKind::network, base.names.intern("net"), {}};
    happens(std::move(link));
  }
  void is_back() {
    goes(LinkState::State::up);
    happens(plain_id, "#lounge", Roster{});
  }
  Lines take_heard() {
    Lines lines;
    for (const auto& one : plain.seen)
      if (one.what.starts_with("message")) lines.push_back(one.what.substr(one.what.rfind(' ') + 1));
    plain.seen.clear();
    return lines;
  }
  static Lines numbers(std::size_t from, std::size_t to) {
    Lines lines;
    for (std::size_t i = from; i < to; ++i) lines.push_back("n" + std::to_string(i));
    return lines;
  }
  Lines kept() {
    base.alarms.advance(LinkOutbox::grace);
    Lines lines;
    for (const auto& one : base.store.all_messages) lines.push_back(one.said.text);
    return lines;
  }
};

TEST_F(LinkOutboxTest, WhatIsSaidWhileANetworkIsAwayIsSaidInOrderWhenItIsBack) {
  start();
  goes(LinkState::State::down);
  say("one");
  say("two");
  EXPECT_EQ(take_heard(), Lines{});
  EXPECT_EQ(kept(), (Lines{"<romeo> one", "<romeo> two"}));
  EXPECT_EQ(base.store.all_messages.front().owner, LinkOutbox::owner_name);
  EXPECT_EQ(base.store.all_messages.front().address, "plain:net/#lounge");
  is_back();
  say("three");
  EXPECT_EQ(take_heard(), (Lines{"one", "two", "three"}));
  EXPECT_EQ(kept(), Lines{});
  EXPECT_EQ(links.waiting(), 0U);
}

TEST_F(LinkOutboxTest, ANetworkThatDoesNotTellThatItIsAwayIsTriedAgain) {
  start();
  plain.answers = {Rejected{away}, Rejected{away}};
  say("one");
  say("two");
  EXPECT_EQ(take_heard(), Lines{"one"});
  base.alarms.advance(LinkOutbox::first_pause);
  EXPECT_EQ(take_heard(), Lines{"one"}) << "one at a time";
  base.alarms.advance(2 * LinkOutbox::first_pause);
  EXPECT_EQ(take_heard(), (Lines{"one", "two"}));
}

TEST_F(LinkOutboxTest, WhatWasUnderWayWhenTheLinkWasLostComesFirst) {
  start();
  plain.answers = {Pending{}, Pending{}};
  say("one");
  say("two");
  auto lost = std::exchange(plain.pending, {});
  ASSERT_EQ(lost.size(), 2U);
  EXPECT_TRUE(lost.front()->about.is_kept);
  for (auto& event : lost) base.router.failed(std::move(event), away);
  base.router.settle();
  goes(LinkState::State::down);
  say("three");
  take_heard();
  is_back();
  EXPECT_EQ(take_heard(), (Lines{"one", "two", "three"}));
}

TEST_F(LinkOutboxTest, WhatArrivesAtOnceIsNotWritten) {
  start();
  plain.answers = {Pending{}, Pending{}};
  say("one");
  say("two");
  base.router.confirmed(std::move(plain.pending.front()));
  base.router.settle();
  EXPECT_EQ(kept(), Lines{"<romeo> two"});
  base.router.confirmed(std::move(plain.pending.back()));
  base.router.settle();
  EXPECT_EQ(kept(), Lines{});
}

TEST_F(LinkOutboxTest, OnlySoManyAreUnderWay) {
  start();
  plain.answers.assign(LinkOutbox::max_under_way, Pending{});
  say_all(0, LinkOutbox::max_under_way + 1);
  EXPECT_EQ(take_heard(), numbers(0, LinkOutbox::max_under_way));
  base.router.confirmed(std::move(plain.pending.front()));
  base.router.settle();
  EXPECT_EQ(take_heard(), numbers(LinkOutbox::max_under_way, LinkOutbox::max_under_way + 1));
}

TEST_F(LinkOutboxTest, WhatWaitsForAPlaceThatIsLinkedNoMoreIsGivenUpByTheNextRun) {
  start({{"one", {"talk:net/#verona", "plain:net/#lounge", "plain:net/#all"}, false}});
  goes(LinkState::State::down);
  say("one");
  EXPECT_EQ(kept().size(), 2U) << "one for each place, under an id of its own";

  LinksStage next;
  next.base.store.all_messages = base.store.all_messages;
  next.start();
  EXPECT_EQ(next.base.counters.value("links_dropped", "no_place"), 1U);
  EXPECT_TRUE(next.base.store.all_messages.empty()) << "the other one has arrived";
}

TEST_F(LinkOutboxTest, TheNextRunSaysItInOrderUnderTheSameIds) {
  start();
  goes(LinkState::State::down);
  auto first = event(talk_id, "#verona", Message{Style::normal, "one"});
  const auto id = first->about.id;
  happens(std::move(first));
  say("two");
  kept();

  LinksStage next;
  next.base.store.all_messages = base.store.all_messages;
  next.plain.answers = {Accepted{}, Pending{}};
  next.links.add({{"one", {"talk:net/#verona", "plain:net/#lounge"}, false}});
  next.start({});
  ASSERT_EQ(next.plain.pending.size(), 1U) << "the first alone, until it is known that the place takes it";
  EXPECT_EQ(next.plain.pending.front()->about.id, id);
  EXPECT_EQ(next.plain.pending.front()->about.origin, Origin::replay);
  EXPECT_TRUE(next.plain.pending.front()->about.at) << "it was said some time ago";
  next.base.router.confirmed(std::move(next.plain.pending.front()));
  next.base.router.settle();
  EXPECT_EQ(test::LinksStage::seen(next.plain), Lines{"message #lounge%net <romeo> two"});
  EXPECT_TRUE(next.base.store.all_messages.empty());
}

TEST_F(LinkOutboxTest, OfReadingsThatNobodyWasPromisedTheLastWaits) {
  start();
  goes(LinkState::State::down);
  const auto reading = [&](std::string text, std::uint8_t qos, std::string topic = "#verona/temp") {
    auto message = value(std::move(text), false, std::move(topic));
    message.data->qos = qos;
    happens(talk_id, "#verona", std::move(message));
  };
  reading("20", 0);
  reading("dry", 0, "#verona/rain");
  reading("21", 0);
  reading("alarm", 1);
  reading("alarm", 1);
  is_back();
  EXPECT_EQ(take_heard(), (Lines{"dry", "21", "alarm", "alarm"}));
  EXPECT_EQ(base.counters.value("links_dropped", "replaced"), 1U);
}

TEST_F(LinkOutboxTest, WhatTellsOfAMomentDoesNotWait) {
  start();
  auto link = event(talk_id, "#verona", LinkState{LinkState::State::down, "gone", true});
  link->about.conversation = {talk_id, PlaceKind::network, base.names.intern("net"), {}};
  talk.can.add(Capability::typing);
  happens(std::move(link));
  happens(plain_id, "#lounge", Typing{Typing::State::composing});
  happens(plain_id, "#lounge", value("21", true));
  EXPECT_EQ(links.waiting(), 0U);
  EXPECT_EQ(base.counters.value("links_dropped", "past"), 2U);
  EXPECT_EQ(kept(), Lines{});
}

TEST_F(LinkOutboxTest, WhatIsTooMuchCostsTheOldest) {
  start();
  goes(LinkState::State::down);
  say_all(0, LinkOutbox::max_per_place + 2);
  EXPECT_EQ(links.waiting(), LinkOutbox::max_per_place);
  EXPECT_EQ(base.counters.value("links_dropped", "too_many"), 2U);
  is_back();
  EXPECT_EQ(take_heard(), numbers(2, LinkOutbox::max_per_place + 2));
}

TEST_F(LinkOutboxTest, WhatIsTooOldIsGivenUp) {
  start();
  goes(LinkState::State::down);
  auto old = event(talk_id, "#verona", Message{Style::normal, "long ago"});
  old->about.received_at = base.alarms.wall_clock() - Outbox::max_age - 1min;
  happens(std::move(old));
  say("now");
  EXPECT_EQ(kept().size(), 2U);
  base.alarms.advance(10min);
  EXPECT_EQ(kept(), Lines{"<romeo> now"});
  EXPECT_EQ(base.counters.value("links_dropped", "too_old"), 1U);
}

TEST_F(LinkOutboxTest, APlaceThatIsThereAndTakesOneThingNeverIsToldTheNext) {
  start();
  plain.answers.assign(LinkOutbox::most_tries, Rejected{away});
  say("one");
  say("two");
  for (unsigned i = 0; i < LinkOutbox::most_tries; ++i) base.alarms.advance(LinkOutbox::longest_pause);
  EXPECT_EQ(take_heard(), (Lines{"one", "one", "one", "one", "one", "two"}));
  EXPECT_EQ(base.counters.value("links_refused", "remote-server-timeout"), 1U);
  EXPECT_EQ(kept(), Lines{});
}

TEST_F(LinkOutboxTest, WhatASideRefusesForGoodIsNotTriedAgain) {
  start();
  plain.answers = {Rejected{{Condition::forbidden, Remedy::auth, "no", {}}}};
  say("one");
  say("two");
  base.alarms.advance(LinkOutbox::longest_pause);
  EXPECT_EQ(take_heard(), (Lines{"one", "two"}));
  EXPECT_EQ(base.counters.value("links_refused", "forbidden"), 1U);
}

TEST_F(LinkOutboxTest, AtTheEndAllThatHasNotArrivedIsWritten) {
  start();
  plain.answers = {Pending{}};
  say("one");
  EXPECT_TRUE(base.store.all_messages.empty());
  stop();
  EXPECT_EQ(base.store.all_messages.size(), 1U) << "also what was said just now";
}

}  // namespace
}  // namespace isthmus
