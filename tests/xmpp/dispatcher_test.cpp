#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

TEST_F(DispatcherTest, AJoinShowsTheOthersThenOneselfThenTheSubjectAnEmptyOneToo) {
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(receive(presence_to("juliet", balcony, "<password>cauldron</password>")), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet"));
  EXPECT_EQ(std::get<Membership>(foreign.pending.front()->what).changes.front().key, "cauldron");
  const auto entered = happens(roster({"romeo", "nurse"}));
  ASSERT_EQ(entered.size(), 3U);
  EXPECT_THAT(entered[0], HasSubstr("/romeo\""));
  EXPECT_THAT(entered[1], HasSubstr("/nurse\""));
  EXPECT_THAT(entered[2], HasSubstr("<status code=\"110\"/>"));
  EXPECT_THAT(entered[2], Not(HasSubstr("code=\"210\"")));
  EXPECT_THAT(happens(subject("")), ElementsAre(HasSubstr("<subject/>")));
}

TEST_F(DispatcherTest, AnotherNickThanWantedIsMarkedAsGivenByTheService) {
  foreign.answers.push_back(Pending{});
  receive(presence_to("capulet"));
  EXPECT_THAT(happens(roster({})), ElementsAre(HasSubstr("<status code=\"210\"/>")));
}

TEST_F(DispatcherTest, ARefusedJoinIsAnsweredWithItsConditionAndForgotten) {
  foreign.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "Cannot join channel (+b)", {}}});
  const auto answer = receive(presence_to("juliet"));
  ASSERT_EQ(answer.size(), 1U);
  EXPECT_THAT(answer[0], HasSubstr("type=\"error\""));
  EXPECT_THAT(answer[0], HasSubstr("from=\"#lounge%net@irc.example.org/juliet\""));
  EXPECT_THAT(answer[0], HasSubstr("<error type=\"auth\"><forbidden"));
  EXPECT_THAT(answer[0], HasSubstr("Cannot join channel (+b)"));
  EXPECT_THAT(happens(said("hello")), IsEmpty()) << "the room is gone";
}

TEST_F(DispatcherTest, ARedirectedJoinNamesTheOtherRoom) {
  foreign.answers.push_back(Rejected{{Condition::redirect, Remedy::modify, "", "#other"}});
  EXPECT_THAT(receive(presence_to("juliet")), ElementsAre(HasSubstr(">xmpp:#other%net@irc.example.org?join<")));
}

TEST_F(DispatcherTest, AMessageIsReflectedWithItsIdOnceTheForeignSideHasIt) {
  enter();
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(
      receive("<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' id='m1'>"
              "<body>hi &amp; bye</body><origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>"),
      IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("message #lounge%net hi & bye"));
  base.router.confirmed(std::move(foreign.pending.front()));
  const auto reflected = settle();
  ASSERT_EQ(reflected.size(), 1U);
  EXPECT_THAT(reflected[0],
              HasSubstr("from=\"#lounge%net@irc.example.org/juliet\" id=\"m1\"><body>hi &amp; bye</body>"));
  EXPECT_THAT(reflected[0], HasSubstr("<origin-id xmlns=\"urn:xmpp:sid:0\" id=\"o1\"/>"));
}

std::string between(const std::string& text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string::npos) return {};
  const auto at = from + begin.size();
  return text.substr(at, text.find(end, at) - at);
}

TEST_F(DispatcherTest, AMessageIsNamedByTheForeignSidesReferenceOrElseByItsEvent) {
  enter();
  const std::string begin = "<stanza-id xmlns=\"urn:xmpp:sid:0\" by=\"#lounge%net@irc.example.org\" id=\"";
  const auto plain = happens(said("hello"), "#lounge%net", {}, "romeo");
  ASSERT_EQ(plain.size(), 1U);
  const auto own = between(plain[0], begin, "\"");
  EXPECT_EQ(own, between(plain[0], "/romeo\" id=\"", "\"")) << plain[0];
  foreign.answers.push_back(Pending{});
  receive(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' id='m1'>"
      "<body>hi</body></message>");
  foreign.pending.front()->about.ref = "msgid-1";
  base.router.confirmed(std::move(foreign.pending.front()));
  EXPECT_THAT(settle(), ElementsAre(HasSubstr(begin + "msgid-1\"/>")));
}

