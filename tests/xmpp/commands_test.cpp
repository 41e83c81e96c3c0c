// Ad-hoc commands (XEP-0050) and commands in words, through the dispatcher.
#include "xmpp/commands.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view net = "net@irc.example.org";
constexpr std::string_view gateway = "irc.example.org";
constexpr std::string_view nurse = "nurse@example.org/kitchen";

class CommandsTest : public DispatcherTest {
 protected:
  CommandsTest() {
    foreign.offered.push_back(
        {.name = "settings",
         .label = "How you are",
         .form =
             [this](const CommandCall&) {
               return Form{.title = "Settings",
                           .fields = {{.name = "nick", .label = "Nick", .value = nick},
                                      {.name = "secret", .label = "Secret", .kind = Field::Kind::secret}}};
             },
         .run = [this](const CommandCall& call, const Form& filled) -> CommandOutcome {
           if (filled.value("nick") == "bad") return FormProblem{"nick", "That will not do."};
           nick = filled.value("nick");
           by = call.owner.str();
           return CommandDone{"Saved."};
         }});
    open("juliet@example.org", "net");
    open("romeo@example.org", "net");
  }

  void open(std::string_view owner, std::string_view network) {
    foreign.open.push_back({base.names.intern(owner), base.names.intern(network), "connected"});
  }
  std::string ask(std::string_view to, const std::string& inside, std::string_view from = balcony,
                  std::string_view type = "set") {
    const auto out = receive("<iq type='" + std::string{type} + "' id='c' from='" + std::string{from} + "' to='" +
                             std::string{to} + "'>" + inside + "</iq>");
    EXPECT_EQ(out.size(), 1U);
    return out.empty() ? std::string{} : out.front();
  }
  static std::string command(std::string_view attributes, std::string_view inside = {}) {
    return "<command xmlns='http://jabber.org/protocol/commands' " + std::string{attributes} + ">" +
           std::string{inside} + "</command>";
  }
  static std::string filled(std::string_view name, std::string_view value) {
    return "<x xmlns='jabber:x:data' type='submit'><field var='" + std::string{name} + "'><value>" +
           std::string{value} + "</value></field></x>";
  }
  std::string begin(std::string_view node = "settings", std::string_view to = net, std::string_view from = balcony) {
    return session_of(ask(to, command("node='" + std::string{node} + "'"), from));
  }
  static std::string session_of(const std::string& answer) {
    const auto at = answer.find("sessionid=\"") + 11;
    return answer.substr(at, answer.find('"', at) - at);
  }
  std::string go_on(const std::string& session, std::string_view inside, std::string_view from = balcony,
                    std::string_view action = "complete", std::string_view node = "settings",
                    std::string_view to = net) {
    return ask(
        to,
        command("node='" + std::string{node} + "' sessionid='" + session + "' action='" + std::string{action} + "'",
                inside),
        from);
  }
  std::string say(std::string_view to, std::string_view text, std::string_view from = balcony) {
    const auto out = receive("<message type='chat' id='m' from='" + std::string{from} + "' to='" + std::string{to} +
                             "'><body>" + std::string{text} + "</body></message>");
    return out.empty() ? std::string{} : out.front();
  }

  std::string nick = "jules";
  std::string by;
};

TEST_F(CommandsTest, AreListedWhereTheyAre) {
  const std::string items =
      "<query xmlns='http://jabber.org/protocol/disco#items' node='http://jabber.org/protocol/commands'/>";
  const auto at_network = ask(net, items, balcony, "get");
  EXPECT_THAT(at_network, HasSubstr("node=\"settings\""));
  EXPECT_THAT(at_network, Not(HasSubstr("node=\"forget\"")));
  const auto at_gateway = ask(gateway, items, balcony, "get");
  EXPECT_THAT(at_gateway, HasSubstr("node=\"forget\""));
  EXPECT_THAT(at_gateway, Not(HasSubstr("node=\"users\""))) << "it is for administrators";
  EXPECT_THAT(ask(gateway, items, nurse, "get"), HasSubstr("node=\"users\""));
}

TEST_F(CommandsTest, AFormIsFilledInAndDone) {
  const auto form = ask(net, command("node='settings' action='execute'"));
  EXPECT_THAT(form, HasSubstr("status=\"executing\""));
  EXPECT_THAT(form, HasSubstr("<value>jules</value>"));
  const auto done = go_on(session_of(form), filled("nick", "juliet"));
  EXPECT_THAT(done, HasSubstr("status=\"completed\""));
  EXPECT_THAT(done, HasSubstr("Saved."));
  EXPECT_EQ(nick + " by " + by, "juliet by juliet@example.org");
}

