// What presences in a room say, and what those of the user's own clients do.
#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

Member member(std::string name) { return {std::move(name), "", Affiliation::none, Role::participant}; }

Change change(Change::Kind kind, Member who) {
  return {.kind = kind, .who = std::move(who), .self = false, .new_name = {}, .by = {}, .reason = {}, .key = {}};
}

class MucOccupantsTest : public DispatcherTest {
 protected:
  static std::string presence(std::string_view inside, std::string_view client = balcony,
                              std::string_view nick = "juliet", std::string_view in_room = room) {
    return "<presence xmlns='jabber:component:accept' from='" + std::string{client} + "' to='" + std::string{in_room} +
           "/" + std::string{nick} + "' id='p1'>" + std::string{inside} + "</presence>";
  }
  /// Juliet's client is in `in_room` too.
  void enter_also(std::string_view in_room, std::string_view client = balcony) {
    foreign.answers.push_back(Pending{});
    receive(presence("<x xmlns='http://jabber.org/protocol/muc'/>", client, "juliet", in_room));
    const auto place = std::string{in_room.substr(0, in_room.find('@'))};
    happens(roster({}), place, std::string{client});
    happens(subject(""), place, std::string{client});
    foreign.seen.clear();
    foreign.pending.clear();
  }
  static std::string occupant_id(const std::string& stanza) {
    const std::string_view begin = "<occupant-id xmlns=\"urn:xmpp:occupant-id:0\" id=\"";
    const auto at = stanza.find(begin);
    return at == std::string::npos ? "" : stanza.substr(at + begin.size(), 32);
  }
};

TEST_F(MucOccupantsTest, APresenceSaysWhetherSomebodyIsAwayAndWhatTheySayOfIt) {
  enter();
  auto romeo = change(Change::Kind::standing, member("romeo"));
  romeo.who.presence = Presence{Presence::Show::away, "in the orchard"};
  EXPECT_THAT(happens(Membership{{romeo}}),
              ElementsAre(HasSubstr("<show>away</show><status>in the orchard</status><x ")));
  romeo.who.presence.reset();
  EXPECT_THAT(happens(Membership{{romeo}}), ElementsAre(AllOf(Not(HasSubstr("<show>")), Not(HasSubstr("<status>")))));
}

TEST_F(MucOccupantsTest, WhatIsMoreThanRoleAndAffiliationIsAHat) {
  enter();
  auto romeo = change(Change::Kind::join, member("romeo"));
  romeo.who.is_bot = true;
  romeo.who.privileges = "!";
  EXPECT_THAT(happens(Membership{{romeo}}),
              ElementsAre(HasSubstr("<hats xmlns=\"urn:xmpp:hats:0\"><hat uri=\"xmpp:irc.example.org#bot\" "
                                    "title=\"Bot\"/><hat uri=\"xmpp:irc.example.org#privilege-%21\" "
                                    "title=\"!\"/></hats>")));
  EXPECT_THAT(happens(Membership{{change(Change::Kind::join, member("nurse"))}}), ElementsAre(Not(HasSubstr("hats"))));
}

TEST_F(MucOccupantsTest, PresencesAndMessagesOfOneAccountBearOneIdUnderWhateverNick) {
  foreign.answers.push_back(Pending{});
  receive(presence_to("juliet"));
  auto all = roster({"romeo", "nurse"});
  all.members[0].account = "capulet";
  all.members[1].account = "montague";
  const auto entered = happens(all);
  ASSERT_EQ(entered.size(), 3U);
  const auto romeo = occupant_id(entered[0]);
  const auto nurse = occupant_id(entered[1]);
  EXPECT_NE(romeo, occupant_id(entered[2]));
  EXPECT_EQ(romeo.size(), 32U);
  EXPECT_NE(romeo, nurse);
  auto renamed = change(Change::Kind::rename, all.members[1]);
  renamed.new_name = "montague_";
  const auto changed = happens(Membership{{renamed}});
  ASSERT_EQ(changed.size(), 2U);
  EXPECT_EQ(occupant_id(changed[0]), romeo);
  EXPECT_EQ(occupant_id(changed[1]), romeo);
  EXPECT_EQ(occupant_id(happens(said("hi"), "#lounge%net", {}, "nurse").at(0)), nurse);
}

