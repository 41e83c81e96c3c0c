// What clients ask of a room by <iq/>: from the stanza to the request, and from the answer to the stanza.
#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class MucQueriesTest : public DispatcherTest {
 protected:
  static std::string iq(std::string_view type, std::string_view inside, std::string_view id = "q1",
                        std::string_view from = balcony) {
    return "<iq xmlns='jabber:component:accept' type='" + std::string{type} + "' id='" + std::string{id} + "' from='" +
           std::string{from} + "' to='" + std::string{room} + "'>" + std::string{inside} + "</iq>";
  }
  static std::string admin(std::string_view items) {
    return "<query xmlns='http://jabber.org/protocol/muc#admin'>" + std::string{items} + "</query>";
  }
  static std::string owner(std::string_view inside) {
    return "<query xmlns='http://jabber.org/protocol/muc#owner'>" + std::string{inside} + "</query>";
  }
  static std::string submitted(std::string_view fields) {
    return owner(
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
        "<value>http://jabber.org/protocol/muc#roomconfig</value></field>" +
        std::string{fields} + "</x>");
  }
  static std::string field(std::string_view name, std::string_view value) {
    return "<field var='" + std::string{name} + "'><value>" + std::string{value} + "</value></field>";
  }

  /// Nothing is said yet: the foreign side answers later.
  void expect_asked(const std::string& stanza) {
    foreign.answers.push_back(Pending{});
    EXPECT_THAT(receive(stanza), IsEmpty());
    ASSERT_FALSE(foreign.pending.empty());
  }
  template <class Question>
  Question& asked() {
    return std::get<Question>(std::get<Request>(foreign.pending.back()->what).what);
  }
  EventPtr take() {
    auto event = std::move(foreign.pending.back());
    foreign.pending.pop_back();
    return event;
  }
  std::vector<std::string> answered() {
    base.router.confirmed(take());
    return settle();
  }
  std::vector<std::string> refused(Refusal why) {
    base.router.failed(take(), std::move(why));
    return settle();
  }
  static testing::Matcher<std::string> is_result(std::string_view id = "q1") {
    return AllOf(HasSubstr("type=\"result\""), HasSubstr("id=\"" + std::string{id} + "\""),
                 HasSubstr("from=\"#lounge%net@irc.example.org\" to=\"juliet@example.org/balcony\""));
  }
  static testing::Matcher<std::string> is_error(std::string_view condition) {
    return AllOf(HasSubstr("type=\"error\""), HasSubstr("<" + std::string{condition} + " "), HasSubstr("id=\"q1\""));
  }
};

TEST_F(MucQueriesTest, AllItemsOfAChangeAreOneWishAndOneResult) {
  enter();
  expect_asked(iq("set", admin("<item nick='romeo' role='none'><reason>\n Avaunt! </reason></item>"
                               "<item nick='nurse' role='moderator'/><item nick='tybalt' affiliation='outcast'/>")));
  EXPECT_THAT(emitted(), ElementsAre("request #lounge%net moderate romeo role=0 (Avaunt!) nurse role=3 "
                                     "tybalt affiliation=1"));
  EXPECT_THAT(answered(), ElementsAre(is_result()));
}

TEST_F(MucQueriesTest, ARefusedChangeIsAnsweredWithItsConditionAndTheServersWords) {
  enter();
  expect_asked(iq("set", admin("<item nick='romeo' role='none'/>")));
  EXPECT_THAT(refused({Condition::forbidden, Remedy::auth, "You're not channel operator", {}}),
              ElementsAre(AllOf(is_error("forbidden"), HasSubstr("channel operator"))));
}

TEST_F(MucQueriesTest, AnAddressOfOursNamesTheNick) {
  enter();
  for (const std::string jid :
       {"romeo%net@irc.example.org", "#lounge%net@irc.example.org/romeo", "romeo%net@irc.example.org/whatever"}) {
    foreign.seen.clear();
    expect_asked(iq("set", admin("<item jid='" + jid + "' affiliation='member'/>")));
    EXPECT_THAT(emitted(), ElementsAre("request #lounge%net moderate romeo affiliation=2")) << jid;
    EXPECT_THAT(answered(), ElementsAre(is_result()));
  }
  foreign.seen.clear();
  expect_asked(iq("set", admin("<item jid='juliet@example.org/orchard' affiliation='none'/>")));
  EXPECT_THAT(emitted(), ElementsAre("request #lounge%net moderate juliet affiliation=0")) << "herself";
}

struct BadItem {
  std::string name;
  std::string items;
  std::string condition;
};
void PrintTo(const BadItem& row, std::ostream* out) { *out << row.name; }

