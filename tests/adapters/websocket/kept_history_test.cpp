#include "adapters/websocket/kept_history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "adapters/websocket/stored_record.hpp"
#include "gateway/model/json.hpp"
#include "tests/support/memory_store.hpp"

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr SystemTime now{std::chrono::milliseconds{1'763'800'000'123}};

Record said(const std::string& from, const std::string& text, bool is_value = false) {
  Record record;
  record.type = "msg";
  record.id = "m-" + text;
  record.time = now;
  record.from = from;
  record.is_value = is_value;
  record.members["text"] = text;
  return record;
}

/// One run of the gateway on a store that all runs share.
struct GatewayRun {
  GatewayRun(test::MemoryStore& store, std::string epoch, std::size_t records = 100)
      : store{store}, hub{{std::move(epoch), "/isthmus/ws.example.org"}, {.records = records}, alarms} {
    kept.resume(hub, records, now);
  }
  /// What was queued is on disk, and then the process is gone: nothing says that the run has ended.
  void kill() {
    io.run();
    const auto settings = store.all_settings;
    const auto rows = store.rows;
    is_killed = true;
    at_death = {settings, rows};
  }
  ~GatewayRun() {
    if (!is_killed) io.run();
  }

  std::vector<std::string> texts(std::string_view cursor) const {
    const auto place = parse_cursor(hub.instance(), cursor);
    std::vector<std::string> all;
    for (const auto& record : hub.history().after(place->seq, 1'000, [](const Record&) { return true; })) {
      all.push_back(record->is_break() ? "break" : std::string{record->members.at("text").as_string()});
    }
    return all;
  }
  std::vector<std::string> values() const {
    std::vector<std::string> all;
    for (const auto& record : hub.history().values([](const Record&) { return true; }))
      all.push_back(record->from + "=" + std::string{record->members.at("text").as_string()});
    return all;
  }

  test::MemoryStore& store;
  boost::asio::io_context io{1};
  Turn turn{io.get_executor(), [] {}};
  Counters counters;
  Alarms alarms;
  Hub hub;
  KeptHistory kept{store, turn, counters};
  bool is_killed = false;
  std::pair<std::vector<Setting>, std::vector<ArchiveRow>> at_death;
};

class KeptHistoryTest : public testing::Test {
 protected:
  /// Ends `run` as a kill does.
  void kill(std::unique_ptr<GatewayRun> run) {
    run->kill();
    const auto left = run->at_death;
    run.reset();
    store.all_settings = left.first;
    store.rows = left.second;
  }
  std::unique_ptr<GatewayRun> start(const std::string& epoch, std::size_t records = 100) {
    return std::make_unique<GatewayRun>(store, epoch, records);
  }

  test::MemoryStore store;
};

TEST(StoredRecord, IsReadAsItWasWritten) {
  const Instance instance{"e7", "/isthmus/ws.example.org"};
  Record record = said("ws:plant/temp", "21.5", true);
  record.seq = 41;
  record.to = "ws:hall";
  record.members["value"] = 21.5;
  record.members["user"] = boost::json::object{{"nick", "juliet \"cursor\":\"e7-41\""}};
  const auto stored = to_stored(record, instance);
  EXPECT_EQ(stored.find(R"("cursor":"e7-41",)"), std::string::npos) << stored;
  const auto read = from_stored(stored, 41);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read->text(Format::native, instance), *record.text(Format::native, instance));
  EXPECT_TRUE(read->is_value);
  EXPECT_EQ(read->to, "ws:hall");
}

TEST(StoredRecord, WhatThisVersionDoesNotKnowIsNone) {
  for (const auto* text : {"", "{}", "[]", R"({"value":1,"frame":{}})", R"({"value":true,"frame":{"t":"msg"}})",
                           R"({"value":true,"frame":{"t":"hologram","time":"2026-11-22T07:40:11.204Z"}})"})
    EXPECT_FALSE(from_stored(text, 1)) << text;
}

TEST_F(KeptHistoryTest, ACursorHoldsOverARestart) {
  auto run = start("e1");
  for (const auto* text : {"a", "b", "c"}) run->hub.publish(said("ws:plant", text));
  run.reset();
  run = start("e2");
  EXPECT_THAT(run->texts("e1-1"), ElementsAre("b", "c"));
  run->hub.publish(said("ws:plant", "d"));
  EXPECT_THAT(run->texts("e1-2"), ElementsAre("c", "d"));
  EXPECT_THAT(run->texts("e2-3"), ElementsAre("d"));
  run.reset();
  run = start("e3");
  EXPECT_THAT(run->texts("e1-3"), ElementsAre("d"));
  EXPECT_THAT(run->texts("e2-4"), IsEmpty());
}

