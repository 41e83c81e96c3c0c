// How a user has a room for themself: one form, as a command, in words, and within muc#owner.
#include "xmpp/room_commands.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view net = "net@irc.example.org";

class RoomCommandsTest : public DispatcherTest {
 protected:
  RoomCommandsTest() {
    foreign.offered_in_rooms.push_back(
        {.name = "settings",
         .label = "How this channel is for you",
         .form =
             [this](const CommandCall& call) {
               return Form{.title = "How " + call.place.native.str() + " is for you",
                           .fields = {{.name = "charset", .label = "Charset", .value = charset}}};
             },
         .run = [this](const CommandCall& call, const Form& filled) -> CommandOutcome {
           if (filled.value("charset") == "klingon") return FormProblem{"charset", "Nobody speaks that."};
           charset = filled.value("charset");
           set_for = call.place.native.str();
           return CommandDone{"Saved."};
         }});
  }

  std::string ask(std::string_view to, const std::string& inside, std::string_view type = "set") {
    const auto out = receive("<iq type='" + std::string{type} + "' id='c' from='" + std::string{balcony} + "' to='" +
                             std::string{to} + "'>" + inside + "</iq>");
    return out.empty() ? std::string{} : out.front();
  }
  static std::string fields(const FilledValues& values) {
    std::string text = "<x xmlns='jabber:x:data' type='submit'>";
    for (const auto& [name, value] : values) text += "<field var='" + name + "'><value>" + value + "</value></field>";
    return text + "</x>";
  }
  std::string begin() { return ask(room, "<command xmlns='http://jabber.org/protocol/commands' node='settings'/>"); }
  std::string give_back(const std::string& form, const FilledValues& values) {
    const auto at = form.find("sessionid=\"") + 11;
    return ask(room, "<command xmlns='http://jabber.org/protocol/commands' node='settings' sessionid='" +
                         form.substr(at, form.find('"', at) - at) + "'>" + fields(values) + "</command>");
  }
  /// The whole command.
  std::string set(const FilledValues& values) { return give_back(begin(), values); }
  std::string configure(const FilledValues& values) {
    foreign.answers.push_back(Accepted{});
    return ask(room, "<query xmlns='http://jabber.org/protocol/muc#owner'>" + fields(values) + "</query>");
  }
  std::string say(std::string_view to, std::string_view text) {
    const auto out = receive("<message type='chat' id='m' from='" + std::string{balcony} + "' to='" + std::string{to} +
                             "'><body>" + std::string{text} + "</body></message>");
    return out.empty() ? std::string{} : out.front();
  }

  std::string charset;
  std::string set_for;
};

TEST_F(RoomCommandsTest, AreListedAtTheRoomAndNotAtItsOccupants) {
  const std::string items =
      "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>";
  EXPECT_THAT(ask(room, items, "get"), HasSubstr("node=\"settings\" name=\"How this channel is for you\""));
  EXPECT_THAT(ask(std::string{room} + "/romeo", items, "get"), HasSubstr("type=\"error\""));
}

TEST_F(RoomCommandsTest, OneFormHasWhatIsKeptHereAndWhatTheForeignSideOffers) {
  enter();
  charset = "KOI8-R";
  const auto form = begin();
  EXPECT_THAT(form, HasSubstr("<title>How #lounge is for you</title>"));
  EXPECT_THAT(form, HasSubstr("var=\"persistent\" label=\"Stay here while none of your clients does\">"
                              "<value>false</value>"));
  EXPECT_THAT(form, HasSubstr("<value>KOI8-R</value>"));
  EXPECT_THAT(give_back(form, {{"persistent", "1"}, {"charset", "ISO-8859-15"}}), HasSubstr("completed"));
  EXPECT_EQ(charset + " of " + set_for, "ISO-8859-15 of #lounge");
  EXPECT_THAT(begin(), HasSubstr("<value>true</value>"));
  EXPECT_THAT(base.store.all_settings, testing::SizeIs(1)) << "that she stays; there was no password";
}