class BadItemTest : public MucQueriesTest, public testing::WithParamInterface<BadItem> {};

TEST_P(BadItemTest, IsAnsweredOnceAndNothingIsAsked) {
  enter();
  EXPECT_THAT(receive(iq("set", admin(GetParam().items))), ElementsAre(is_error(GetParam().condition)));
  EXPECT_THAT(emitted(), IsEmpty());
}

std::string repeated(std::size_t times, const std::string& text) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadItemTest,
    testing::Values(
        BadItem{"no_item", "", "bad-request"},
        BadItem{"unknown_role", "<item nick='romeo' role='king'/>", "bad-request"},
        BadItem{"unknown_affiliation", "<item nick='romeo' affiliation='king'/>", "bad-request"},
        BadItem{"neither_role_nor_affiliation", "<item nick='romeo'/>", "bad-request"},
        BadItem{"both", "<item nick='romeo' role='none' affiliation='outcast'/>", "bad-request"},
        BadItem{"nobody", "<item role='none'/>", "bad-request"},
        BadItem{"one_bad_among_good", "<item nick='romeo' role='none'/><item role='none'/>", "bad-request"},
        BadItem{"line_break_in_a_nick", "<item nick='romeo&#10;QUIT' role='none'/>", "bad-request"},
        BadItem{"line_break_in_a_jid", "<item jid='*!*@a&#13;b' affiliation='outcast'/>", "bad-request"},
        BadItem{"control_character_in_a_reason", "<item nick='romeo' role='none'><reason>&#1;</reason></item>",
                "bad-request"},
        BadItem{"a_long_reason",
                "<item nick='romeo' role='none'><reason>" + std::string(5000, 'x') + "</reason></item>", "bad-request"},
        BadItem{"a_stranger", "<item jid='mercutio@example.net' affiliation='member'/>", "item-not-found"},
        BadItem{"the_room_itself", "<item jid='#lounge%net@irc.example.org' affiliation='member'/>", "item-not-found"},
        BadItem{"somebody_elsewhere", "<item jid='romeo%other@irc.example.org' affiliation='admin'/>",
                "item-not-found"},
        BadItem{"a_ban_of_oneself", "<item nick='juliet' affiliation='outcast'/>", "conflict"},
        BadItem{"too_many", repeated(51, "<item nick='romeo' role='none'/>"), "policy-violation"}),
    [](const auto& row) { return row.param.name; });

TEST_F(MucQueriesTest, AListIsWhatTheForeignSideFound) {
  enter();
  expect_asked(iq("get", admin("<item role='moderator'/>")));
  EXPECT_EQ(asked<ReadStandings>().role, Role::moderator);
  EXPECT_EQ(asked<ReadStandings>().affiliation, std::nullopt);
  asked<ReadStandings>().found = {{"Romeo", Affiliation::admin, Role::moderator}};
  EXPECT_THAT(answered(), ElementsAre(AllOf(is_result(), HasSubstr("<item affiliation=\"admin\" role=\"moderator\" "
                                                                   "nick=\"Romeo\" jid=\"romeo%net@irc.example.org\""
                                                                   "/></query>"))));
  expect_asked(iq("get", admin("<item affiliation='owner'/>")));
  EXPECT_EQ(asked<ReadStandings>().affiliation, Affiliation::owner);
  EXPECT_THAT(answered(), ElementsAre(AllOf(is_result(), HasSubstr("<query xmlns=\"http://jabber.org/protocol/"
                                                                   "muc#admin\"/>"))));
}

TEST_F(MucQueriesTest, ABanHasAnAddressThatTakesItAwayWhenItIsSentBack) {
  enter();
  expect_asked(iq("get", admin("<item affiliation='outcast'/>")));
  asked<ReadStandings>().found = {{.who = "*!*@evil.example.net",
                                   .affiliation = Affiliation::outcast,
                                   .role = Role::none,
                                   .by = "Romeo",
                                   .at = now}};
  const auto list = answered();
  ASSERT_EQ(list.size(), 1U);
  const std::string jid = "*!*\\40evil.example.net%net@irc.example.org";
  EXPECT_THAT(list[0], HasSubstr("<item affiliation=\"outcast\" nick=\"*!*@evil.example.net\" jid=\"" + jid +
                                 "\"><reason>*!*@evil.example.net, by Romeo, since 2023-11-14T22:13:20.000Z</reason>"));
  for (const std::string& item :
       {"jid='" + jid + "'", std::string{"nick='*!*@evil.example.net'"}, std::string{"jid='*!*@evil.example.net'"}}) {
    foreign.seen.clear();
    expect_asked(iq("set", admin("<item affiliation='none' " + item + "/>")));
    EXPECT_THAT(emitted(), ElementsAre("request #lounge%net moderate *!*@evil.example.net affiliation=0")) << item;
    EXPECT_THAT(answered(), ElementsAre(is_result()));
  }
}