TEST_F(MucOccupantsTest, OnesOwnWordsBearTheIdOfOnesOwnPresence) {
  foreign.answers.push_back(Pending{});
  receive(presence_to("juliet"));
  auto all = roster({});
  all.members[0].account = "capulet";
  const auto entered = happens(all);
  const auto reflected = receive(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' id='m1'>"
      "<body>hi</body></message>");
  ASSERT_EQ(reflected.size(), 1U);
  EXPECT_EQ(occupant_id(reflected[0]), occupant_id(entered.at(0)));
  auto own = change(Change::Kind::standing, all.members[0]);
  own.self = true;
  own.who.account = "lady_capulet";
  const auto changed = happens(Membership{{own}});
  const auto again = receive(
      "<message from='juliet@example.org/balcony' to='#lounge%net@irc.example.org' type='groupchat' id='m2'>"
      "<body>hi</body></message>");
  EXPECT_EQ(occupant_id(again.at(0)), occupant_id(changed.at(0)));
  EXPECT_NE(occupant_id(again.at(0)), occupant_id(reflected[0]));
}

TEST_F(MucOccupantsTest, ABanIs301AndMakesAnOutcast) {
  enter();
  auto romeo = change(Change::Kind::kick, member("romeo"));
  romeo.banned = true;
  romeo.by = "nurse";
  romeo.reason = "out";
  EXPECT_THAT(happens(Membership{{romeo}}),
              ElementsAre(AllOf(HasSubstr("<item affiliation=\"outcast\" role=\"none\"><actor nick=\"nurse\"/>"
                                          "<reason>out</reason></item><status code=\"301\"/>"),
                                Not(HasSubstr("307")))));
  romeo.who = member("juliet");
  romeo.self = true;
  EXPECT_THAT(happens(Membership{{romeo}}), ElementsAre(AllOf(HasSubstr("code=\"301\""), HasSubstr("code=\"110\""))));
  EXPECT_THAT(happens(said("hello")), IsEmpty()) << "the room is left";
}

TEST_F(MucOccupantsTest, AVisitorIsOne) {
  enter();
  auto romeo = change(Change::Kind::standing, member("romeo"));
  romeo.who.role = Role::visitor;
  EXPECT_THAT(happens(Membership{{romeo}}), ElementsAre(HasSubstr("<item affiliation=\"none\" role=\"visitor\"")));
}

TEST_F(MucOccupantsTest, ChangedSettingsAre104) {
  enter();
  RoomInfo info;
  info.settings_changed = true;
  EXPECT_THAT(happens(info), ElementsAre("<message type=\"groupchat\" from=\"#lounge%net@irc.example.org\" "
                                         "to=\"juliet@example.org/balcony\"><x xmlns=\"http://jabber.org/protocol/"
                                         "muc#user\"><status code=\"104\"/></x></message>"));
}

TEST_F(MucOccupantsTest, ARoomThatMovedTellsWhereAndIsLeft) {
  enter();
  RoomInfo info;
  info.moved_to = "#attic";
  EXPECT_THAT(happens(info),
              ElementsAre(AllOf(HasSubstr("type=\"unavailable\" from=\"#lounge%net@irc.example.org/juliet\""),
                                HasSubstr("<destroy jid=\"#attic%net@irc.example.org\"/>"), HasSubstr("110"))));
  EXPECT_THAT(happens(said("hello")), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("lost #attic%net")) << "nobody has entered the new one yet";
}

