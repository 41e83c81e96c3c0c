#include <algorithm>

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class MucHistoryTest : public DispatcherTest {
 protected:
  MucHistoryTest() {
    base.archive.let_keep(foreign_id, [](const Name&, const Conversation&) { return true; });
  }

  static Archived archived(std::string id, std::string text, SystemTime at) {
    Archived row;
    row.position = position_at(at);
    row.id = std::move(id);
    row.sender = "romeo";
    row.what = Message{Style::normal, std::move(text)};
    return row;
  }
  void answer_with(std::vector<Archived> rows) {
    ArchivePage page;
    page.total = rows.size();
    page.rows = std::move(rows);
    base.store.next_page = std::move(page);
  }
  static std::vector<std::string> bodies(const std::vector<std::string>& stanzas) {
    std::vector<std::string> all;
    for (const auto& stanza : stanzas) {
      pugi::xml_document document;
      document.load_string(stanza.c_str());
      const auto body = document.first_child().child("body");
      if (body) all.emplace_back(body.text().get());
    }
    return all;
  }
};

TEST_F(MucHistoryTest, ComesFromTheArchiveWhenAClientEnters) {
  answer_with({archived("a", "first", now - 2min), archived("b", "second", now - 1min)});
  foreign.answers.push_back(Pending{});
  receive(presence_to("juliet"));
  ASSERT_EQ(base.store.queries.size(), 1);
  EXPECT_EQ(base.store.queries[0].max, 50);
  EXPECT_EQ(base.store.queries[0].before, "");
  const auto out = happens(roster({"romeo"}), "#lounge%net", std::string{balcony});
  EXPECT_THAT(bodies(out), ElementsAre("first", "second"));
  const auto first = std::ranges::find_if(out, [](const auto& one) { return one.contains("first"); });
  EXPECT_THAT(*first, HasSubstr("id=\"a\""));
  EXPECT_THAT(*first, HasSubstr("stamp=\"2023-11-14T22:11:20.000Z\""));
  EXPECT_THAT(*first, HasSubstr("from=\"" + std::string{room} + "/romeo\""));
}

TEST_F(MucHistoryTest, IsNotAskedForByAClientThatWantsNone) {
  receive(presence_to("juliet", balcony, "<history maxstanzas='0'/>"));
  EXPECT_THAT(base.store.queries, IsEmpty());
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet"));
}

TEST_F(MucHistoryTest, IsAsMuchAsTheClientWants) {
  answer_with({archived("a", "12345", now - 2min), archived("b", "67890", now - 1min)});
  foreign.answers.push_back(Pending{});
  receive(presence_to("juliet", balcony, "<history maxstanzas='7' maxchars='8' seconds='60'/>"));
  EXPECT_EQ(base.store.queries.at(0).max, 7);
  EXPECT_EQ(base.store.queries.at(0).from, position_at(now - 60s));
  EXPECT_THAT(bodies(happens(roster({}), "#lounge%net", std::string{balcony})), ElementsAre("67890"));
}

TEST_F(MucHistoryTest, WhatIsSaidWhileTheArchiveIsAskedFollows) {
  enter();
  base.store.holds_answers = true;
  receive(presence_to("juliet", "juliet@example.org/orchard"));
  EXPECT_THAT(emitted(), IsEmpty()) << "the foreign side is asked when the archive has answered";
  happens(said("meanwhile"), "#lounge%net", {}, "romeo");
  ArchivePage page;
  page.rows = {archived("a", "before", now - 1min)};
  foreign.answers.push_back(Pending{});
  base.store.held_answers.at(0)(page);
  EXPECT_THAT(bodies(happens(roster({"romeo"}), "#lounge%net", "juliet@example.org/orchard")),
              ElementsAre("before", "meanwhile"));
}

TEST_F(MucHistoryTest, TellsNothingTwice) {
  enter();
  base.store.holds_answers = true;
  receive(presence_to("juliet", "juliet@example.org/orchard"));
  happens(said("meanwhile"), "#lounge%net", {}, "romeo");
  settle();
  base.io.poll();
  ArchivePage page;
  const auto hex = to_hex(base.store.rows.at(0).id);
  page.rows = {archived(std::string{hex.data(), hex.size()}, "meanwhile", now)};
  foreign.answers.push_back(Pending{});
  base.store.held_answers.at(0)(page);
  EXPECT_THAT(bodies(happens(roster({"romeo"}), "#lounge%net", "juliet@example.org/orchard")),
              ElementsAre("meanwhile"));
}

TEST_F(MucHistoryTest, WhoLeavesBeforeTheAnswerNeverCame) {
  base.store.holds_answers = true;
  receive(presence_to("juliet"));
  receive("<presence from='" + std::string{balcony} + "' to='" + std::string{room} + "/juliet' type='unavailable'/>");
  foreign.seen.clear();
  base.store.held_answers.at(0)(ArchivePage{});
  settle();
  EXPECT_THAT(emitted(), IsEmpty());
}

TEST_F(MucHistoryTest, AnArchiveThatCannotBeReadKeepsNobodyOut) {
  base.store.next_page = Refusal{Condition::internal_server_error, Remedy::wait, {}, {}};
  receive(presence_to("juliet"));
  EXPECT_THAT(emitted(), ElementsAre("join #lounge%net juliet"));
}

class ArchiveQueriesTest : public MucHistoryTest {
 protected:
  std::vector<std::string> ask(std::string_view inside, std::string_view to = room, std::string_view type = "set") {
    return receive("<iq from='" + std::string{balcony} + "' to='" + std::string{to} + "' id='q1' type='" +
                   std::string{type} + "'>" + std::string{inside} + "</iq>");
  }
  static std::string query(std::string_view inside = "") {
    return "<query xmlns='urn:xmpp:mam:2' queryid='f27'>" + std::string{inside} + "</query>";
  }
  static std::string form(std::string_view fields) {
    return query("<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>urn:xmpp:mam:2</value></field>" +
                 std::string{fields} + "</x>");
  }
  static std::string field(std::string_view name, std::string_view value) {
    return "<field var='" + std::string{name} + "'><value>" + std::string{value} + "</value></field>";
  }
};

