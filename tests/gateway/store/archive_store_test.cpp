#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>

#include "gateway/store/sqlite_store.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* juliet = "juliet@example.org";
constexpr const char* romeo = "romeo@example.org";

Position at(int minute) { return position_at(SystemTime{std::chrono::minutes{28'000'000 + minute}}); }

class ArchiveStoreTest : public testing::Test {
 protected:
  ArchiveStoreTest() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    options.path = folder / "isthmus.db";
    options.troubled = [](const std::string& text) { ADD_FAILURE() << text; };
    open();
  }
  ~ArchiveStoreTest() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }

  void open() {
    store.reset();
    auto opened = open_sqlite_store(options, io.get_executor());
    ASSERT_TRUE(opened.has_value()) << opened.error();
    store = std::move(*opened);
    hall = place("#hall");
  }
  static ArchivePlacePtr place(std::string native, std::string owner = {}) {
    return std::make_shared<ArchivePlace>(ArchivePlace{std::move(owner), "irc", "net", std::move(native)});
  }
  /// One row, said by `sender` `minute` minutes after the beginning of time.
  ArchiveRow row(int minute, std::string id, std::string sender = "mercutio") const {
    ArchiveRow row;
    row.place = hall;
    row.position = at(minute);
    row.ref = std::move(id);
    row.sender = std::move(sender);
    row.said = *to_record(Message{Style::normal, "text " + row.ref});
    return row;
  }
  void add(std::vector<ArchiveRow> rows) {
    ArchiveBatch batch;
    batch.rows = std::move(rows);
    EXPECT_TRUE(store->add(std::move(batch)));
  }
  /// `user` was there, from one minute to another.
  void visit(const char* user, int since, std::optional<int> until) {
    ArchiveBatch batch;
    batch.begun.push_back({hall, user, at(since), {}, {}});
    if (until) batch.ended.push_back({hall, user, at(since), at(*until), {}});
    EXPECT_TRUE(store->add(std::move(batch)));
  }
  ArchiveQuery query(const char* reader = juliet) const {
    ArchiveQuery query;
    query.place = *hall;
    query.reader = reader;
    query.max = 100;
    return query;
  }
  ArchiveAnswer read(ArchiveQuery query) {
    std::optional<ArchiveAnswer> answer;
    store->read(std::move(query), [&](ArchiveAnswer found) { answer = std::move(found); });
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!answer && std::chrono::steady_clock::now() < limit) {
      io.restart();
      io.run_for(5ms);
    }
    return answer.value_or(Refusal{Condition::internal_server_error, Remedy::wait, "no answer", {}});
  }
  std::vector<std::string> ids(ArchiveQuery query) {
    const auto answer = read(std::move(query));
    if (!answer) return {std::string{to_text(answer.error().condition)}};
    std::vector<std::string> all;
    for (const auto& one : answer->rows) all.push_back(one.id);
    return all;
  }

  std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"isthmus-archive-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  StoreOptions options;
  std::unique_ptr<Store> store;
  ArchivePlacePtr hall;
};

