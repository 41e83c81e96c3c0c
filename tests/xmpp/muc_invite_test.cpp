// Invitations both ways.
#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class MucInviteTest : public DispatcherTest {
 protected:
  static std::string mediated(std::string_view inside, std::string_view from = balcony) {
    return "<message xmlns='jabber:component:accept' id='m1' from='" + std::string{from} + "' to='" +
           std::string{room} + "'><x xmlns='http://jabber.org/protocol/muc#user'>" + std::string{inside} +
           "</x></message>";
  }
  static std::string direct(std::string_view attributes, std::string_view more = "") {
    return "<message xmlns='jabber:component:accept' id='m1' from='juliet@example.org/balcony' "
           "to='romeo%net@irc.example.org'><x xmlns='jabber:x:conference' " +
           std::string{attributes} + "/>" + std::string{more} + "</message>";
  }
};

TEST_F(MucInviteTest, APersonOfTheNetworkIsInvitedThere) {
  enter();
  for (const std::string to : {"romeo", "romeo%net@irc.example.org", "#lounge%net@irc.example.org/romeo",
                               "#attic%net@irc.example.org/romeo"}) {
    foreign.seen.clear();
    EXPECT_THAT(receive(mediated("<invite to='" + to + "'><reason>\n  come\nin </reason></invite>")), IsEmpty());
    EXPECT_THAT(emitted(), ElementsAre("invite #lounge%net romeo come in")) << to;
  }
  foreign.seen.clear();
  receive(mediated("<invite to='[romeo]'/><invite to='nurse'/>"));
  EXPECT_THAT(emitted(), ElementsAre("invite #lounge%net [romeo]", "invite #lounge%net nurse"));
}

TEST_F(MucInviteTest, AnybodyElseGetsTheInvitationFromTheRoomInBothForms) {
  enter();
  EXPECT_THAT(receive(mediated("<invite to='Mercutio@example.net/street'><reason>a &lt;feast</reason></invite>")),
              ElementsAre("<message from=\"#lounge%net@irc.example.org\" to=\"mercutio@example.net/street\" id=\"m1\">"
                          "<x xmlns=\"http://jabber.org/protocol/muc#user\"><invite from=\"juliet@example.org\">"
                          "<reason>a &lt;feast</reason></invite></x>"
                          "<x xmlns=\"jabber:x:conference\" jid=\"#lounge%net@irc.example.org\" "
                          "reason=\"a &lt;feast\"/></message>"));
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucInviteTest, ARefusedInvitationIsAnErrorFromWhereItWasSentTo) {
  enter();
  foreign.answers.push_back(Rejected{{Condition::conflict, Remedy::cancel, "is already on channel", {}}});
  EXPECT_THAT(receive(mediated("<invite to='romeo'/>")),
              ElementsAre(AllOf(HasSubstr("<message type=\"error\" from=\"#lounge%net@irc.example.org\" "
                                          "to=\"juliet@example.org/balcony\" id=\"m1\">"),
                                HasSubstr("<conflict"), HasSubstr("is already on channel"))));
  foreign.answers.push_back(Rejected{{Condition::not_acceptable, Remedy::cancel, "You're not on that channel", {}}});
  EXPECT_THAT(receive(direct("jid='#attic%net@irc.example.org'")),
              ElementsAre(AllOf(HasSubstr("from=\"romeo%net@irc.example.org\""), HasSubstr("<not-acceptable"))))
      << "she is in no such room";
}

TEST_F(MucInviteTest, ADirectInvitationOfAPersonIsOneToTheRoomItNames) {
  enter();
  EXPECT_THAT(receive(direct("jid='#lounge%net@irc.example.org' reason='come in'", "<body>Juliet invites you</body>")),
              IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("invite #lounge%net romeo come in")) << "and nothing in words";
}

TEST_F(MucInviteTest, ToARoomElsewhereAPersonCanOnlyBeInvitedInWords) {
  enter();
  for (const std::string jid : {"coven@chat.example.org", "#lounge%other@irc.example.org", "romeo%net@irc.example.org",
                                "irc.example.org", ""}) {
    foreign.seen.clear();
    EXPECT_THAT(receive(direct("jid='" + jid + "'")), ElementsAre(HasSubstr("<not-acceptable"))) << jid;
    EXPECT_THAT(emitted(), IsEmpty());
    receive(direct("jid='" + jid + "'", "<body>come over</body>"));
    EXPECT_THAT(emitted(), ElementsAre("message romeo%net come over")) << jid;
  }
}