TEST_F(ArchiveQueriesTest, APageIsItsMessagesAndThenItsEnd) {
  answer_with({archived("a", "first", now - 2min), archived("b", "second", now - 1min)});
  const auto out = ask(query());
  ASSERT_EQ(out.size(), 3);
  EXPECT_THAT(out[0], HasSubstr("<result xmlns=\"urn:xmpp:mam:2\" queryid=\"f27\" id=\"a\">"));
  EXPECT_THAT(out[0], HasSubstr("<message xmlns=\"jabber:client\" type=\"groupchat\" from=\"" + std::string{room} +
                                "/romeo\" id=\"a\"><body>first</body>"));
  EXPECT_THAT(out[2], HasSubstr("<fin xmlns=\"urn:xmpp:mam:2\" complete=\"true\">"));
  EXPECT_THAT(out[2], HasSubstr("<first index=\"0\">a</first><last>b</last><count>2</count>"));
}

TEST_F(ArchiveQueriesTest, AFlippedPageBeginsWithTheNewest) {
  answer_with({archived("a", "first", now - 2min), archived("b", "second", now - 1min)});
  const auto out = ask(query("<flip-page/>"));
  ASSERT_EQ(out.size(), 3);
  EXPECT_THAT(out[0], HasSubstr("second"));
  EXPECT_THAT(out[2], HasSubstr("<first index=\"0\">a</first><last>b</last>"));
}

TEST_F(ArchiveQueriesTest, NotTheWholeIsNotComplete) {
  ArchivePage page;
  page.total = 5;
  page.first = 1;
  page.rows = {archived("b", "second", now)};
  base.store.next_page = page;
  EXPECT_THAT(ask(query("<set xmlns='http://jabber.org/protocol/rsm'><max>1</max><after>a</after></set>")).back(),
              testing::Not(HasSubstr("complete")));
  EXPECT_EQ(base.store.queries.back().after, "a");
  EXPECT_EQ(base.store.queries.back().max, 1);
}

TEST_F(ArchiveQueriesTest, WhatIsNoQueryIsRefusedByName) {
  const struct {
    std::string inside;
    std::string condition;
  } cases[] = {
      {query("<set xmlns='http://jabber.org/protocol/rsm'><max>many</max></set>"), "bad-request"},
      {query("<set xmlns='http://jabber.org/protocol/rsm'><index>3</index></set>"), "feature-not-implemented"},
      {query("<set xmlns='http://jabber.org/protocol/rsm'><after>" + std::string(600, 'a') + "</after></set>"),
       "bad-request"},
      {form(field("start", "yesterday")), "bad-request"},
      {form(field("with", "@@")), "bad-request"},
      {form(field("after-id", "")), "bad-request"},
      {form(field("weather", "fine")), "feature-not-implemented"},
      {form(field("start", "2026-01-01T00:00:00Z") + field("start", "2026-01-01T00:00:00Z")), "bad-request"},
      {query("<x xmlns='jabber:x:data' type='submit'/>"), "bad-request"},
  };
  for (const auto& one : cases) {
    const auto out = ask(one.inside);
    ASSERT_EQ(out.size(), 1) << one.inside;
    EXPECT_THAT(out[0], HasSubstr("<" + one.condition)) << one.inside;
  }
  EXPECT_THAT(base.store.queries, IsEmpty());
}

TEST_F(ArchiveQueriesTest, FiltersReachTheArchive) {
  ask(form(field("start", "2026-01-01T00:00:00Z") + field("end", "2026-01-01T00:00:01Z") +
           field("with", std::string{room} + "/Romeo") + field("after-id", "a") + field("before-id", "b") +
           field("ids", "c")));
  const auto& asked = base.store.queries.at(0);
  EXPECT_EQ(asked.from, position_at(SystemTime{1'767'225'600s}));
  EXPECT_EQ(asked.to, position_at(SystemTime{1'767'225'601s} + 1ms) - 1);
  EXPECT_EQ(asked.sender, "Romeo");
  EXPECT_EQ(asked.after_id, "a");
  EXPECT_EQ(asked.before_id, "b");
  EXPECT_THAT(asked.ids, ElementsAre("c"));
  ask(form(field("with", "juliet@example.org")));
  EXPECT_TRUE(base.store.queries.at(1).by_reader);
  const auto out = ask(form(field("with", "stranger@example.com")));
  EXPECT_EQ(base.store.queries.size(), 2) << "nobody of that address ever speaks there";
  EXPECT_THAT(out.back(), HasSubstr("<count>0</count>"));
}

TEST_F(ArchiveQueriesTest, TooManyAtOnceAreRefused) {
  base.store.holds_answers = true;
  for (std::size_t i = 0; i < ArchiveQueries::max_open; ++i) EXPECT_THAT(ask(query()), IsEmpty());
  EXPECT_THAT(ask(query()).at(0), HasSubstr("resource-constraint"));
  base.store.held_answers.at(0)(ArchivePage{});
  settle();
  EXPECT_THAT(ask(query()), IsEmpty());
}

TEST_F(ArchiveQueriesTest, WithoutAnArchiveThereIsNone) {
  base.archive.let_keep(foreign_id, {});
  EXPECT_THAT(ask(query()).at(0), HasSubstr("service-unavailable"));
}

}  // namespace
}  // namespace isthmus::xmpp