TEST_F(ArchiveStoreTest, OneSeesWhatWasSaidWhileOneWasThereAndNothingElse) {
  add({row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d"), row(5, "e")});
  visit(juliet, 2, 3);
  visit(juliet, 5, 5);
  visit(romeo, 1, 1);
  EXPECT_THAT(ids(query()), ElementsAre("b", "c", "e"));
  EXPECT_THAT(ids(query(romeo)), ElementsAre("a"));
  EXPECT_THAT(ids(query("nobody@example.org")), IsEmpty());
}

TEST_F(ArchiveStoreTest, AVisitThatLastsCountsWhileItsUserIsKnownToBeThere) {
  visit(juliet, 2, {});
  add({row(1, "a"), row(2, "b"), row(3, "c")});
  EXPECT_THAT(ids(query()), IsEmpty());
  auto present = query();
  present.present_since = at(2);
  EXPECT_THAT(ids(present), ElementsAre("b", "c"));
}

TEST_F(ArchiveStoreTest, AfterAKillAVisitEndsWithWhatWasWrittenLast) {
  visit(juliet, 2, {});
  add({row(1, "a"), row(2, "b"), row(3, "c")});
  open();
  add({row(4, "d")});
  EXPECT_THAT(ids(query()), ElementsAre("b", "c"));
}

TEST_F(ArchiveStoreTest, TheNewestRowsOfAnOwnersArchiveAreReadWithoutTheLoop) {
  hall = place("records", "(programs)");
  add({row(1, "a"), row(2, "b"), row(3, "c")});
  const auto kept = *hall;
  open();
  const auto newest = store->newest(kept, 2);
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_EQ(newest.front().id, "b");
  EXPECT_EQ(std::get<Message>(newest.back().what).text, "text c");
  EXPECT_THAT(store->newest(*place("others", "(programs)"), 2), IsEmpty());
}

TEST_F(ArchiveStoreTest, PagesGoBothWaysWithTrueCounts) {
  std::vector<ArchiveRow> rows;
  for (int i = 0; i < 10; ++i) rows.push_back(row(i, std::string(1, static_cast<char>('a' + i))));
  add(std::move(rows));
  visit(juliet, 0, 9);
  auto page = query();
  page.max = 3;
  auto answer = read(page);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->total, 10);
  EXPECT_EQ(answer->first, 0);
  EXPECT_EQ(answer->rows.back().id, "c");
  page.after = "c";
  answer = read(page);
  EXPECT_EQ(answer->first, 3);
  EXPECT_EQ(answer->rows.front().id, "d");
  page.after.reset();
  page.before = "";
  EXPECT_THAT(ids(page), ElementsAre("h", "i", "j"));
  page.before = "h";
  answer = read(page);
  EXPECT_EQ(answer->first, 4);
  EXPECT_EQ(answer->total, 10);
  EXPECT_EQ(answer->rows.front().id, "e");
  page.max = 0;
  EXPECT_EQ(read(page)->total, 10);
  EXPECT_THAT(read(page)->rows, IsEmpty());
}

TEST_F(ArchiveStoreTest, CountsHoldAcrossVisits) {
  add({row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d"), row(5, "e")});
  visit(juliet, 1, 2);
  visit(juliet, 4, 5);
  auto page = query();
  page.max = 1;
  page.before = "";
  const auto answer = read(page);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->total, 4);
  EXPECT_EQ(answer->first, 3);
}

TEST_F(ArchiveStoreTest, FiltersByTimeSenderAndId) {
  add({row(1, "a"), row(2, "b", "Tybalt"), row(3, "c"), row(4, "d", "tybalt"), row(5, "e")});
  visit(juliet, 0, 9);
  auto some = query();
  some.from = at(2);
  some.to = at(4);
  EXPECT_THAT(ids(some), ElementsAre("b", "c", "d"));
  some.sender = "TYBALT";
  EXPECT_THAT(ids(some), ElementsAre("b", "d"));
  EXPECT_EQ(read(some)->total, 2);
  some = query();
  some.after_id = "a";
  some.before_id = "e";
  EXPECT_THAT(ids(some), ElementsAre("b", "c", "d"));
  some = query();
  some.ids = {"e", "a", "e"};
  EXPECT_THAT(ids(some), ElementsAre("a", "e"));
  EXPECT_EQ(read(some)->total, 2);
}

TEST_F(ArchiveStoreTest, IdsOfWhatOneMayNotSeeAreNone) {
  add({row(1, "a"), row(2, "b")});
  visit(juliet, 2, 2);
  for (const auto* id : {"a", "nonsense", ""}) {
    auto some = query();
    some.after_id = id;
    EXPECT_THAT(ids(some), ElementsAre("item-not-found")) << id;
    some = query();
    some.ids = {"b", id};
    EXPECT_THAT(ids(some), ElementsAre("item-not-found")) << id;
  }
  auto page = query();
  page.after = "a";
  EXPECT_THAT(ids(page), ElementsAre("item-not-found"));
  page = query();
  page.before = "nonsense";
  EXPECT_THAT(ids(page), ElementsAre("item-not-found"));
}

TEST_F(ArchiveStoreTest, TheSameIsKeptOnceAndItsAuthorIsLearnt) {
  auto own = row(2, "a", "juliet");
  own.author = juliet;
  own.author_id = "client-1";
  add({row(1, "a", "juliet"), own, row(3, "b"), row(4, "b")});
  visit(juliet, 0, 9);
  visit(romeo, 0, 9);
  const auto answer = read(query());
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->rows.size(), 2);
  EXPECT_EQ(answer->total, 2);
  EXPECT_TRUE(answer->rows[0].by_reader);
  EXPECT_EQ(answer->rows[0].author_id, "client-1");
  const auto of_romeo = read(query(romeo));
  EXPECT_FALSE(of_romeo->rows[0].by_reader);
  EXPECT_EQ(of_romeo->rows[0].author_id, "") << "what her client called it is hers";
  auto hers = query();
  hers.by_reader = true;
  EXPECT_THAT(ids(hers), ElementsAre("a"));
}

TEST_F(ArchiveStoreTest, WhatWasSaidInPiecesIsFoundByEachOfTheirIdsAndStandsOnce) {
  auto whole = row(2, "b", "juliet");
  whole.author = juliet;
  whole.said = *to_record(Message{Style::normal, "one\ntwo"});
  // Another user's session heard the pieces as messages, before her own knew what they are.
  add({row(1, "a"), row(2, "b", "juliet"), row(3, "c", "juliet"), whole, row(4, "d")});
  StoredIds pieces;
  pieces.owner = juliet;
  pieces.adapter = "irc";
  pieces.network = "net";
  pieces.native = "#hall";
  pieces.pieces = {"b", "c"};
  store->put(pieces);
  add({row(5, "e")});
  visit(juliet, 0, 9);
  const auto answer = read(query());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->total, 4);
  EXPECT_EQ(std::get<Message>(answer->rows.at(1).what).text, "one\ntwo");
  auto named = query();
  named.ids = {"c"};
  EXPECT_THAT(ids(named), ElementsAre("b"));
  auto behind = query();
  behind.after_id = "c";
  EXPECT_THAT(ids(behind), ElementsAre("d", "e"));
  auto of_romeo = query(romeo);
  of_romeo.ids = {"c"};
  EXPECT_THAT(ids(of_romeo), ElementsAre("item-not-found")) << "he was not there";
}

