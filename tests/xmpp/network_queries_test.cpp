#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class NetworkQueriesTest : public DispatcherTest {
 protected:
  std::vector<std::string> ask(const std::string& inside, std::string_view to = "net@irc.example.org",
                               std::string_view from = balcony) {
    return receive("<iq xmlns='jabber:component:accept' type='get' id='q' from='" + std::string{from} + "' to='" +
                   std::string{to} + "'>" + inside + "</iq>");
  }
  std::vector<std::string> items(const std::string& set = {}) {
    return ask("<query xmlns='http://jabber.org/protocol/disco#items'>" + set + "</query>");
  }
  /// A search with those fields, each "var=value".
  std::vector<std::string> search(const std::vector<std::string>& fields, const std::string& set = {}) {
    std::string form =
        "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
        "<value>urn:xmpp:channel-search:0:search-params</value></field>";
    for (const auto& field : fields) {
      const auto split = field.find('=');
      form += "<field var='" + field.substr(0, split) + "'><value>" + field.substr(split + 1) + "</value></field>";
    }
    return ask("<search xmlns='urn:xmpp:channel-search:0:search'>" + set + form + "</x></search>");
  }
  static std::string rsm(const std::string& inside) {
    return "<set xmlns='http://jabber.org/protocol/rsm'>" + inside + "</set>";
  }

  void link_up() { happens(LinkState{LinkState::State::up, {}, false}, "net"); }
  /// The next questions wait; answered() answers the oldest with the directory.
  void wait_for_questions() { foreign.answers.assign(8, Pending{}); }
  std::vector<std::string> answered() {
    auto event = std::move(foreign.pending.front());
    foreign.pending.erase(foreign.pending.begin());
    std::get<ReadDirectory>(std::get<Request>(event->what).what).found = std::make_shared<const Directory>(rooms);
    base.router.confirmed(std::move(event));
    return settle();
  }

  Directory rooms{{}, {{"#a&b", 2, ""}, {"#hall", 40, "The <hall>"}, {"#lounge", 7, "Talk"}}};
};

TEST_F(NetworkQueriesTest, ItsRoomsAreItemsWithMembersAndSubject) {
  link_up();
  wait_for_questions();
  EXPECT_THAT(items(), IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("request net directory"));
  EXPECT_THAT(answered(),
              ElementsAre("<iq type=\"result\" from=\"net@irc.example.org\" to=\"juliet@example.org/balcony\" id=\"q\">"
                          "<query xmlns=\"http://jabber.org/protocol/disco#items\">"
                          "<item jid=\"#a\\26b%net@irc.example.org\" name=\"#a&amp;b (2)\"/>"
                          "<item jid=\"#hall%net@irc.example.org\" name=\"#hall (40): The &lt;hall>\"/>"
                          "<item jid=\"#lounge%net@irc.example.org\" name=\"#lounge (7): Talk\"/>"
                          "<set xmlns=\"http://jabber.org/protocol/rsm\"><first index=\"0\">#a&amp;b</first>"
                          "<last>#lounge</last><count>3</count></set></query></iq>"));
}

TEST_F(NetworkQueriesTest, ItsRoomsComeInPages) {
  link_up();
  wait_for_questions();
  items(rsm("<max>2</max>"));
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("<last>#hall</last>"), Not(HasSubstr("#lounge")))));
  items(rsm("<max>2</max><after>#hall</after>"));
  EXPECT_THAT(answered(),
              ElementsAre(AllOf(HasSubstr("<first index=\"2\">#lounge</first>"), Not(HasSubstr("jid=\"#hall")))));
  items(rsm("<index>9</index>"));
  EXPECT_THAT(answered(), ElementsAre(HasSubstr("<item-not-found")));
  EXPECT_THAT(items(rsm("<max>few</max>")), ElementsAre(HasSubstr("<bad-request")));
}

TEST_F(NetworkQueriesTest, APageIsNeverLongerThanAStanza) {
  rooms.rooms.clear();
  for (int i = 1000; i < 1600; ++i) {
    rooms.rooms.push_back({"#" + std::to_string(i) + std::string(150, '&'), 1, std::string(390, '"')});
  }
  link_up();
  wait_for_questions();
  items(rsm("<max>500</max>"));
  const auto first = answered();
  EXPECT_THAT(first, ElementsAre(AllOf(HasSubstr("type=\"result\""), HasSubstr("<first index=\"0\">#1000"),
                                       HasSubstr("<count>600</count>"), Not(HasSubstr("jid=\"#1499")))));
  items(rsm("<max>500</max><before/>"));
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("<last>#1599"), HasSubstr("jid=\"#1599"))))
      << "the last page ends with the last";
}

