// What one user may have and ask for.
#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

TEST_F(DispatcherTest, MoreRoomsThanAllowedAreRefusedWithTheLimit) {
  base.runtime.limits.rooms = 2;
  const auto enter = [&](std::string_view name) {
    return receive("<presence xmlns='jabber:component:accept' from='juliet@example.org/balcony' to='#" +
                   std::string{name} +
                   "%net@irc.example.org/juliet'><x xmlns='http://jabber.org/protocol/muc'/></presence>");
  };
  EXPECT_THAT(enter("one"), IsEmpty());
  EXPECT_THAT(enter("two"), IsEmpty());
  EXPECT_THAT(enter("two"), IsEmpty()) << "it is the same room";
  const auto refused = enter("three");
  ASSERT_EQ(refused.size(), 1U);
  EXPECT_THAT(refused[0], HasSubstr("resource-constraint"));
  EXPECT_THAT(refused[0], HasSubstr("in 2 rooms at once"));
}

TEST_F(DispatcherTest, StanzasOverTheRateAreRefusedWithTheLimitButNeverGoodbyes) {
  const AccessRates rates{.user_burst = 2, .user_rate = 1, .total_burst = 100, .total_rate = 0};
  Dispatcher strict{base.runtime, home_id, Access{{"example.org"}, rates}, [this] { return now; }};
  strict.add({"irc.example.org", foreign_id, &foreign, &foreign.addresses(), &outlet});
  users.dispatcher = &strict;
  const auto get = [&](const std::string& stanza) {
    outlet.out.clear();
    pugi::xml_document document;
    document.load_string(stanza.c_str());
    strict.dispatch(document.document_element());
    base.router.settle();
    return split_stanzas(outlet.out);
  };
  const std::string ping =
      "<iq xmlns='jabber:component:accept' type='get' id='p' from='juliet@example.org/balcony' "
      "to='irc.example.org'><ping xmlns='urn:xmpp:ping'/></iq>";
  EXPECT_THAT(get(ping), ElementsAre(HasSubstr("type=\"result\"")));
  EXPECT_THAT(get(ping), ElementsAre(HasSubstr("type=\"result\"")));
  EXPECT_THAT(get(ping),
              ElementsAre(testing::AllOf(HasSubstr("resource-constraint"), HasSubstr("1 stanzas a second"))));
  EXPECT_THAT(get("<presence xmlns='jabber:component:accept' type='unavailable' from='juliet@example.org/balcony' "
                  "to='#lounge%net@irc.example.org/juliet'/>"),
              IsEmpty());
  base.alarms.advance(1s);
  EXPECT_THAT(get(ping), ElementsAre(HasSubstr("type=\"result\"")));
}

}  // namespace
}  // namespace isthmus::xmpp
