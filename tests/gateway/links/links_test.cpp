#include "gateway/links/links.hpp"

#include <gtest/gtest.h>

#include "tests/gateway/links/links_stage.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using test::Lines;

class LinksTest : public testing::Test, protected test::LinksStage {};

TEST_F(LinksTest, EntersItsPlacesAndPassesOnWhatIsSaid) {
  links.add({{"one", {"talk:net/#verona", "plain:net/#lounge"}, false}});
  EXPECT_TRUE(talk.seen.empty()) << "not before it runs";
  start({});
  happens(talk_id, "#verona", Message{Style::normal, "hello"});
  EXPECT_EQ(seen(plain), Lines{"message #lounge%net <romeo> hello"}) << "a side that cannot name the speaker";
  EXPECT_TRUE(talk.seen.empty());
  happens(plain_id, "#lounge", Message{Style::action, "waves"});
  EXPECT_EQ(seen(talk), Lines{"message #verona%net waves"}) << "a side that can";
  EXPECT_EQ(talk.seen.front().who.name, "romeo");
  EXPECT_EQ(talk.seen.front().who.address, "plain:net/#lounge");
  EXPECT_TRUE(users.seen.empty()) << "it is no user's";
  EXPECT_TRUE(base.store.rows.empty()) << "and nobody's archive";
}

TEST_F(LinksTest, EntersUnderItsOwnNameAndUnderAnotherWhereThatIsTaken) {
  talk.answers.push_back(Rejected{{Condition::conflict, Remedy::cancel, "taken", {}}});
  links.add({{"one", {"talk:net/#verona", "plain:net/#lounge"}, false}});
  start({});
  base.alarms.advance(Links::first_pause);
  EXPECT_EQ(seen(talk), Lines{"join #verona%net isthmus_"});
  EXPECT_TRUE(plain.seen.empty()) << "it is there already";
  EXPECT_EQ(base.counters.value("links_refused", "conflict"), 1U);
}

TEST_F(LinksTest, ComesBackWhenItIsPutOutAndWhenItsLinkIsGivenUp) {
  start();
  Change kicked{.kind = Change::Kind::kick, .who = {.name = "isthmus", .address = {}}, .self = true};
  happens(talk_id, "#verona", Membership{{kicked}});
  base.alarms.advance(Links::first_pause);
  EXPECT_EQ(seen(talk), Lines{"join #verona%net isthmus"});
  auto down = event(plain_id, "#lounge", LinkState{LinkState::State::down, "gone", true});
  down->about.conversation.kind = PlaceKind::network;
  down->about.conversation.native = {};
  auto over = std::make_unique<Event>(*down);
  std::get<LinkState>(over->what).retrying = false;
  happens(std::move(down));
  base.alarms.advance(1min);
  EXPECT_TRUE(plain.seen.empty()) << "it comes back by itself";
  happens(std::move(over));
  base.alarms.advance(1min);
  EXPECT_EQ(seen(plain), Lines{"join #lounge%net isthmus"});
}

TEST_F(LinksTest, TellsHowALinkStandsWhereThatCanBeShown) {
  start();
  auto down = event(plain_id, "#lounge", LinkState{LinkState::State::down, "gone", true});
  down->about.conversation = {plain_id, PlaceKind::network, base.names.intern("net"), {}};
  happens(std::make_unique<Event>(*down));
  happens(std::move(down));
  EXPECT_EQ(seen(talk), Lines{"link #verona%net down"}) << "once";
  EXPECT_EQ(talk.seen.front().who.address, "plain:net/#lounge");
  down = event(talk_id, "#verona", LinkState{LinkState::State::down, "gone", true});
  down->about.conversation = {talk_id, PlaceKind::network, base.names.intern("net"), {}};
  happens(std::move(down));
  EXPECT_TRUE(plain.seen.empty());
}

TEST_F(LinksTest, WhatTheOtherSideCannotSayIsSaidInWordsWithTheNameOfWhoDidIt) {
  start();
  happens(talk_id, "#verona", Edit{{"m1"}, {Style::normal, "hello"}});
  happens(talk_id, "#verona", Reactions{{"m1"}, {"👍"}});
  happens(talk_id, "#verona", Reactions{{"m1"}, {}});
  happens(talk_id, "#verona", Retract{{"m1"}, false, {}});
  happens(talk_id, "#verona", Typing{Typing::State::composing});
  EXPECT_EQ(seen(plain),
            (Lines{"message #lounge%net <romeo> Correction: hello", "message #lounge%net romeo reacted with 👍"}));
  EXPECT_EQ(base.counters.value("degraded", "dropped"), 2U);
  EXPECT_EQ(base.counters.value("links_refused", "feature-not-implemented"), 1U);
  EXPECT_TRUE(talk.seen.empty()) << "a stranger is told of no error";
}