TEST_F(CommandsTest, AWrongValueIsAnsweredByTheFormAgainWithWhatIsWrong) {
  const auto session = begin();
  const auto again = go_on(session, filled("nick", "bad"));
  EXPECT_THAT(again, HasSubstr("status=\"executing\""));
  EXPECT_THAT(again, HasSubstr("<note type=\"error\">nick: That will not do.</note>"));
  EXPECT_THAT(again, HasSubstr("<value>bad</value>")) << "what was entered stays";
  EXPECT_THAT(go_on(session, filled("nick", "good")), HasSubstr("completed"));
}

TEST_F(CommandsTest, ASessionIsOneClientsAndOneCommandsAndOnePlaces) {
  const auto session = begin();
  for (const auto& stolen : {go_on(session, filled("nick", "x"), "juliet@example.org/other"),
                             go_on(session, filled("nick", "x"), "romeo@example.org/balcony"),
                             go_on(session, filled("nick", "x"), balcony, "complete", "disconnect"),
                             go_on(session, filled("nick", "x"), balcony, "complete", "settings", gateway),
                             go_on("made-up", filled("nick", "x"))})
    EXPECT_THAT(stolen, HasSubstr("bad-sessionid"));
  EXPECT_EQ(nick, "jules");
  EXPECT_THAT(go_on(session, filled("nick", "mine")), HasSubstr("completed"));
}

TEST_F(CommandsTest, ASessionEndsByCancellingByTimeAndByItsUse) {
  auto session = begin();
  EXPECT_THAT(go_on(session, {}, balcony, "cancel"), HasSubstr("canceled"));
  EXPECT_THAT(go_on(session, filled("nick", "x")), HasSubstr("bad-sessionid"));
  session = begin();
  base.alarms.advance(Commands::lifetime + 1s);
  EXPECT_THAT(go_on(session, filled("nick", "x")), HasSubstr("session-expired"));
  session = begin();
  go_on(session, filled("nick", "y"));
  EXPECT_THAT(go_on(session, filled("nick", "z")), HasSubstr("bad-sessionid"));
  EXPECT_EQ(nick, "y");
}

TEST_F(CommandsTest, UnknownCommandsActionsAndFormsAreDefinedErrors) {
  EXPECT_THAT(ask(net, command("node='magic'")), HasSubstr("item-not-found"));
  EXPECT_THAT(ask(net, command("node='settings' action='complete'")), HasSubstr("bad-sessionid"));
  const auto session = begin();
  EXPECT_THAT(go_on(session, {}, balcony, "prev"), HasSubstr("bad-action"));
  EXPECT_THAT(go_on(session, "<x xmlns='jabber:x:data' type='result'/>"), HasSubstr("bad-payload"));
}