TEST_F(KeptHistoryTest, ACursorOfAnotherStoreIsOfElsewhere) {
  const auto run = start("e1");
  EXPECT_EQ(parse_cursor(run->hub.instance(), "e9-3"), (Cursor{.is_elsewhere = true}));
  EXPECT_EQ(parse_cursor(run->hub.instance(), "e1-3"), Cursor{3});
  EXPECT_FALSE(parse_cursor(run->hub.instance(), "nonsense"));
}

TEST_F(KeptHistoryTest, AfterAKillABreakSaysThatSomethingMayBeMissing) {
  auto run = start("e1");
  for (const auto* text : {"a", "b", "c"}) run->hub.publish(said("ws:plant", text));
  kill(std::move(run));
  store.rows.pop_back();  // "c" was told to clients, and did not reach the disk
  run = start("e2");
  run->hub.publish(said("ws:plant", "d"));
  EXPECT_THAT(run->texts("e1-1"), ElementsAre("b", "break", "d"));
  EXPECT_THAT(run->texts("e1-3"), ElementsAre("break", "d")) << "who knows what is lost goes on behind it";
  kill(std::move(run));
  run = start("e3");
  EXPECT_THAT(run->texts("e1-1"), ElementsAre("b", "break", "d", "break"));
  EXPECT_EQ(run->hub.history().newest(9, [](const Record& one) { return !one.is_break(); }).size(), 3U);
}

TEST_F(KeptHistoryTest, ABreakIsAGapInEachFormatThatHasOne) {
  Record record = break_record(now);
  record.seq = 4;
  const Instance instance{"e7", "/isthmus/ws.example.org"};
  EXPECT_EQ(*record.text(Format::native, instance),
            R"({"t":"gap","from":"e7-3","to":"e7-4","count":0,"reason":"expired"})");
  EXPECT_NE(record.text(Format::cloudevents, instance)->find("org.isthmus.gap.v1"), std::string::npos);
  EXPECT_EQ(*record.text(Format::flat, instance), "");
}

TEST_F(KeptHistoryTest, WhatTheStoreDidNotTakeIsForgottenWithAllBefore) {
  auto run = start("e1");
  for (const auto* text : {"a", "b", "c", "d"}) run->hub.publish(said("ws:plant", text));
  run.reset();
  store.rows.erase(store.rows.begin() + 1);
  run = start("e2");
  EXPECT_EQ(run->hub.history().forgotten(), 2U);
  EXPECT_THAT(run->texts("e1-2"), ElementsAre("c", "d"));
  run.reset();
  store.rows.clear();
  run = start("e3");
  EXPECT_EQ(run->hub.history().forgotten(), 4U) << "the run said where it ended";
  run->hub.publish(said("ws:plant", "e"));
  EXPECT_THAT(run->texts("e2-4"), ElementsAre("e"));
}

TEST_F(KeptHistoryTest, LastValuesOutliveTheirRecords) {
  auto run = start("e1", 2);
  run->hub.publish(said("ws:plant/door", "open", true));
  for (const auto* text : {"1", "2", "3"}) run->hub.publish(said("ws:plant/temp", text, true));
  run.reset();
  run = start("e2", 2);
  EXPECT_THAT(run->values(), ElementsAre("ws:plant/door=open", "ws:plant/temp=3"));
  run->hub.publish(said("ws:plant/door", "shut", true));
  run.reset();
  EXPECT_TRUE(std::ranges::none_of(store.all_settings, [](const Setting& one) { return one.key == "value"; }));
  run = start("e3", 2);
  EXPECT_THAT(run->values(), ElementsAre("ws:plant/door=shut", "ws:plant/temp=3"));
}

TEST_F(KeptHistoryTest, KnowsWhoHasReadHowFar) {
  auto run = start("e1");
  run->hub.publish(said("ws:plant", "a"));
  EXPECT_EQ(run->kept.read_by("dash"), 0U);
  run->kept.set_read_by("dash", 1);
  run.reset();
  run = start("e2");
  EXPECT_EQ(run->kept.read_by("dash"), 1U);
  EXPECT_EQ(run->kept.read_by("panel"), 0U);
}

TEST_F(KeptHistoryTest, OnlyTheNewestRunsAreRemembered) {
  for (std::size_t i = 0; i <= KeptHistory::most_runs; ++i) start("e" + std::to_string(1'000 + i)).reset();
  const auto run = start("e9");
  EXPECT_TRUE(parse_cursor(run->hub.instance(), "e1000-0")->is_elsewhere);
  EXPECT_FALSE(parse_cursor(run->hub.instance(), "e1100-0")->is_elsewhere);
  EXPECT_LE(store.all_settings.size(), KeptHistory::most_runs);
}

}  // namespace
}  // namespace isthmus::websocket
