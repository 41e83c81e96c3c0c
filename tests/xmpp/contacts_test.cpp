#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view network = "net@irc.example.org";
constexpr std::string_view romeo = "romeo%net@irc.example.org";
constexpr std::string_view gateway = "irc.example.org";

class ContactsTest : public DispatcherTest {
 protected:
  std::vector<std::string> presence(std::string_view type, std::string_view to,
                                    std::string_view from = "juliet@example.org") {
    return receive("<presence type='" + std::string{type} + "' from='" + std::string{from} + "' to='" +
                   std::string{to} + "' id='p'/>");
  }
  std::vector<std::string> link(LinkState::State state, bool retrying = false, std::string reason = {}) {
    return happens(LinkState{state, std::move(reason), retrying}, "net");
  }
  std::vector<std::string> link_up() { return link(LinkState::State::up); }
  std::vector<std::string> seen(Presence seen_as) { return happens(std::move(seen_as), "romeo%net"); }
  static auto from(std::string_view jid) { return HasSubstr("from=\"" + std::string{jid} + "\""); }
  static auto typed(std::string_view type) { return HasSubstr("type=\"" + std::string{type} + "\""); }
};

TEST_F(ContactsTest, TheGatewayIsAvailableToWhoSubscribesAndGoesWhenItEnds) {
  EXPECT_THAT(presence("subscribe", gateway),
              ElementsAre("<presence type=\"subscribed\" from=\"irc.example.org\" to=\"juliet@example.org\"/>",
                          available(gateway, "juliet@example.org", PlaceKind::gateway)));
  dispatcher.say_goodbye();
  EXPECT_THAT(settle(), ElementsAre(AllOf(from(gateway), typed("unavailable"))));
}

TEST_F(ContactsTest, ANetworkIsAvailableWhileItsLinkIsUpAndSaysWhyNot) {
  EXPECT_THAT(presence("subscribe", network),
              ElementsAre(typed("subscribed"), AllOf(from(network), typed("unavailable"))));
  EXPECT_THAT(link(LinkState::State::connecting),
              ElementsAre(AllOf(typed("unavailable"), HasSubstr("<status>Connecting</status>"))));
  EXPECT_THAT(link_up(), ElementsAre(available(network, "juliet@example.org", PlaceKind::network)));
  EXPECT_THAT(link(LinkState::State::down, true, "cable cut"),
              ElementsAre(AllOf(typed("unavailable"), HasSubstr("<status>Reconnecting: cable cut</status>"))));
  link_up();
  EXPECT_THAT(link(LinkState::State::down, false, "K-lined"),
              ElementsAre(AllOf(typed("unavailable"), HasSubstr("<status>K-lined</status>"))));
  EXPECT_THAT(link(LinkState::State::down), IsEmpty()) << "it was down already";
}

TEST_F(ContactsTest, AProbeProvesASubscriptionAndIsAnsweredToWhoProbes) {
  link_up();
  EXPECT_THAT(presence("probe", network, balcony), ElementsAre(available(network, balcony, PlaceKind::network)));
  EXPECT_THAT(link(LinkState::State::down), ElementsAre(AllOf(from(network), typed("unavailable"))));
}

TEST_F(ContactsTest, NobodyHearsOfALinkWithoutASubscription) {
  EXPECT_THAT(link_up(), IsEmpty());
  presence("subscribe", network, "nurse@example.org");
  EXPECT_THAT(link(LinkState::State::down), IsEmpty()) << "the link is juliet's, the subscription the nurse's";
}

TEST_F(ContactsTest, WhoUnsubscribesHearsNoMore) {
  presence("subscribe", network);
  EXPECT_THAT(presence("unsubscribe", network), ElementsAre(typed("unavailable"), typed("unsubscribed")));
  EXPECT_THAT(link_up(), IsEmpty());
}