TEST_F(DispatcherTest, ASpeakerHasOneOccupantIdInTheRoomAndTheServiceHasNone) {
  enter();
  const auto id = [&](const std::string& actor) {
    const auto heard = happens(said("hello"), "#lounge%net", {}, actor);
    return heard.empty() ? "" : between(heard[0], "<occupant-id xmlns=\"urn:xmpp:occupant-id:0\" id=\"", "\"");
  };
  EXPECT_EQ(id("romeo").size(), 32U);
  EXPECT_EQ(id("romeo"), id("romeo"));
  EXPECT_NE(id("romeo"), id("nurse"));
  EXPECT_EQ(id(""), "");
}

TEST_F(DispatcherTest, ARefusedMessageIsAnsweredToTheClientThatSentIt) {
  enter();
  foreign.answers.push_back(Rejected{{Condition::resource_constraint, Remedy::wait, "too fast", {}}});
  const auto answer = receive(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' "
      "id='m1'><body>hi</body></message>");
  EXPECT_THAT(answer, ElementsAre(AllOf(HasSubstr("to=\"juliet@example.org/balcony\" id=\"m1\""),
                                        HasSubstr("<resource-constraint"))));
}

struct Unsaid {
  std::string name;
  std::string inside;
  std::string condition;  // empty: silence
};
void PrintTo(const Unsaid& row, std::ostream* out) { *out << row.name; }

class UnsaidTest : public DispatcherTest, public testing::WithParamInterface<Unsaid> {};