TEST_F(LinksTest, WordsOfOthersCarryNoReactionsOfTheGatewaysOwn) {
  plain.can = {Capability::reaction, Capability::edit};
  start();
  happens(talk_id, "#verona", Reactions{{"m1"}, {"👍"}});
  happens(talk_id, "#verona", Edit{{"m1"}, {Style::normal, "hello"}});
  EXPECT_EQ(seen(plain), (Lines{"message #lounge%net romeo reacted with 👍", "edit #lounge%net m1 <romeo> hello"}));
}

TEST_F(LinksTest, ACorrectionNamesWhatWasSaidAsTheOtherSideKnowsIt) {
  talk.answers.clear();
  start();
  auto said = event(plain_id, "#lounge", Message{Style::normal, "hello"});
  said->about.ref = "plain-1";
  const auto hex = to_hex(said->about.id);
  happens(std::move(said));
  happens(plain_id, "#lounge", Edit{{"plain-1"}, {Style::normal, "hullo"}});
  EXPECT_EQ(seen(talk),
            (Lines{"message #verona%net hello", "edit #verona%net " + std::string{hex.data(), hex.size()} + " hullo"}));
}

TEST_F(LinksTest, AValueFromBeforeIsNoNewsAndGoesOnlyWhereItCanBeShownAsThat) {
  start();
  happens(plain_id, "#lounge", value("21.5", true));
  auto old = event(plain_id, "#lounge", value("21"));
  old->about.origin = Origin::history;
  happens(std::move(old));
  happens(plain_id, "#lounge", value("22"));
  EXPECT_EQ(seen(talk), (Lines{"message #verona%net 21.5", "message #verona%net 21", "message #verona%net 22"}));
  EXPECT_EQ(talk.seen[0].origin, Origin::history);
  EXPECT_EQ(talk.seen[1].origin, Origin::history);
  EXPECT_EQ(talk.seen[2].origin, Origin::live);
  clear();
  happens(talk_id, "#verona", value("20", true));
  EXPECT_TRUE(plain.seen.empty());
  EXPECT_EQ(base.counters.value("links_dropped", "past"), 1U);
  auto said_before = event(plain_id, "#lounge", Message{Style::normal, "yesterday"});
  said_before->about.origin = Origin::history;
  happens(std::move(said_before));
  EXPECT_TRUE(talk.seen.empty()) << "what people said before was passed on then";
}

TEST_F(LinksTest, AValueNamesItsOwnPlace) {
  start({{"one", {"talk:net/#verona", "plain:net/#all*"}, false}});
  happens(plain_id, "#all*", value("21.5", false, "#all/temp"));
  ASSERT_EQ(talk.seen.size(), 1U);
  EXPECT_EQ(talk.seen.front().who.address, "plain:net/#all/temp");
}

TEST_F(LinksTest, OneWayIsFromTheFirstToTheOthers) {
  start({{"one", {"talk:net/#verona", "plain:net/#lounge"}, true}});
  happens(plain_id, "#lounge", Message{Style::normal, "up"});
  EXPECT_TRUE(talk.seen.empty());
  happens(talk_id, "#verona", Message{Style::normal, "down"});
  EXPECT_EQ(seen(plain), Lines{"message #lounge%net <romeo> down"});
}

TEST_F(LinksTest, ARefusalIsCountedAndNobodyIsToldOfIt) {
  start();
  plain.answers.push_back(Rejected{{Condition::not_acceptable, Remedy::cancel, "no", {}}});
  happens(talk_id, "#verona", Message{Style::normal, "hello"});
  EXPECT_EQ(base.counters.value("links_refused", "not-acceptable"), 1U);
  EXPECT_TRUE(talk.seen.empty());
  EXPECT_TRUE(users.seen.empty());
}

