#include "xmpp/undelivered.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

using testing::SizeIs;

class UndeliveredTest : public DispatcherTest {
 protected:
  static std::string juliets(std::string_view text) {
    return "<message from='" + std::string{balcony} + "' to='romeo%net@irc.example.org' id='m1' type='chat'>" +
           "<body>" + std::string{text} + "</body></message>";
  }
  std::vector<std::string> juliet_says(std::string_view text) { return receive(juliets(text)); }
  /// What has not arrived is in the store then.
  void pass() { base.alarms.advance(2 * Undelivered::grace); }
  const Domain& domain() { return *dispatcher.find("irc.example.org"); }

  /// Another run of the gateway, with the same store.
  std::vector<std::string> another_run() {
    again = std::make_unique<Dispatcher>(base.runtime, home_id, Access{{"example.org"}}, [this] { return now; });
    again->add({"irc.example.org", foreign_id, &foreign, &foreign.addresses(), &outlet});
    users.dispatcher = again.get();
    again->on_up(*again->find("irc.example.org"));
    return settle();
  }

  std::unique_ptr<Dispatcher> again;
};

TEST_F(UndeliveredTest, WhatAUserSaysIsKeptUntilTheOtherSideHasIt) {
  foreign.answers.push_back(Pending{});
  juliet_says("wherefore");
  pass();
  ASSERT_THAT(base.store.all_messages, SizeIs(1));
  EXPECT_TRUE(base.store.all_messages[0].from_owner);
  base.router.confirmed(std::move(foreign.pending.at(0)));
  settle();
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

TEST_F(UndeliveredTest, WhatArrivesSoonIsNeverWritten) {
  foreign.answers.push_back(Pending{});
  juliet_says("wherefore");
  base.alarms.advance(Undelivered::grace / 2);
  base.router.confirmed(std::move(foreign.pending.at(0)));
  settle();
  pass();
  EXPECT_EQ(base.store.messages_put, 0);
}

TEST_F(UndeliveredTest, WhatIsOnItsWayIsWrittenWhenTheGatewayEnds) {
  another_run();
  foreign.answers.push_back(Pending{});
  pugi::xml_document said;
  said.load_string(juliets("wherefore").c_str());
  again->dispatch(said.first_child());
  settle();
  EXPECT_EQ(base.store.messages_put, 0);
  users.dispatcher = &dispatcher;
  again.reset();
  EXPECT_THAT(base.store.all_messages, SizeIs(1));
}

TEST_F(UndeliveredTest, WhatIsOnItsWayIsNotWrittenForWhoIsForgotten) {
  foreign.answers.push_back(Pending{});
  juliet_says("wherefore");
  receive("<iq type='set' from='" + std::string{balcony} +
          "' to='irc.example.org' id='r'><query xmlns='jabber:iq:register'><remove/></query></iq>");
  pass();
  EXPECT_EQ(base.store.messages_put, 0);
}

TEST_F(UndeliveredTest, AnErrorIsAnAnswerToo) {
  foreign.answers.push_back(Rejected{{Condition::item_not_found, Remedy::cancel, {}, {}}});
  EXPECT_THAT(juliet_says("wherefore").at(0), HasSubstr("item-not-found"));
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

TEST_F(UndeliveredTest, AfterAKillItIsSaidInItsOrder) {
  foreign.answers.push_back(Pending{});
  foreign.answers.push_back(Pending{});
  juliet_says("one");
  now += 1ms;
  juliet_says("two");
  pass();
  foreign.seen.clear();
  another_run();
  EXPECT_THAT(emitted(), ElementsAre("message romeo%net one", "message romeo%net two"));
  EXPECT_THAT(base.store.all_messages, IsEmpty()) << "it was accepted";
}

TEST_F(UndeliveredTest, WhatIsSaidToAUserIsKeptUntilTheServerHasRoutedIt) {
  happens(said("here"), "romeo%net", {}, "romeo");
  pass();
  ASSERT_THAT(base.store.all_messages, SizeIs(1));
  const auto out = another_run();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(out[0], HasSubstr("<body>here</body>"));
  EXPECT_THAT(out[0], HasSubstr("id=\"" + base.store.all_messages[0].id + "\""));
  EXPECT_THAT(out[0], HasSubstr("from=\"romeo%net@irc.example.org\""));
}

TEST_F(UndeliveredTest, WhatWaitsForTheStreamIsKept) {
  outlet.up = false;
  happens(said("here"), "romeo%net", {}, "romeo");
  happens(said("and behind it"), "romeo%net", {}, "romeo");
  pass();
  EXPECT_THAT(base.store.all_messages, SizeIs(2));
  outlet.up = true;
  dispatcher.on_up(domain());
  settle();
  pass();
  EXPECT_THAT(base.store.all_messages, SizeIs(2)) << "once, until the server has it";
}

TEST_F(UndeliveredTest, WhatIsTooOldIsAnsweredWithAnError) {
  foreign.answers.push_back(Pending{});
  juliet_says("wherefore");
  pass();
  now += Outbox::max_age + 1h;
  const auto out = another_run();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(out[0], HasSubstr("remote-server-timeout"));
  EXPECT_THAT(out[0], HasSubstr("id=\"m1\""));
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

TEST_F(UndeliveredTest, WhatGetsTooOldWhileItWaitsForANetworkIsAnsweredWithAnError) {
  foreign.answers.push_back(Deferred{});
  EXPECT_THAT(juliet_says("wherefore"), IsEmpty());
  now += Outbox::max_age - 1h;
  base.alarms.advance(1h);
  EXPECT_THAT(settle(), IsEmpty());
  now += 2h;
  base.alarms.advance(1h);
  const auto out = settle();
  ASSERT_THAT(out, SizeIs(1));
  EXPECT_THAT(out[0], HasSubstr("remote-server-timeout"));
  EXPECT_THAT(out[0], HasSubstr("id=\"m1\""));
  EXPECT_THAT(base.store.all_messages, IsEmpty());
  EXPECT_EQ(base.router.waiting(foreign_id), 0);
}

TEST_F(UndeliveredTest, WhatGetsTooOldWhileItWaitsForTheStreamIsRefusedToWhoSaidIt) {
  outlet.up = false;
  happens(said("here"), "romeo%net", {}, "romeo");
  foreign.seen.clear();
  now += Outbox::max_age + 12h;
  base.alarms.advance(1h);
  ASSERT_THAT(foreign.seen, SizeIs(1));
  EXPECT_TRUE(foreign.seen[0].is_receipt);
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

TEST_F(UndeliveredTest, WhatWaitsForADomainThatNeverComesIsForgottenInTheEnd) {
  StoredMessage message;
  message.id = std::string(32, '0');
  message.owner = "juliet@example.org";
  message.address = "romeo%net@elsewhere.example.org";
  message.from_owner = true;
  message.at = now;
  base.store.put(message);
  another_run();
  EXPECT_THAT(base.store.all_messages, SizeIs(1));
  now += 2 * Outbox::max_age + 1h;
  base.alarms.advance(1h);
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

TEST_F(UndeliveredTest, TypingIsNotKept) {
  foreign.can.add(Capability::typing);
  receive("<message from='" + std::string{balcony} + "' to='romeo%net@irc.example.org' type='chat'>" +
          "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>");
  pass();
  EXPECT_THAT(base.store.all_messages, IsEmpty());
}

}  // namespace
}  // namespace isthmus::xmpp