TEST_F(CommandsTest, TenThousandHalfOpenSessionsOfManyUsersKeepTheMemoryBounded) {
  const auto first = begin();
  for (int i = 0; i < 12'000; ++i) {
    if (i % 1'000 == 0) base.alarms.advance(5s);  // no faster than is allowed
    begin("settings", net, "user" + std::to_string(i / 3) + "@example.org/c");
  }
  EXPECT_THAT(go_on(first, filled("nick", "x")), HasSubstr("bad-sessionid")) << "the oldest went";
  std::string last;
  for (int i = 0; i < 7; ++i) last = begin();
  EXPECT_THAT(go_on(last, filled("nick", "mine")), HasSubstr("completed"));
}

TEST_F(CommandsTest, AUserSeesAndEndsTheirOwnConnectionsOnly) {
  const auto shown = ask(gateway, command("node='connections'"));
  EXPECT_THAT(shown, HasSubstr("1 connection"));
  EXPECT_THAT(shown, Not(HasSubstr("romeo")));
  EXPECT_THAT(ask(net, command("node='disconnect'")), HasSubstr("1 connection ended."));
  EXPECT_THAT(foreign.ended, ElementsAre("juliet@example.org net: disconnected by the user"));
}

TEST_F(CommandsTest, WhatIsForAdministratorsIsForbiddenToOthers) {
  int runs = 0;
  dispatcher.offer_to_administrators(
      {.name = "reload", .label = "Again", .run = [&](const CommandCall&, const Form&) -> CommandOutcome {
         ++runs;
         return CommandDone{"changed: none"};
       }});
  for (const auto* node : {"users", "disconnect-user", "counters", "reload"}) {
    EXPECT_THAT(ask(gateway, command("node='" + std::string{node} + "'")), HasSubstr("<forbidden")) << node;
    EXPECT_THAT(ask(net, command("node='" + std::string{node} + "'")), HasSubstr("item-not-found")) << node;
    EXPECT_THAT(say(gateway, node), HasSubstr("This is for administrators")) << node;
  }
  EXPECT_EQ(runs, 0);
  EXPECT_THAT(ask(gateway, command("node='reload'"), nurse), HasSubstr("changed: none"));
  EXPECT_THAT(say(gateway, "reload", nurse), HasSubstr("changed: none"));
  EXPECT_EQ(runs, 2);
}

TEST_F(CommandsTest, AnAdministratorWhoIsNoneAnyMoreCannotGoOn) {
  const auto session = begin("disconnect-user", gateway, nurse);
  dispatcher.set_access(Access{{"example.org"}, {}, {}});
  EXPECT_THAT(go_on(session, filled("user", "romeo@example.org"), nurse, "complete", "disconnect-user", gateway),
              HasSubstr("<forbidden"));
  EXPECT_THAT(foreign.ended, IsEmpty());
}

TEST_F(CommandsTest, AnAdministratorSeesAndEndsEverybodys) {
  const auto shown = ask(gateway, command("node='users'"), nurse);
  EXPECT_THAT(shown, HasSubstr("juliet@example.org on net: connected"));
  EXPECT_THAT(shown, HasSubstr("romeo@example.org on net: connected"));
  const auto session = begin("disconnect-user", gateway, nurse);
  const auto done = go_on(session, filled("user", "romeo@example.org"), nurse, "complete", "disconnect-user", gateway);
  EXPECT_THAT(done, HasSubstr("1 connection ended."));
  EXPECT_THAT(foreign.ended, ElementsAre("romeo@example.org all: disconnected by an administrator"));
  EXPECT_THAT(ask(gateway, command("node='counters'"), nurse), HasSubstr("completed"));
}

TEST_F(CommandsTest, TheSameCommandsAreThereInWords) {
  EXPECT_THAT(say(net, "set nick romeos"), HasSubstr("<body>Saved.</body>"));
  EXPECT_EQ(nick, "romeos");
  EXPECT_THAT(say(gateway, "ping"), HasSubstr("<body>Pong.</body>"));
  EXPECT_THAT(say(gateway, "users"), Not(HasSubstr("romeo@example.org on net")));
  EXPECT_THAT(say(gateway, "users", nurse), HasSubstr("romeo@example.org on net"));
  EXPECT_THAT(say(gateway, "good morrow"), HasSubstr("This is a gateway to other networks."));
}

TEST_F(CommandsTest, WhatIsNoCommandInWordsIsOneOfTheNetwork) {
  EXPECT_EQ(say(net, "WHOIS romeo"), "");
  EXPECT_THAT(emitted(), ElementsAre("message net WHOIS romeo"));
}

TEST_F(CommandsTest, ForgettingNeedsAYesAndLeavesNothing) {
  receive("<presence type='subscribe' from='juliet@example.org' to='net@irc.example.org'/>");
  base.store.put(Setting{"juliet@example.org", "irc", "net", "nick", "jules"});
  const auto session = begin("forget", gateway);
  EXPECT_THAT(go_on(session, filled("sure", "0"), balcony, "complete", "forget", gateway), HasSubstr("sure: "));
  EXPECT_THAT(foreign.forgotten, IsEmpty());
  const auto out =
      receive("<iq type='set' id='c' from='juliet@example.org/balcony' to='irc.example.org'>" +
              command("node='forget' sessionid='" + session + "' action='complete'", filled("sure", "1")) + "</iq>");
  EXPECT_THAT(out.back(), HasSubstr("You are forgotten."));
  EXPECT_THAT(out, testing::Contains(HasSubstr("unsubscribed")));
  EXPECT_THAT(foreign.forgotten, ElementsAre("juliet@example.org"));
  EXPECT_THAT(foreign.ended, ElementsAre("juliet@example.org all: the user is gone"));
  EXPECT_THAT(base.store.all_settings, IsEmpty());
  EXPECT_THAT(base.store.all_subscriptions, IsEmpty());
}

}  // namespace
}  // namespace isthmus::xmpp