TEST_F(LinksTest, WhatAnotherProgramCarriesRoundIsStopped) {
  start({{"one", {"talk:net/#verona", "plain:net/#lounge"}, false}});
  happens(talk_id, "#verona", Message{Style::normal, "hello"});
  ASSERT_EQ(seen(plain), Lines{"message #lounge%net <romeo> hello"});
  clear();
  happens(talk_id, "#verona", Message{Style::normal, "<isthmus> <romeo> hello"});
  EXPECT_TRUE(plain.seen.empty());
  EXPECT_EQ(base.counters.value("links_dropped", "echo"), 1U);
}

TEST_F(LinksTest, WhoeverWritesToTheGatewayAloneIsToldThatNobodyReadsIt) {
  start();
  auto alone = event(plain_id, "romeo", Message{Style::normal, "psst"});
  alone->about.conversation.kind = PlaceKind::direct;
  happens(std::move(alone));
  ASSERT_EQ(plain.seen.size(), 1U);
  EXPECT_TRUE(plain.seen.front().is_refused);
  EXPECT_EQ(plain.seen.front().why, "service-unavailable");
}

struct Ears final : Listener {
  void on_said(const Event& event, bool is_past) override {
    heard.push_back(event.about.actor.address + " " + std::get<Message>(event.what).text + (is_past ? " (past)" : ""));
  }
  void on_link(std::string_view address, const LinkState& state) override {
    heard.push_back(std::string{address} + (state.state == LinkState::State::up ? " up" : " not up"));
  }
  Lines heard;
};

TEST_F(LinksTest, AListenerHearsEachValueOnceHoweverManyOfItsPlacesSelectIt) {
  Ears ears;
  const auto all = *links.find("plain:net/#all*");
  const auto one = *links.find("plain:net/#all/one");
  start({});
  links.add_listener(all, talk_id, ears);
  links.add_listener(one, talk_id, ears);
  base.router.settle();
  EXPECT_EQ(seen(plain), (Lines{"join #all*%net isthmus", "join #all/one%net isthmus"}));
  happens(plain_id, "#all*", value("1", false, "#all/one"));
  happens(plain_id, "#all/one", value("1", false, "#all/one"));
  happens(plain_id, "#all*", value("2", true, "#all/two"));
  EXPECT_EQ(ears.heard, (Lines{"plain:net/#all/one 1", "plain:net/#all/two 2 (past)"}));
  links.remove_listener(all, ears);
  ears.heard.clear();
  happens(plain_id, "#all/one", value("3", false, "#all/one"));
  EXPECT_EQ(ears.heard, Lines{"plain:net/#all/one 3"}) << "the other one speaks for it now";
  EXPECT_EQ(plain.seen.back().what, "leave #all*%net isthmus");
}

TEST_F(LinksTest, WhatALinkTakesToTheListenersSideIsNotToldTwice) {
  Ears ears;
  start({{"one", {"talk:net/#verona", "plain:net/#all*"}, false}});
  links.add_listener(*links.find("plain:net/#all/one"), talk_id, ears);
  happens(plain_id, "#all*", value("1", false, "#all/one"));
  happens(plain_id, "#all/one", value("1", false, "#all/one"));
  EXPECT_EQ(seen(talk), Lines{"message #verona%net 1"});
  EXPECT_TRUE(ears.heard.empty());
}

TEST_F(LinksTest, AProgramHearsWhatBecameOfItsWords) {
  start();
  Lines told;
  const auto done = [&](const Refusal* why) { told.push_back(why == nullptr ? "there" : why->text); };
  auto place = *links.find("plain:net/#lounge");
  links.say(place, Message{Style::normal, "on"}, base.ids.next({}), {"dashboard", {}}, done);
  plain.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "no", {}}});
  base.router.settle();
  links.say(place, Message{Style::normal, "on"}, base.ids.next({}), {"dashboard", {}}, done);
  base.router.settle();
  EXPECT_EQ(told, (Lines{"no", "there"}));
}

TEST_F(LinksTest, KnowsOnlyPlacesOfKnownNetworks) {
  EXPECT_TRUE(links.find("talk:net/#verona"));
  EXPECT_FALSE(links.find("talk:#verona"));
  EXPECT_FALSE(links.find("other:net/#verona"));
  EXPECT_FALSE(links.find("#verona"));
  EXPECT_EQ(links.address(*links.find("talk:net/#verona")), "talk:net/#verona");
}

}  // namespace
}  // namespace isthmus