TEST_F(MucQueriesTest, AListThatDoesNotFitIntoAStanzaIsRefusedNotCut) {
  enter();
  expect_asked(iq("get", admin("<item role='participant'/>")));
  for (int i = 0; i < 5000; ++i) asked<ReadStandings>().found.push_back({"somebody" + std::to_string(i)});
  EXPECT_THAT(answered(), ElementsAre(is_error("resource-constraint")));
}

TEST_F(MucQueriesTest, OtherListsDoNotExist) {
  enter();
  for (const std::string items : {"", "<item/>", "<item role='none'/>", "<item affiliation='none'/>",
                                  "<item role='king'/>", "<item role='moderator' affiliation='admin'/>"}) {
    EXPECT_THAT(receive(iq("get", admin(items))), ElementsAre(is_error("bad-request"))) << items;
  }
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucQueriesTest, OnlyClientsInTheRoomMayAsk) {
  const auto list = admin("<item affiliation='outcast'/>");
  EXPECT_THAT(receive(iq("get", list)), ElementsAre(is_error("not-acceptable")));
  enter();
  for (const auto& inside : {list, owner("")}) {
    EXPECT_THAT(receive(iq("get", inside, "q1", "juliet@example.org/orchard")), ElementsAre(is_error("not-acceptable")))
        << "another client of hers is in it, this one is not";
  }
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucQueriesTest, EachQuestionIsAnsweredOnceWhateverComesBetween) {
  enter();
  expect_asked(iq("set", admin("<item nick='romeo' role='none'/>"), "kick"));
  expect_asked(iq("get", admin("<item affiliation='outcast'/>"), "bans"));
  happens(said("hello"), "#lounge%net", {}, "romeo");
  happens(LinkState{LinkState::State::down, "connection lost", true}, "net");
  EXPECT_THAT(answered(), ElementsAre(is_result("bans"))) << "in whatever order";
  receive("<presence from='juliet@example.org/balcony' to='#lounge%net@irc.example.org/juliet' type='unavailable'/>");
  EXPECT_THAT(refused({Condition::recipient_unavailable, Remedy::wait, "left", {}}),
              ElementsAre(AllOf(HasSubstr("id=\"kick\""), HasSubstr("<recipient-unavailable"))))
      << "the room was left meanwhile";
}

TEST_F(MucQueriesTest, WhoAskedBeforeTheStreamWasLostIsNotAnsweredOnTheNextOne) {
  enter();
  expect_asked(iq("set", admin("<item nick='romeo' role='none'/>")));
  expect_asked(iq("set", submitted(field("muc#roomconfig_moderatedroom", "1"))));
  outlet.up = false;
  dispatcher.on_down(*dispatcher.find("irc.example.org"));
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  settle();
  EXPECT_THAT(answered(), IsEmpty());
  EXPECT_THAT(answered(), IsEmpty());
}

RoomSettings all_settings() {
  return {.members_only = false,
          .moderated = true,
          .hidden = false,
          .subject_locked = true,
          .password = "cauldron",
          .max_members = 30,
          .other = "+nC"};
}

TEST_F(MucQueriesTest, TheFormShowsHowTheRoomIsSetAndNothingThatTheForeignSideLacks) {
  enter();
  expect_asked(iq("get", owner("")));
  asked<ReadSettings>().found = all_settings();
  asked<ReadSettings>().name = "#Lounge";
  const auto form = answered();
  ASSERT_EQ(form.size(), 1U);
  for (const std::string part :
       {"<title>Settings of #Lounge</title>", "<value>http://jabber.org/protocol/muc#roomconfig</value>",
        R"(type="boolean" var="muc#roomconfig_membersonly" label="Only whoever is invited may enter"><value>0</value>)",
        R"(var="muc#roomconfig_moderatedroom" label="Only whoever has voice may speak"><value>1</value>)",
        R"(var="muc#roomconfig_publicroom" label="The room is in public lists"><value>1</value>)",
        R"(var="muc#roomconfig_changesubject" label="Everybody may change the subject"><value>0</value>)",
        R"(var="muc#roomconfig_passwordprotectedroom" label="A password is needed to enter"><value>1</value>)",
        R"(type="text-private" var="muc#roomconfig_roomsecret" label="Password"><value>cauldron</value>)",
        R"(var="muc#roomconfig_maxusers" label="Greatest number of occupants, or none"><value>30</value>)",
        R"(var="irc#modes" label="Other settings, in the network's own notation"><value>+nC</value>)"}) {
    EXPECT_THAT(form[0], HasSubstr(part));
  }
  expect_asked(iq("get", owner("")));
  asked<ReadSettings>().found.moderated = true;
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("moderatedroom"), Not(HasSubstr("roomsecret")),
                                            Not(HasSubstr("maxusers")), Not(HasSubstr("modes")))));
}