TEST_F(RoomCommandsTest, AWrongValueIsNamedAndNothingIsChanged) {
  enter();
  const auto again = set({{"persistent", "yes"}, {"charset", "klingon"}});
  EXPECT_THAT(again, HasSubstr("<note type=\"error\">charset: Nobody speaks that.</note>"));
  EXPECT_THAT(base.store.all_settings, IsEmpty());
  EXPECT_THAT(configure({{"irc#charset", "klingon"}}),
              testing::AllOf(HasSubstr("bad-request"), HasSubstr("charset: Nobody speaks that.")));
  EXPECT_THAT(configure({{"muc#roomconfig_persistentroom", "perhaps"}}),
              testing::AllOf(HasSubstr("bad-request"), HasSubstr("persistent: ")));
  EXPECT_THAT(base.store.all_settings, IsEmpty());
}

TEST_F(RoomCommandsTest, WhoIsNotInTheRoomCannotStayThere) {
  EXPECT_THAT(set({{"persistent", "1"}}), HasSubstr("<note type=\"error\">persistent: Enter the room first"));
  EXPECT_THAT(set({{"charset", "KOI8-R"}}), HasSubstr("completed")) << "the rest can be set";
}

TEST_F(RoomCommandsTest, WhoStaysNoMoreAndHasNoClientThereLeaves) {
  enter();
  set({{"persistent", "1"}});
  receive("<presence type='unavailable' from='" + std::string{balcony} + "' to='" + std::string{room} + "/juliet'/>");
  const auto leaving = testing::Contains("leave #lounge%net");
  EXPECT_THAT(emitted(), Not(leaving)) << "she stays";
  EXPECT_THAT(set({{"persistent", "0"}}), HasSubstr("completed"));
  EXPECT_THAT(emitted(), leaving);
  EXPECT_THAT(base.store.all_settings, IsEmpty());
}

TEST_F(RoomCommandsTest, TheRoomsOwnFormHasTheSameFields) {
  enter();
  charset = "KOI8-R";
  foreign.answers.push_back(Pending{});
  ask(room, "<query xmlns='http://jabber.org/protocol/muc#owner'/>", "get");
  base.router.confirmed(std::move(foreign.pending.back()));
  EXPECT_THAT(settle(),
              ElementsAre(testing::AllOf(HasSubstr("var=\"muc#roomconfig_persistentroom\""),
                                         HasSubstr("var=\"irc#charset\" label=\"Charset\"><value>KOI8-R</value>"))));
  configure({{"muc#roomconfig_persistentroom", "1"}, {"irc#charset", "ISO-8859-15"}});
  EXPECT_EQ(charset, "ISO-8859-15");
  EXPECT_THAT(begin(), HasSubstr("<value>true</value>"));
}

TEST_F(RoomCommandsTest, AreThereInWordsAtTheRoomAndAtItsNetwork) {
  enter();
  EXPECT_THAT(say(room, "settings"), HasSubstr("persistent = false"));
  EXPECT_THAT(say(room, "set charset KOI8-R"), HasSubstr("Saved."));
  EXPECT_THAT(say(net, "in #lounge settings"), HasSubstr("charset = KOI8-R"));
  EXPECT_THAT(say(net, "in #lounge set persistent yes"), HasSubstr("Saved."));
  EXPECT_THAT(say(net, "in #lounge what"), HasSubstr("settings – "));
  EXPECT_THAT(say(net, "in lounge settings"), HasSubstr("There is no room “lounge” here."));
  EXPECT_THAT(say(net, "help"), HasSubstr("in ROOM COMMAND"));
  EXPECT_THAT(say(room, "good morrow"), HasSubstr("type=\"error\"")) << "what is said to all is said as groupchat";
  EXPECT_THAT(begin(), HasSubstr("<value>true</value>"));
}

}  // namespace
}  // namespace isthmus::xmpp