TEST_F(ContactsTest, APersonIsWatchedWhileTheLinkIsUp) {
  EXPECT_THAT(presence("subscribe", romeo), ElementsAre(typed("subscribed"), AllOf(from(romeo), typed("unavailable"))));
  EXPECT_THAT(emitted(), IsEmpty()) << "there is no link yet";
  link_up();
  EXPECT_THAT(emitted(), ElementsAre("watch romeo%net"));
  EXPECT_THAT(seen({Presence::Show::available, {}}),
              ElementsAre(available(romeo, "juliet@example.org", PlaceKind::direct)));
  EXPECT_THAT(seen({Presence::Show::away, "in the garden"}),
              ElementsAre(HasSubstr("<show>away</show><status>in the garden</status>")));
  EXPECT_THAT(seen({Presence::Show::away, "in the garden"}), IsEmpty()) << "nothing has changed";
  EXPECT_THAT(presence("probe", romeo, balcony), ElementsAre(HasSubstr("<show>away</show>")));
  EXPECT_THAT(seen({Presence::Show::gone, {}}), ElementsAre(typed("unavailable")));
  presence("unsubscribe", romeo);
  EXPECT_THAT(emitted(), ElementsAre("watch romeo%net", "unwatch romeo%net"));
  EXPECT_THAT(seen({Presence::Show::available, {}}), IsEmpty());
}

TEST_F(ContactsTest, APersonIsGoneWithTheLinkAndWatchedAnewWhenItIsBack) {
  link_up();
  presence("subscribe", romeo);
  seen({});
  foreign.seen.clear();
  EXPECT_THAT(link(LinkState::State::down, true, "cable cut"),
              ElementsAre(AllOf(from(romeo), typed("unavailable"), HasSubstr("cable cut"))));
  EXPECT_THAT(link_up(), IsEmpty()) << "whether romeo is there nobody knows yet";
  EXPECT_THAT(emitted(), ElementsAre("watch romeo%net"));
  EXPECT_THAT(seen({}), ElementsAre(from(romeo)));
}

TEST_F(ContactsTest, WhomTheOtherSideRefusesToWatchIsUnsubscribed) {
  link_up();
  foreign.answers.push_back(Rejected{{Condition::resource_constraint, Remedy::wait, "Monitor list is full", {}}});
  EXPECT_THAT(
      presence("subscribe", romeo),
      ElementsAre(typed("subscribed"), typed("unavailable"),
                  AllOf(from(romeo), typed("error"), HasSubstr("<resource-constraint"), HasSubstr("list is full")),
                  typed("unsubscribed")));
  EXPECT_THAT(seen({}), IsEmpty());
}

TEST_F(ContactsTest, AnOldContactThatCannotBeWatchedStaysAndSaysWhy) {
  presence("probe", romeo);
  foreign.answers.push_back(Rejected{{Condition::resource_constraint, Remedy::wait, "Monitor list is full", {}}});
  EXPECT_THAT(link_up(), ElementsAre(AllOf(from(romeo), typed("unavailable"),
                                           HasSubstr("<status>Monitor list is full</status>"))));
  EXPECT_THAT(seen({}), ElementsAre(from(romeo)));
}

TEST_F(ContactsTest, PeopleAreWatchedForAlreadyWhileTheLinkComesUp) {
  presence("subscribe", romeo);
  link(LinkState::State::connecting);
  EXPECT_THAT(emitted(), ElementsAre("watch romeo%net"));
  link(LinkState::State::down, true, "refused");
  foreign.seen.clear();
  presence("subscribe", "nurse%net@irc.example.org");
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(ContactsTest, OneUserHasABoundedNumber) {
  for (std::size_t i = 0; i < Subscriptions::max_of_one_user; ++i) {
    presence("probe", "n" + std::to_string(i) + "%net@irc.example.org");
  }
  EXPECT_THAT(presence("subscribe", romeo), ElementsAre(AllOf(typed("error"), HasSubstr("<resource-constraint"))));
  EXPECT_THAT(presence("subscribe", romeo, "nurse@example.org"), ElementsAre(typed("subscribed"), from(romeo)));
  presence("unsubscribe", "n7%net@irc.example.org");
  EXPECT_THAT(presence("subscribe", romeo), ElementsAre(typed("subscribed"), from(romeo)));
}

TEST_F(ContactsTest, WhenTheStreamIsBackEverybodyHearsHowThingsAre) {
  presence("subscribe", gateway);
  presence("subscribe", network);
  outlet.up = false;
  EXPECT_THAT(link_up(), IsEmpty());
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  EXPECT_THAT(settle(), ElementsAre(AllOf(from(gateway), Not(typed("unavailable"))),
                                    AllOf(from(network), Not(typed("unavailable")))));
}

TEST_F(ContactsTest, AnErrorEndsASubscription) {
  presence("subscribe", network);
  EXPECT_THAT(presence("error", network), IsEmpty());
  EXPECT_THAT(link_up(), IsEmpty());
}

TEST_F(ContactsTest, WhereTheOtherSideGrantsNobodyIsSubscribedBeforeItHas) {
  foreign.can = {Capability::watch};
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(presence("subscribe", romeo), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("watch romeo%net")) << "also without a link: the watch opens it";
  EXPECT_THAT(link_up(), IsEmpty());
  base.router.confirmed(std::move(foreign.pending.front()));
  EXPECT_THAT(settle(), ElementsAre(AllOf(from(romeo), typed("subscribed")), AllOf(from(romeo), typed("unavailable"))));
  EXPECT_THAT(presence("subscribe", romeo), ElementsAre(typed("subscribed"), from(romeo))) << "it is granted already";
}

TEST_F(ContactsTest, WhereTheOtherSideRefusesASubscriptionIsAnsweredByAnErrorAlone) {
  foreign.can = {Capability::watch};
  foreign.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "Not yours", {}}});
  EXPECT_THAT(presence("subscribe", romeo),
              ElementsAre(AllOf(from(romeo), typed("error"), HasSubstr("<forbidden")), typed("unsubscribed")));
}