template <class Value>
RoomSettings wish(std::optional<Value> RoomSettings::* setting, auto value) {
  RoomSettings wished;
  wished.*setting = value;
  return wished;
}

struct Submission {
  std::string name;
  std::string fields;
  RoomSettings wished;
};
void PrintTo(const Submission& row, std::ostream* out) { *out << row.name; }

class SubmissionTest : public MucQueriesTest, public testing::WithParamInterface<Submission> {};

TEST_P(SubmissionTest, AsksForWhatIsNotSoAlready) {
  enter();
  expect_asked(iq("set", submitted(GetParam().fields)));
  asked<ReadSettings>().found = all_settings();
  foreign.answers.push_back(Pending{});
  EXPECT_THAT(answered(), IsEmpty()) << "the change is not made yet";
  const auto& wished = asked<ChangeSettings>().wished;
  const auto& expected = GetParam().wished;
  EXPECT_EQ(wished.members_only, expected.members_only);
  EXPECT_EQ(wished.moderated, expected.moderated);
  EXPECT_EQ(wished.hidden, expected.hidden);
  EXPECT_EQ(wished.subject_locked, expected.subject_locked);
  EXPECT_EQ(wished.password, expected.password);
  EXPECT_EQ(wished.max_members, expected.max_members);
  EXPECT_EQ(wished.other, expected.other);
  EXPECT_THAT(answered(), ElementsAre(is_result()));
}

std::string one(std::string_view name, std::string_view value) {
  return "<field var='muc#roomconfig_" + std::string{name} + "'><value>" + std::string{value} + "</value></field>";
}

INSTANTIATE_TEST_SUITE_P(
    Table, SubmissionTest,
    testing::Values(
        Submission{"members_only", one("membersonly", "1") + one("moderatedroom", "1"),
                   wish(&RoomSettings::members_only, true)},
        Submission{"not_moderated", one("moderatedroom", "0"), wish(&RoomSettings::moderated, false)},
        Submission{"not_public", one("publicroom", "false"), wish(&RoomSettings::hidden, true)},
        Submission{"subject_for_all", one("changesubject", "true"), wish(&RoomSettings::subject_locked, false)},
        Submission{"no_password", one("passwordprotectedroom", "0") + one("roomsecret", "cauldron"),
                   wish(&RoomSettings::password, "")},
        Submission{"another_password", one("passwordprotectedroom", "1") + one("roomsecret", "toad"),
                   wish(&RoomSettings::password, "toad")},
        Submission{"password_alone", one("roomsecret", "toad"), wish(&RoomSettings::password, "toad")},
        Submission{"no_limit", one("maxusers", "none"), wish(&RoomSettings::max_members, 0)},
        Submission{"an_empty_limit", "<field var='muc#roomconfig_maxusers'/>", wish(&RoomSettings::max_members, 0)},
        Submission{"another_limit", one("maxusers", "20"), wish(&RoomSettings::max_members, 20)},
        Submission{"other", "<field var='irc#modes'><value>+n</value></field>", wish(&RoomSettings::other, "+n")}),
    [](const auto& row) { return row.param.name; });

TEST_F(MucQueriesTest, AFormThatChangesNothingIsConfirmedWithoutAChange) {
  enter();
  expect_asked(iq("set", submitted(one("moderatedroom", "1") + one("maxusers", "30") + one("unknown", "x"))));
  asked<ReadSettings>().found = all_settings();
  EXPECT_THAT(answered(), ElementsAre(is_result()));
  EXPECT_THAT(receive(iq("set", owner("<x xmlns='jabber:x:data' type='cancel'/>"))), ElementsAre(is_result()));
  EXPECT_THAT(emitted(), ElementsAre("request #lounge%net settings"));
}