struct BadInvitation {
  std::string name;
  std::string inside;
  std::string condition;
};
void PrintTo(const BadInvitation& row, std::ostream* out) { *out << row.name; }

class BadInvitationTest : public MucInviteTest, public testing::WithParamInterface<BadInvitation> {};

TEST_P(BadInvitationTest, IsRefused) {
  enter();
  EXPECT_THAT(receive(mediated(GetParam().inside)), ElementsAre(HasSubstr("<" + GetParam().condition)));
  EXPECT_THAT(emitted(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadInvitationTest,
    testing::Values(
        BadInvitation{"nobody", "<invite/>", "jid-malformed"},
        BadInvitation{"a_line_break_in_the_name", "<invite to='romeo&#10;QUIT'/>", "jid-malformed"},
        BadInvitation{"a_long_reason", "<invite to='romeo'><reason>" + std::string(5000, 'x') + "</reason></invite>",
                      "bad-request"},
        BadInvitation{"a_person_of_another_network", "<invite to='romeo%other@irc.example.org'/>", "item-not-found"},
        BadInvitation{"the_gateway", "<invite to='irc.example.org'/>", "item-not-found"},
        BadInvitation{"a_room", "<invite to='#attic%net@irc.example.org'/>", "item-not-found"}),
    [](const auto& row) { return row.param.name; });

TEST_F(MucInviteTest, OnlyTenAreInvitedByOneMessageAndOnlyByWhoeverIsInTheRoom) {
  EXPECT_THAT(receive(mediated("<invite to='romeo'/>")), ElementsAre(HasSubstr("<not-acceptable")));
  enter();
  std::string many;
  for (int i = 0; i < 11; ++i) many += "<invite to='nick" + std::to_string(i) + "'/>";
  EXPECT_THAT(receive(mediated(many)), ElementsAre(HasSubstr("<policy-violation")));
  EXPECT_EQ(emitted().size(), 10U);
}

TEST_F(MucInviteTest, ADeclinedInvitationNeedsNoAnswer) {
  EXPECT_THAT(receive(mediated("<decline to='#lounge%net@irc.example.org/romeo'/>")), IsEmpty());
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucInviteTest, BeingInvitedComesFromTheRoomToAllClientsInBothForms) {
  EXPECT_THAT(
      happens(Invitation{{}, "come in"}, "#lounge%net", {}, "romeo"),
      ElementsAre(AllOf(HasSubstr("<message from=\"#lounge%net@irc.example.org\" to=\"juliet@example.org\" "),
                        HasSubstr("<invite from=\"#lounge%net@irc.example.org/romeo\"><reason>come in</reason>"),
                        HasSubstr("<x xmlns=\"jabber:x:conference\" jid=\"#lounge%net@irc.example.org\" "
                                  "reason=\"come in\"/>"))));
}

TEST_F(MucInviteTest, BeingInvitedWaitsForTheStream) {
  outlet.up = false;
  dispatcher.on_down(*dispatcher.find("irc.example.org"));
  EXPECT_THAT(happens(Invitation{{}, {}}, "#lounge%net", {}, "romeo"), IsEmpty());
  outlet.up = true;
  dispatcher.on_up(*dispatcher.find("irc.example.org"));
  EXPECT_THAT(settle(), ElementsAre(HasSubstr("<invite from=\"#lounge%net@irc.example.org/romeo\"/>")));
}

TEST_F(MucInviteTest, SomebodyElseBeingInvitedIsANoteInTheRoom) {
  EXPECT_THAT(happens(Invitation{"nurse", {}}, "#lounge%net", {}, "romeo"), IsEmpty());
  enter();
  EXPECT_THAT(happens(Invitation{"nurse", {}}, "#lounge%net", {}, "romeo"),
              ElementsAre(AllOf(HasSubstr("from=\"#lounge%net@irc.example.org\" to=\"juliet@example.org/balcony\""),
                                HasSubstr("<body>romeo invited nurse to this room.</body>"))));
}

}  // namespace
}  // namespace isthmus::xmpp