TEST_F(MucOccupantsTest, ARefusedNickChangeIsAnsweredAndTheNickStays) {
  enter();
  foreign.answers.push_back(Rejected{{Condition::conflict, Remedy::cancel, "Nickname is already in use", {}}});
  EXPECT_THAT(receive(presence("", balcony, "romeo")),
              ElementsAre(AllOf(HasSubstr("<presence type=\"error\" from=\"#lounge%net@irc.example.org/romeo\""),
                                HasSubstr("<conflict"), HasSubstr("id=\"p1\""))));
  EXPECT_THAT(receive(presence("", balcony, "juliet")), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("rename #lounge%net romeo")) << "to be called as before is no change";
}

TEST_F(MucOccupantsTest, EachPresenceThatCouldNotJoinIsAnsweredOnce) {
  foreign.answers = {Pending{}, Pending{}};
  receive(presence_to("juliet"));
  receive(presence_to("juliet"));
  ASSERT_EQ(foreign.pending.size(), 2U);
  for (auto& event : foreign.pending) {
    base.router.failed(std::move(event), {Condition::registration_required, Remedy::auth, "invite only", {}});
    EXPECT_THAT(settle(), ElementsAre(AllOf(HasSubstr("<presence type=\"error\""), HasSubstr("id=\"j1\""),
                                            HasSubstr("from=\"#lounge%net@irc.example.org/juliet\""),
                                            HasSubstr("<registration-required"))));
  }
}

TEST_F(MucOccupantsTest, SomebodyIsAwayWhenAllTheirClientsAreAndTheNetworkIsToldOnce) {
  enter();
  enter_also("#attic%net@irc.example.org");
  enter_also(room, "juliet@example.org/orchard");
  receive(presence("<show>away</show><status>lunch</status>"));
  EXPECT_THAT(emitted(), IsEmpty()) << "she is there in the other room, and with the other client";
  receive(presence("<show>away</show><status>lunch</status>", balcony, "juliet", "#attic%net@irc.example.org"));
  EXPECT_THAT(emitted(), IsEmpty());
  receive(presence("<show>xa</show>", "juliet@example.org/orchard"));
  EXPECT_THAT(emitted(), ElementsAre("presence net away lunch"));
  receive(presence("<show>xa</show>", "juliet@example.org/orchard"));
  EXPECT_EQ(emitted().size(), 1U) << "nothing has changed";
  receive(presence("<show>dnd</show>", "juliet@example.org/orchard"));
  receive(presence("", "juliet@example.org/orchard"));
  EXPECT_THAT(emitted(), ElementsAre("presence net away lunch", "presence net dnd", "presence net available"));
}

TEST_F(MucOccupantsTest, WhatIsSaidOfAnAbsenceIsOneLine) {
  enter();
  receive(presence("<show>away</show><status>lunch&#13;&#10;QUIT</status>"));
  EXPECT_THAT(emitted(), ElementsAre("presence net away lunch QUIT"));
}

TEST_F(MucOccupantsTest, OneMayComeAway) {
  foreign.answers.push_back(Pending{});
  receive(presence("<x xmlns='http://jabber.org/protocol/muc'/><show>away</show>"));
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet", "presence net away"));
}

TEST_F(MucOccupantsTest, WhoseClientsAreAllLostIsGoneUntilOneIsBack) {
  enter();
  receive(
      "<message xmlns='jabber:component:accept' from='juliet@example.org/balcony' "
      "to='#lounge%net@irc.example.org' type='error'><error type='cancel'><recipient-unavailable "
      "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>");
  EXPECT_THAT(emitted(), ElementsAre("lost #lounge%net", "presence net gone"));
  foreign.seen.clear();
  receive(presence_to("juliet"));
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet", "presence net available"));
}

TEST_F(MucOccupantsTest, ARefusedPresenceIsNobodysBusiness) {
  enter();
  foreign.answers.push_back(Rejected{{Condition::recipient_unavailable, Remedy::wait, "not connected", {}}});
  EXPECT_THAT(receive(presence("<show>away</show>")), IsEmpty());
}

}  // namespace
}  // namespace isthmus::xmpp