TEST_F(ArchiveStoreTest, WhatComesLateStandsWhereItBelongs) {
  add({row(1, "a"), row(5, "e"), row(6, "f")});
  add({row(3, "c"), row(3, "d"), row(2, "b")});
  visit(juliet, 0, 9);
  auto page = query();
  page.max = 2;
  page.after = "c";
  const auto answer = read(page);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->total, 6);
  EXPECT_EQ(answer->first, 3);
  EXPECT_EQ(answer->rows[0].id, "d");
  EXPECT_THAT(ids(query()), ElementsAre("a", "b", "c", "d", "e", "f"));
}

TEST_F(ArchiveStoreTest, KeepsTheNewestAndForgetsTheOld) {
  std::vector<ArchiveRow> rows;
  for (int i = 0; i < 50; ++i) rows.push_back(row(i, std::to_string(i)));
  add(std::move(rows));
  visit(juliet, 0, 99);
  store->trim(time_of(at(10)), 1000);
  EXPECT_EQ(read(query())->total, 40);
  store->trim({}, 3);
  EXPECT_THAT(ids(query()), ElementsAre("47", "48", "49"));
  EXPECT_EQ(read(query())->total, 3);
  add({row(60, "new")});
  EXPECT_EQ(read(query())->total, 4);
}

TEST_F(ArchiveStoreTest, WhoComesAndGoesWithoutAWordHasOneVisit) {
  add({row(1, "a")});
  visit(juliet, 1, 1);
  for (int i = 2; i < 40; ++i) visit(juliet, i, i);
  add({row(50, "b")});
  EXPECT_THAT(ids(query()), ElementsAre("a"));
}

TEST_F(ArchiveStoreTest, AConversationIsItsOwnersAlone) {
  const auto talk = place("nurse", juliet);
  auto said = row(1, "a");
  said.place = talk;
  add({said});
  auto mine = query();
  mine.place = *talk;
  EXPECT_THAT(ids(mine), ElementsAre("a"));
  auto others = query(romeo);
  others.place = *place("nurse", romeo);
  EXPECT_THAT(ids(others), IsEmpty());
}

TEST_F(ArchiveStoreTest, WhoIsForgottenLeavesNothingOfTheirOwn) {
  auto own = row(1, "a", "juliet");
  own.author = juliet;
  const auto talk = place("nurse", juliet);
  auto said = row(2, "b");
  said.place = talk;
  add({own, said});
  visit(juliet, 0, 9);
  visit(romeo, 0, 9);
  store->forget(juliet);
  EXPECT_THAT(ids(query()), IsEmpty());
  auto mine = query();
  mine.place = *talk;
  EXPECT_THAT(ids(mine), IsEmpty());
  EXPECT_THAT(ids(query(romeo)), ElementsAre("a")) << "what others heard is theirs too";
  // Places are found again by whoever still holds them.
  auto later = row(3, "c");
  later.place = talk;
  add({later});
  EXPECT_THAT(ids(mine), ElementsAre("c"));
}

TEST_F(ArchiveStoreTest, ItIsAllThereAfterARestart) {
  add({row(1, "a"), row(2, "b")});
  visit(juliet, 0, 9);
  open();
  add({row(3, "c")});
  const auto answer = read(query());
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->total, 3);
  EXPECT_EQ(std::get<Message>(answer->rows[1].what).text, "text b");
  EXPECT_EQ(time_of(answer->rows[1].position), time_of(at(2)));
}

}  // namespace
}  // namespace isthmus
