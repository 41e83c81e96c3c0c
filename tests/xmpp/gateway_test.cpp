// What XEP-0100 wants of a gateway: registration, its presence, and addresses for names; through the dispatcher.
#include "tests/xmpp/dispatcher_stage.hpp"
#include "xmpp/logins.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view gateway = "irc.example.org";
constexpr std::string_view net = "net@irc.example.org";
constexpr std::string_view bare = "juliet@example.org";
const std::string registration = "<query xmlns='jabber:iq:register'/>";
const std::string removal = "<query xmlns='jabber:iq:register'><remove/></query>";

class GatewayTest : public DispatcherTest {
 protected:
  std::vector<std::string> ask(const std::string& inside, std::string_view type = "set",
                               std::string_view to = gateway) {
    return receive("<iq type='" + std::string{type} + "' id='c' from='" + std::string{balcony} + "' to='" +
                   std::string{to} + "'>" + inside + "</iq>");
  }
  std::vector<std::string> presence(std::string_view type, std::string_view from = balcony,
                                    std::string_view to = gateway) {
    const std::string attribute = type.empty() ? "" : " type='" + std::string{type} + "'";
    return receive("<presence from='" + std::string{from} + "' to='" + std::string{to} + "'" + attribute + "/>");
  }
  static std::string from_gateway(std::string_view type, std::string_view to = bare) {
    const std::string attribute = type == "unavailable" ? "" : " type=\"" + std::string{type} + "\"";
    return "<presence" + attribute + " from=\"irc.example.org\" to=\"" + std::string{to} + "\"" +
           (type == "unavailable" ? " type=\"unavailable\"" : "") + "/>";
  }
  static std::string prompt(std::string_view name) {
    return "<query xmlns='jabber:iq:gateway'><prompt>" + std::string{name} + "</prompt></query>";
  }
  static testing::Matcher<std::string> is_result() { return HasSubstr("<iq type=\"result\""); }
};

TEST_F(GatewayTest, WhoRegistersIsAskedForTheirPresenceOnce) {
  EXPECT_THAT(ask(registration, "get"), ElementsAre(Not(HasSubstr("<registered"))));
  EXPECT_THAT(ask(registration), ElementsAre(is_result(), from_gateway("subscribe")));
  EXPECT_THAT(ask(registration, "get"), ElementsAre(HasSubstr("<registered")));
  EXPECT_THAT(ask(registration), ElementsAre(is_result())) << "it is an edit, of nothing";
  EXPECT_THAT(presence("subscribed", bare), IsEmpty());
  EXPECT_THAT(base.store.all_settings, testing::SizeIs(1));
  EXPECT_THAT(
      receive("<iq type='get' id='c' from='romeo@example.org/orchard' to='irc.example.org'>" + registration + "</iq>"),
      ElementsAre(Not(HasSubstr("<registered"))));
}

TEST_F(GatewayTest, UnregisteringForgetsEverythingWithOneResultAndPartsWithTheUser) {
  ask(registration);
  presence("subscribe", bare);
  presence("subscribe", bare, net);
  base.store.put(Setting{std::string{bare}, "irc", "net", "nick", "jules"});
  EXPECT_THAT(ask(removal), ElementsAre(is_result(), from_gateway("unsubscribe"), from_gateway("unsubscribed"),
                                        from_gateway("unavailable"), HasSubstr("from=\"net@irc.example.org\""),
                                        HasSubstr("<presence type=\"unsubscribed\" from=\"net@irc.example.org\"")));
  EXPECT_THAT(ask(registration, "get"), ElementsAre(Not(HasSubstr("<registered"))));
  EXPECT_THAT(base.store.all_settings, IsEmpty());
  EXPECT_THAT(base.store.all_subscriptions, IsEmpty());
  EXPECT_THAT(foreign.forgotten, ElementsAre(bare));
  EXPECT_THAT(ask(removal), ElementsAre(is_result())) << "there is nobody to part with";
}

TEST_F(GatewayTest, IsThereForAClientFromItsFirstPresenceToItsLast) {
  EXPECT_THAT(presence(""), ElementsAre(available(gateway, balcony, PlaceKind::gateway)));
  EXPECT_THAT(presence(""), IsEmpty()) << "it is away now, say: that is no login";
  EXPECT_THAT(presence("", "juliet@example.org/garden"),
              ElementsAre(available(gateway, "juliet@example.org/garden", PlaceKind::gateway)));
  EXPECT_THAT(presence("unavailable"), ElementsAre(from_gateway("unavailable", balcony)));
  EXPECT_THAT(presence("unavailable"), IsEmpty());
  EXPECT_THAT(presence(""), ElementsAre(available(gateway, balcony, PlaceKind::gateway)));
  EXPECT_THAT(presence("", balcony, net), IsEmpty()) << "a network is no gateway";
  EXPECT_THAT(presence("", "mallory@example.net/x"), ElementsAre(HasSubstr("forbidden")));
}

TEST_F(GatewayTest, SaysWhatToAskForAndMakesAnAddressOfIt) {
  EXPECT_THAT(ask("<query xmlns='jabber:iq:gateway'/>", "get"),
              ElementsAre(AllOf(HasSubstr("<prompt>Name</prompt>"), HasSubstr("then % and the name of its network"))));
  EXPECT_THAT(ask("<query xmlns='jabber:iq:gateway'/>", "get", net), ElementsAre(HasSubstr("on net</desc>")));
  EXPECT_THAT(ask(prompt("Romeo%net")), ElementsAre(HasSubstr("<jid>romeo%net@irc.example.org</jid>")));
  EXPECT_THAT(ask(prompt("#lounge%net")), ElementsAre(HasSubstr("<jid>#lounge%net@irc.example.org</jid>")));
  EXPECT_THAT(ask(prompt("romeo"), "set", net), ElementsAre(HasSubstr("<jid>romeo%net@irc.example.org</jid>")));
  EXPECT_THAT(ask(prompt("o'neill"), "set", net), ElementsAre(HasSubstr("<jid>o\\27neill%net@irc.example.org</jid>")));
}

TEST_F(GatewayTest, WhatIsNoNameIsADefinedError) {
  for (const auto& name : {std::string{}, std::string(1024, 'x'), std::string{"a&#10;b"}})
    EXPECT_THAT(ask(prompt(name)), ElementsAre(HasSubstr("<not-acceptable"))) << name;
  EXPECT_THAT(ask("<query xmlns='jabber:iq:gateway'/>"), ElementsAre(HasSubstr("<not-acceptable")));
}

TEST(Logins, KnowEachClientOnceAndABoundedNumber) {
  NameTable names;
  const auto juliet = names.intern("juliet@example.org");
  Logins logins;
  EXPECT_FALSE(logins.went(juliet, "a", "c0"));
  for (std::size_t i = 0; i <= Logins::max_of_one_user; ++i)
    EXPECT_TRUE(logins.came(juliet, "a", "c" + std::to_string(i)));
  EXPECT_FALSE(logins.went(juliet, "a", "c0")) << "the oldest was forgotten";
  EXPECT_FALSE(logins.came(juliet, "a", "c1"));
  EXPECT_TRUE(logins.came(juliet, "b", "c1")) << "another gateway";
  logins.forget(juliet);
  EXPECT_FALSE(logins.went(juliet, "b", "c1"));
}

}  // namespace
}  // namespace isthmus::xmpp