TEST_F(ContactsTest, StrangersAreRefused) {
  EXPECT_THAT(presence("subscribe", gateway, "mallory@example.net"), ElementsAre(HasSubstr("<forbidden")));
}

class ConsoleTest : public ContactsTest {
 protected:
  std::vector<std::string> say(std::string_view to, std::string_view body) {
    return receive(
        "<message xmlns='jabber:component:accept' type='chat' id='m1' from='juliet@example.org/balcony' to='" +
        std::string{to} + "'><body>" + std::string{body} + "</body></message>");
  }
  std::vector<std::string> network_says(std::string text) {
    return happens(Message{Style::notice, std::move(text)}, "net");
  }
};

TEST_F(ConsoleTest, WhatIsWrittenToANetworkReachesItAsItWasTyped) {
  link_up();
  EXPECT_THAT(say(network, "/me too\nWHOIS romeo"), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("message net /me too\nWHOIS romeo"));
}

TEST_F(ConsoleTest, WhatTheNetworkSaysIsChatForAWhileAfterTheConsoleWasUsedAndAHeadlineElse) {
  link_up();
  EXPECT_THAT(network_says("Welcome"),
              ElementsAre(AllOf(typed("headline"), from(network), HasSubstr("<body>Welcome</body>"))));
  say(network, "TIME");
  EXPECT_THAT(network_says("noon"), ElementsAre(AllOf(typed("chat"), HasSubstr("<body>noon</body>"))));
  now += 5min;
  EXPECT_THAT(network_says("a new day"), ElementsAre(typed("headline")));
}

TEST_F(ConsoleTest, ARefusedCommandIsAnsweredWithItsCondition) {
  foreign.answers.push_back(Rejected{{Condition::recipient_unavailable, Remedy::wait, "Not connected", {}}});
  EXPECT_THAT(say(network, "TIME"),
              ElementsAre(AllOf(typed("error"), from(network), HasSubstr("id=\"m1\""), HasSubstr("Not connected"))));
}

TEST_F(ConsoleTest, AReceiptFollowsAnAcknowledgementAndNothingElse) {
  const auto ask = [&] {
    return receive(
        "<message xmlns='jabber:component:accept' type='chat' id='m1' from='juliet@example.org/balcony' to='" +
        std::string{romeo} + "'><body>hi</body><request xmlns='urn:xmpp:receipts'/></message>");
  };
  EXPECT_THAT(ask(), IsEmpty()) << "it was accepted, no more";
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(ask(), IsEmpty());
  foreign.pending.front()->about.is_acknowledged = true;
  base.router.confirmed(std::move(foreign.pending.front()));
  EXPECT_THAT(settle(), ElementsAre("<message from=\"romeo%net@irc.example.org\" to=\"juliet@example.org/balcony\">"
                                    "<received xmlns=\"urn:xmpp:receipts\" id=\"m1\"/></message>"));
}

TEST_F(ConsoleTest, TheGatewayItselfAnswersWithHelp) {
  EXPECT_THAT(say(gateway, "hello"),
              ElementsAre(AllOf(typed("chat"), from(gateway), HasSubstr("nick%network@irc.example.org"))));
  EXPECT_THAT(emitted(), IsEmpty());
}

}  // namespace
}  // namespace isthmus::xmpp