TEST_P(UnsaidTest, IsNeverPassedOn) {
  enter();
  for (const std::string to :
       {"#lounge%net@irc.example.org' type='groupchat", "romeo%net@irc.example.org' type='chat"}) {
    const auto answer =
        receive("<message xmlns='jabber:component:accept' from='juliet@example.org/balcony' id='m1' to='" + to + "'>" +
                GetParam().inside + "</message>");
    if (GetParam().condition.empty()) {
      EXPECT_THAT(answer, IsEmpty());
    } else {
      EXPECT_THAT(answer, ElementsAre(AllOf(HasSubstr("<" + GetParam().condition), HasSubstr("<text"))));
    }
  }
  EXPECT_THAT(emitted(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, UnsaidTest,
    testing::Values(Unsaid{"omemo", "<encrypted xmlns='eu.siacs.conversations.axolotl'/><body>fallback</body>",
                           "not-acceptable"},
                    Unsaid{"omemo_2", "<encrypted xmlns='urn:xmpp:omemo:2'/><body>fallback</body>", "not-acceptable"},
                    Unsaid{"marked_as_encrypted",
                           "<encryption xmlns='urn:xmpp:eme:0' namespace='x'/><body>fallback</body>", "not-acceptable"},
                    Unsaid{"old_openpgp", "<x xmlns='jabber:x:encrypted'>a</x><body>fallback</body>", "not-acceptable"},
                    Unsaid{"nothing", "", "not-acceptable"}, Unsaid{"empty_body", "<body/>", "not-acceptable"},
                    Unsaid{"unknown_payload", "<data xmlns='urn:example:data'/>", "not-acceptable"},
                    Unsaid{"typing", "<composing xmlns='http://jabber.org/protocol/chatstates'/>", ""},
                    Unsaid{"receipt", "<received xmlns='urn:xmpp:receipts' id='x'/>", ""},
                    Unsaid{"marker", "<displayed xmlns='urn:xmpp:chat-markers:0' id='x'/>", ""}),
    [](const auto& row) { return row.param.name; });

TEST_F(DispatcherTest, AMessageToARoomThatOneIsNotInIsNotAcceptable) {
  EXPECT_THAT(receive("<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' "
                      "id='m1'><body>hi</body></message>"),
              ElementsAre(HasSubstr("<not-acceptable")));
  enter();
  EXPECT_THAT(receive("<message from='juliet@example.org/orchard' to='#lounge%net@irc.example.org' type='groupchat' "
                      "id='m1'><body>hi</body></message>"),
              ElementsAre(HasSubstr("<not-acceptable")))
      << "another client of hers is in it, this one is not";
}

TEST_F(DispatcherTest, EveryClientOfAUserHearsTheRoomAndTheLastOneToLeaveLeavesIt) {
  enter();
  enter("juliet@example.org/orchard");
  EXPECT_EQ(happens(said("hello"), "#lounge%net", {}, "romeo").size(), 2U);
  const auto left = receive(
      "<presence from='juliet@example.org/balcony' to='#lounge%net@irc.example.org/juliet' type='unavailable'/>");
  EXPECT_THAT(left, ElementsAre(AllOf(HasSubstr("type=\"unavailable\""), HasSubstr("<status code=\"110\"/>"))));
  EXPECT_THAT(emitted(), IsEmpty());
  EXPECT_EQ(happens(said("hello"), "#lounge%net", {}, "romeo").size(), 1U);
  receive(
      "<presence from='juliet@example.org/orchard' to='#lounge%net@irc.example.org/juliet' "
      "type='unavailable'><status>bye</status></presence>");
  EXPECT_THAT(emitted(), ElementsAre("leave #lounge%net"));
}

TEST_F(DispatcherTest, ABouncedMessageMeansThatTheClientIsGoneAndItsRoomWaitsForIt) {
  enter();
  EXPECT_THAT(receive("<message xmlns='jabber:component:accept' from='juliet@example.org/balcony' "
                      "to='#lounge%net@irc.example.org' type='error'>"
                      "<error type='cancel'><recipient-unavailable "
                      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"),
              IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("lost #lounge%net", "presence net gone"));
  EXPECT_THAT(happens(said("are you there?"), "#lounge%net", {}, "romeo"), IsEmpty());
  receive(presence_to("juliet"));
  const auto entered = happens(roster({"romeo"}), "#lounge%net", std::string{balcony});
  ASSERT_EQ(entered.size(), 3U);
  EXPECT_THAT(entered[2], AllOf(HasSubstr("are you there?"), HasSubstr("<delay xmlns=\"urn:xmpp:delay\"")));
}

struct Wish {
  std::string name;
  std::string history;
  std::vector<std::string> told;
};
void PrintTo(const Wish& row, std::ostream* out) { *out << row.name; }

class HistoryWishTest : public DispatcherTest, public testing::WithParamInterface<Wish> {};

TEST_P(HistoryWishTest, IsTheNewestThatTheClientAskedFor) {
  enter();
  outlet.up = false;
  dispatcher.on_down(*dispatcher.find("irc.example.org"));
  for (const char* text : {"one", "two", "three"}) {
    happens(said(text), "#lounge%net", {}, "romeo");
    now += 60s;
  }
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  receive(presence_to("juliet", balcony, GetParam().history));
  auto entered = happens(roster({}), "#lounge%net", std::string{balcony});
  ASSERT_FALSE(entered.empty());
  entered.erase(entered.begin());  // the presence of herself
  ASSERT_EQ(entered.size(), GetParam().told.size());
  for (std::size_t i = 0; i < entered.size(); ++i) {
    EXPECT_THAT(entered[i], HasSubstr("<body>" + GetParam().told[i] + "</body>"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, HistoryWishTest,
    testing::Values(Wish{"everything", "", {"one", "two", "three"}}, Wish{"nothing", "<history maxstanzas='0'/>", {}},
                    Wish{"two_stanzas", "<history maxstanzas='2'/>", {"two", "three"}},
                    Wish{"few_characters", "<history maxchars='8'/>", {"two", "three"}},
                    Wish{"the_last_minutes", "<history seconds='130'/>", {"two", "three"}},
                    Wish{"since", "<history since='2023-11-14T22:15:00Z'/>", {"three"}},
                    Wish{"nonsense", "<history maxstanzas='-1' since='never'/>", {"one", "two", "three"}}),
    [](const auto& row) { return row.param.name; });

TEST_F(DispatcherTest, ANickChangeIsTwoPresencesTheFirstWith303) {
  enter();
  receive("<presence from='juliet@example.org/balcony' to='#lounge%net@irc.example.org/jules'/>");
  EXPECT_THAT(emitted(), ElementsAre("rename #lounge%net jules"));
  Change change{.kind = Change::Kind::rename,
                .who = {"juliet", "", Affiliation::none, Role::participant},
                .self = true,
                .new_name = "jules",
                .by = {},
                .reason = {},
                .key = {}};
  const auto changed = happens(Membership{{change}});
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_THAT(changed[0], AllOf(HasSubstr("type=\"unavailable\""), HasSubstr("/juliet\""), HasSubstr("nick=\"jules\""),
                                HasSubstr("303"), HasSubstr("110")));
  EXPECT_THAT(changed[1], AllOf(HasSubstr("/jules\""), HasSubstr("110")));
}

TEST_F(DispatcherTest, AKickOfOneselfIs307AndEndsTheRoom) {
  enter();
  Change change{.kind = Change::Kind::kick,
                .who = {"juliet", "", Affiliation::none, Role::participant},
                .self = true,
                .new_name = {},
                .by = "romeo",
                .reason = "out",
                .key = {}};
  EXPECT_THAT(happens(Membership{{change}}),
              ElementsAre(AllOf(HasSubstr("<status code=\"307\"/>"), HasSubstr("<status code=\"110\"/>"),
                                HasSubstr("<actor nick=\"romeo\"/><reason>out</reason>"))));
  EXPECT_THAT(happens(said("hello")), IsEmpty());
}

TEST_F(DispatcherTest, ALostLinkIs333AndTheRoomIsEnteredAnewWhenItIsBack) {
  enter();
  EXPECT_THAT(happens(LinkState{LinkState::State::down, "connection lost", true}, "net"),
              ElementsAre(AllOf(HasSubstr("type=\"unavailable\""), HasSubstr("<status code=\"333\"/>"),
                                HasSubstr("connection lost"))));
  EXPECT_THAT(receive("<iq xmlns='jabber:component:accept' type='get' id='p' from='juliet@example.org/balcony' "
                      "to='#lounge%net@irc.example.org/juliet'><ping xmlns='urn:xmpp:ping'/></iq>"),
              ElementsAre(HasSubstr("<not-acceptable")));
  EXPECT_EQ(happens(roster({"romeo"})).size(), 2U);
  EXPECT_THAT(happens(subject("news")), ElementsAre(HasSubstr("<subject>news</subject>")));
}

TEST_F(DispatcherTest, ASelfPingIsAnsweredByWhetherTheClientIsInTheRoom) {
  const std::string ping =
      "<iq xmlns='jabber:component:accept' type='get' id='p' from='juliet@example.org/balcony' "
      "to='#lounge%net@irc.example.org/juliet'><ping xmlns='urn:xmpp:ping'/></iq>";
  EXPECT_THAT(receive(ping), ElementsAre(HasSubstr("<not-acceptable")));
  enter();
  EXPECT_THAT(receive(ping), ElementsAre(HasSubstr("type=\"result\"")));
}

TEST_F(DispatcherTest, AfterTheStreamWasLostClientsAreAskedAndHearWhatWasSaidWhenTheyEnterAgain) {
  enter();
  const auto& domain = *dispatcher.find("irc.example.org");
  outlet.up = false;
  dispatcher.on_down(domain);
  EXPECT_THAT(happens(said("while you were away"), "#lounge%net", {}, "romeo"), IsEmpty());
  outlet.up = true;
  dispatcher.on_up(domain);
  const auto asked = settle();
  EXPECT_THAT(asked, ElementsAre(AllOf(HasSubstr("to=\"juliet@example.org/balcony\""), HasSubstr("urn:xmpp:ping"))));
  EXPECT_THAT(receive("<iq xmlns='jabber:component:accept' type='get' id='p' from='juliet@example.org/balcony' "
                      "to='#lounge%net@irc.example.org/juliet'><ping xmlns='urn:xmpp:ping'/></iq>"),
              ElementsAre(HasSubstr("<not-acceptable")));
  receive(presence_to("juliet"));
  const auto entered = happens(roster({}), "#lounge%net", std::string{balcony});
  EXPECT_THAT(entered, ElementsAre(HasSubstr("110"), AllOf(HasSubstr("while you were away"),
                                                           HasSubstr("stamp=\"2023-11-14T22:13:20.000Z\""))));
  base.alarms.advance(2min);
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet", "lost #lounge%net", "presence net gone"))
      << "she never answered the ping";
}

TEST_F(DispatcherTest, PrivateMessagesWaitForTheStreamAndBearTheirTrueTime) {
  outlet.up = false;
  dispatcher.on_down(*dispatcher.find("irc.example.org"));
  happens(said("one"), "romeo%net", {}, "Romeo");
  happens(said("two"), "romeo%net", {}, "Romeo");
  now += 60s;
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  EXPECT_THAT(settle(),
              ElementsAre(AllOf(HasSubstr("<body>one</body>"), HasSubstr("<delay")),
                          AllOf(HasSubstr("<body>two</body>"), HasSubstr("from=\"romeo%net@irc.example.org\""))));
}

TEST_F(DispatcherTest, WhoIsWrittenToThroughARoomAnswersThere) {
  enter();
  receive(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org/Romeo' type='chat' "
      "id='m1'><body>psst</body></message>");
  EXPECT_THAT(emitted(), ElementsAre("message romeo%net psst"));
  EXPECT_THAT(happens(said("yes?"), "romeo%net", {}, "Romeo"),
              ElementsAre(AllOf(HasSubstr("from=\"#lounge%net@irc.example.org/Romeo\""), HasSubstr("muc#user"),
                                HasSubstr("to=\"juliet@example.org/balcony\""))));
  receive(
      "<message from='juliet@example.org/balcony' to='romeo%net@irc.example.org' type='chat' "
      "id='m2'><body>here</body></message>");
  EXPECT_THAT(
      happens(said("fine"), "romeo%net", {}, "Romeo"),
      ElementsAre(AllOf(HasSubstr("from=\"romeo%net@irc.example.org\""), HasSubstr("to=\"juliet@example.org\""))));
}

TEST_F(DispatcherTest, StrangersAreRefused) {
  EXPECT_THAT(receive("<presence from='mallory@example.net/x' to='#lounge%net@irc.example.org/m' id='j1'><x "
                      "xmlns='http://jabber.org/protocol/muc'/></presence>"),
              ElementsAre(HasSubstr("<forbidden")));
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(DispatcherTest, AnAddressThatIsNoneIsAnsweredFromTheDomain) {
  EXPECT_THAT(
      receive("<message from='juliet@example.org/balcony' to='a b@irc.example.org' id='m1'><body>hi</body></message>"),
      ElementsAre(AllOf(HasSubstr("from=\"irc.example.org\""), HasSubstr("<jid-malformed"))));
  EXPECT_THAT(
      receive(
          "<message from='juliet@example.org/balcony' to='#lounge@irc.example.org' id='m1'><body>hi</body></message>"),
      ElementsAre(AllOf(HasSubstr("<item-not-found"), HasSubstr("name%network"))));
}

TEST_F(DispatcherTest, ErrorsAreNeverAnsweredWithErrors) {
  for (const std::string kind : {"message", "presence", "iq"}) {
    EXPECT_THAT(
        receive("<" + kind + " type='error' from='juliet@example.org/balcony' to='#x@irc.example.org/y' id='e'/>"),
        IsEmpty())
        << kind;
  }
}

TEST_F(DispatcherTest, ASkippedStanzaIsAnsweredFromItsStartTag) {
  pugi::xml_document head;
  head.load_string(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' id='big'/>");
  dispatcher.on_skipped(head.first_child(), "too long");
  EXPECT_THAT(settle(),
              ElementsAre(AllOf(HasSubstr("<policy-violation"), HasSubstr("id=\"big\""), HasSubstr("too long"))));
}

TEST_F(DispatcherTest, UnknownQueriesAreAnsweredOnce) {
  EXPECT_THAT(receive("<iq type='set' id='q' from='juliet@example.org/balcony' to='irc.example.org'><query "
                      "xmlns='urn:example:what'/></iq>"),
              ElementsAre(AllOf(HasSubstr("type=\"error\""), HasSubstr("<service-unavailable"))));
}

}  // namespace
}  // namespace isthmus::xmpp