TEST_F(MucQueriesTest, ARefusedChangeOfSettingsIsAnsweredOnceAtWhicheverStep) {
  enter();
  const auto change = iq("set", submitted(one("moderatedroom", "0")));
  expect_asked(change);
  EXPECT_THAT(refused({Condition::recipient_unavailable, Remedy::wait, "gone", {}}),
              ElementsAre(is_error("recipient-unavailable")));
  expect_asked(change);
  asked<ReadSettings>().found = all_settings();
  foreign.answers.push_back(Pending{});
  answered();
  EXPECT_THAT(refused({Condition::forbidden, Remedy::auth, "not an operator", {}}), ElementsAre(is_error("forbidden")));
}

TEST_F(MucQueriesTest, AFormThatIsNoneIsABadRequest) {
  enter();
  for (const std::string& inside :
       {owner(""), owner("<x xmlns='jabber:x:data'/>"), submitted(one("moderatedroom", "perhaps")),
        submitted(one("maxusers", "many")), submitted(one("maxusers", "-1")), submitted(one("roomsecret", "a&#10;b")),
        submitted(one("passwordprotectedroom", "1")),
        owner("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:example:other</value>"
              "</field></x>")}) {
    EXPECT_THAT(receive(iq("set", inside)), ElementsAre(is_error("bad-request"))) << inside;
  }
  EXPECT_THAT(receive(iq("set", owner("<destroy><reason>enough</reason></destroy>"))),
              ElementsAre(is_error("not-allowed")));
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucQueriesTest, ServiceDiscoveryTellsWhatTheNetworkTells) {
  enter();
  foreign.can = {Capability::reply, Capability::reaction};
  expect_asked(iq("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>"));
  auto& asked_for = asked<ReadSettings>();
  asked_for.found = all_settings();
  asked_for.name = "#Lounge";
  asked_for.members = 3;
  asked_for.subject = RoomInfo::Subject{"Spells", "Romeo", now};
  const auto info = answered();
  ASSERT_EQ(info.size(), 1U);
  for (const std::string part :
       {R"(<identity category="conference" type="irc" name="#Lounge"/>)", R"(var="muc_open")", R"(var="muc_moderated")",
        R"(var="muc_public")", R"(var="muc_passwordprotected")", R"(var="muc_nonanonymous")",
        R"(var="urn:xmpp:occupant-id:0")", R"(var="urn:xmpp:sid:0")", R"(var="urn:xmpp:reply:0")",
        R"(var="urn:xmpp:reactions:0")", R"(var="http://jabber.org/protocol/muc#stable_id")",
        "<value>http://jabber.org/protocol/muc#roominfo</value>",
        R"(var="muc#roominfo_subject" label="Subject"><value>Spells</value>)",
        R"(var="muc#roominfo_occupants" label="Number of occupants"><value>3</value>)",
        R"(var="muc#roominfo_subjectmod" label="Everybody may change the subject"><value>0</value>)"}) {
    EXPECT_THAT(info[0], HasSubstr(part));
  }
  EXPECT_THAT(info[0], Not(HasSubstr("cauldron"))) << "the password is nobody's business";
  EXPECT_THAT(info[0], Not(HasSubstr("message-retract"))) << "the network cannot take messages back";
}

TEST_F(MucQueriesTest, ServiceDiscoveryOfManyRoomsAtOnceIsAnsweredForEach) {
  enter();
  const auto info = iq("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>");
  for (std::size_t i = 0; i < Requests::max_open; ++i) expect_asked(info);
  EXPECT_THAT(receive(info), ElementsAre(AllOf(is_result(), HasSubstr(R"(var="muc_nonanonymous")"))));
  EXPECT_THAT(receive(iq("get", admin("<item role='moderator'/>"))), ElementsAre(is_error("resource-constraint")));
}

TEST_F(MucQueriesTest, ServiceDiscoveryOfARoomThatTheNetworkTellsNothingOf) {
  EXPECT_THAT(receive(iq("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>")),
              ElementsAre(AllOf(is_result(), HasSubstr(R"(var="muc_nonanonymous")"))));
  EXPECT_THAT(emitted(), IsEmpty()) << "she has no room of the network, and so no session there";
  enter();
  expect_asked(iq("get", "<query xmlns='http://jabber.org/protocol/disco#info'/>"));
  EXPECT_THAT(refused({Condition::recipient_unavailable, Remedy::wait, "not connected", {}}),
              ElementsAre(AllOf(is_result(), HasSubstr(R"(name="#lounge")"), HasSubstr(R"(var="muc_nonanonymous")"),
                                Not(HasSubstr("muc_open")), Not(HasSubstr("jabber:x:data")))));
}

}  // namespace
}  // namespace isthmus::xmpp