TEST_F(NetworkQueriesTest, WithoutALinkItsRoomsAreThoseThatOneIsIn) {
  enter();
  EXPECT_THAT(items(), ElementsAre(AllOf(HasSubstr("jid=\"#lounge%net@irc.example.org\""), HasSubstr("result"))));
  EXPECT_THAT(search({"q=lounge"}), ElementsAre(HasSubstr("<recipient-unavailable")));
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(NetworkQueriesTest, ARefusedListIsAnError) {
  link_up();
  foreign.answers.push_back(Rejected{{Condition::resource_constraint, Remedy::wait, "Try again later", {}}});
  EXPECT_THAT(items(), ElementsAre(AllOf(HasSubstr("<resource-constraint"), HasSubstr("Try again later"))));
}

TEST_F(NetworkQueriesTest, TheSearchHasAForm) {
  EXPECT_THAT(ask("<search xmlns='urn:xmpp:channel-search:0:search'/>"),
              ElementsAre(AllOf(HasSubstr("<x xmlns=\"jabber:x:data\" type=\"form\">"),
                                HasSubstr("<value>urn:xmpp:channel-search:0:search-params</value>"),
                                HasSubstr("var=\"q\""), HasSubstr("var=\"sinname\""), HasSubstr("var=\"key\""))));
  EXPECT_THAT(ask("<query xmlns='http://jabber.org/protocol/disco#info'/>"),
              ElementsAre(AllOf(HasSubstr("<feature var=\"urn:xmpp:channel-search:0:search\"/>"),
                                HasSubstr("<feature var=\"http://jabber.org/protocol/rsm\"/>"))));
}

TEST_F(NetworkQueriesTest, ASearchShowsWhatItFoundThoseWithMostMembersFirst) {
  link_up();
  wait_for_questions();
  EXPECT_THAT(search({"all=1"}), IsEmpty());
  EXPECT_THAT(answered(),
              ElementsAre(HasSubstr(
                  "<result xmlns=\"urn:xmpp:channel-search:0:search\"><item address=\"#hall%net@irc.example.org\">"
                  "<name>#hall</name><description>The &lt;hall&gt;</description><nusers>40</nusers>"
                  "<service-type>xep-0045</service-type></item><item address=\"#lounge%net@irc.example.org\">")));
  search({"q=HALL"});
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("#hall%net"), HasSubstr("<count>1</count>"))));
  search({"q=the", "sindescription=false"});
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("type=\"result\""), HasSubstr("<count>0</count>"))));
  search({"q=#", "min_users=7", "key={urn:xmpp:channel-search:0:order}address"}, rsm("<max>1</max>"));
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("#hall%net"), HasSubstr("<count>2</count>"))));
  search({"all=1"}, rsm("<max>1</max><after>40 #hall</after>"));
  EXPECT_THAT(answered(), ElementsAre(AllOf(HasSubstr("<first index=\"1\">7 #lounge</first>"))));
  search({"all=1", "types=xep-0369"});
  EXPECT_THAT(answered(), ElementsAre(HasSubstr("<count>0</count>")));
}

struct BadSearch {
  std::string name;
  std::vector<std::string> fields;
  std::vector<std::string> answer;
};
void PrintTo(const BadSearch& row, std::ostream* out) { *out << row.name; }

class BadSearchTest : public NetworkQueriesTest, public testing::WithParamInterface<BadSearch> {};

TEST_P(BadSearchTest, IsAnsweredWithTheConditionOfTheSpecification) {
  link_up();
  const auto answer = search(GetParam().fields);
  ASSERT_EQ(answer.size(), 1U);
  for (const auto& part : GetParam().answer) EXPECT_THAT(answer[0], HasSubstr(part));
  EXPECT_THAT(emitted(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, BadSearchTest,
    testing::Values(
        BadSearch{"nothing_to_search_for",
                  {},
                  {"<bad-request", "<no-search-conditions xmlns=\"urn:xmpp:channel-search:0:error\"/>"}},
        BadSearch{"no_words", {"q= "}, {"<error type=\"modify\"><bad-request", "<invalid-search-terms"}},
        BadSearch{"words_and_everything",
                  {"q=hall", "all=true"},
                  {"<bad-request", "<conflicting-fields", "<var>all</var><var>q</var>"}},
        BadSearch{"an_order_that_is_none", {"all=1", "key=age"}, {"<feature-not-implemented", "<invalid-sort-key"}},
        BadSearch{"a_number_that_is_none", {"all=1", "min_users=few"}, {"<bad-request"}},
        BadSearch{"a_flag_that_is_none", {"all=perhaps"}, {"<bad-request"}}),
    [](const auto& row) { return row.param.name; });

TEST_F(NetworkQueriesTest, AnotherFormIsNoSearch) {
  link_up();
  EXPECT_THAT(ask("<search xmlns='urn:xmpp:channel-search:0:search'><x xmlns='jabber:x:data' type='submit'>"
                  "<field var='FORM_TYPE'><value>urn:example:other</value></field></x></search>"),
              ElementsAre(HasSubstr("<bad-request")));
}

TEST_F(NetworkQueriesTest, TheGatewayIsAGatewayAndHoldsConferences) {
  const auto info = ask("<query xmlns='http://jabber.org/protocol/disco#info'/>", "irc.example.org");
  EXPECT_THAT(info, ElementsAre(AllOf(HasSubstr("<identity category=\"gateway\" type=\"irc\" name=\"isthmus\"/>"),
                                      HasSubstr("<identity category=\"conference\" type=\"irc\" name=\"isthmus\"/>"))));
}

}  // namespace
}  // namespace isthmus::xmpp
