#include "gateway/store/sqlite_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class SqliteStoreTest : public testing::Test {
 protected:
  SqliteStoreTest() {
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    options.path = folder / "isthmus.db";
    options.troubled = [this](std::string text) { troubles.push_back(std::move(text)); };
  }
  ~SqliteStoreTest() override {
    store.reset();
    std::filesystem::remove_all(folder);
  }

  void open() {
    store.reset();
    auto opened = open_sqlite_store(options, io.get_executor());
    ASSERT_TRUE(opened.has_value()) << opened.error();
    store = std::move(*opened);
  }
  std::string why_not() {
    store.reset();
    auto opened = open_sqlite_store(options, io.get_executor());
    return opened.has_value() ? "it was opened" : opened.error();
  }
  /// Waits until everything is on disk.
  bool commit() {
    bool is_done = false;
    store->when_committed([&](bool is_whole) { is_done = is_whole; });
    return until([&] { return is_done; });
  }
  bool until(const std::function<bool()>& is_done) {
    const auto limit = std::chrono::steady_clock::now() + 20s;
    while (!is_done() && std::chrono::steady_clock::now() < limit) {
      io.restart();
      io.run_for(5ms);
    }
    return is_done();
  }
  static std::vector<Setting> sorted(std::vector<Setting> settings) {
    std::ranges::sort(settings, {}, [](const Setting& it) { return it.owner + it.place + it.key; });
    return settings;
  }
  std::string content() const {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
      std::ifstream file{entry.path(), std::ios::binary};
      all.append(std::istreambuf_iterator<char>{file}, {});
    }
    return all;
  }

  std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"isthmus-store-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  boost::asio::io_context io{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard{io.get_executor()};
  StoreOptions options;
  std::vector<std::string> troubles;
  std::unique_ptr<Store> store;
};

const Setting nick{"juliet@example.org", "irc", "irc.example.net", "nick", "jules"};
const Setting password{"juliet@example.org", "irc", "irc.example.net", "password", "wherefore art thou", true};

TEST_F(SqliteStoreTest, RemembersOverARestart) {
  open();
  store->put(nick);
  store->put(password);
  store->put(StoredSubscription{"juliet@example.org", "romeo%irc.example.net@irc.example.org"});
  ASSERT_TRUE(commit());
  open();
  EXPECT_EQ(sorted(store->settings()), (std::vector{nick, password}));
  EXPECT_THAT(store->subscriptions(),
              ElementsAre(StoredSubscription{"juliet@example.org", "romeo%irc.example.net@irc.example.org"}));
  EXPECT_THAT(troubles, IsEmpty());
}

TEST_F(SqliteStoreTest, WritesWhatWaitsBeforeItEnds) {
  open();
  store->put(nick);
  open();
  EXPECT_THAT(store->settings(), ElementsAre(nick));
}

TEST_F(SqliteStoreTest, ReplacesAndRemovesASetting) {
  open();
  store->put(nick);
  auto other = nick;
  other.value = "julietta";
  store->put(other);
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->settings(), ElementsAre(other));
  other.value.clear();
  store->put(other);
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->settings(), IsEmpty());
}

TEST_F(SqliteStoreTest, ForgetsOneUserAndNoOther) {
  open();
  auto others = nick;
  others.owner = "romeo@example.org";
  store->put(nick);
  store->put(StoredSubscription{nick.owner, "irc.example.org"});
  store->put(others);
  store->forget(nick.owner);
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->settings(), ElementsAre(others));
  EXPECT_THAT(store->subscriptions(), IsEmpty());
}

TEST_F(SqliteStoreTest, RemovesASubscription) {
  open();
  const StoredSubscription one{"juliet@example.org", "a@irc.example.org"};
  const StoredSubscription two{"juliet@example.org", "b@irc.example.org"};
  store->put(one);
  store->put(one);
  store->put(two);
  store->remove(one);
  store->remove(StoredSubscription{"nobody@example.org", "b@irc.example.org"});
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->subscriptions(), ElementsAre(two));
}

TEST_F(SqliteStoreTest, KeepsSecretsUnreadableInTheFile) {
  open();
  store->put(nick);
  store->put(password);
  ASSERT_TRUE(commit());
  EXPECT_THAT(content(), HasSubstr("jules"));
  EXPECT_THAT(content(), testing::Not(HasSubstr("wherefore")));
}

TEST_F(SqliteStoreTest, LeavesOutASecretThatAnotherKeySealed) {
  open();
  store->put(nick);
  store->put(password);
  ASSERT_TRUE(commit());
  options.key.fill(7);
  open();
  EXPECT_THAT(store->settings(), ElementsAre(nick));
  ASSERT_TRUE(until([&] { return !troubles.empty(); }));
  EXPECT_THAT(troubles.front(), HasSubstr("the secret password of juliet@example.org cannot be read"));
  EXPECT_THAT(troubles.front(), testing::Not(HasSubstr("wherefore")));
}

TEST_F(SqliteStoreTest, TakesAnyTextAsAValue) {
  open();
  auto odd = nick;
  odd.value = "'); DROP TABLE users; --\n\"ž\"";
  odd.owner = "o'hara@example.org";
  store->put(odd);
  ASSERT_TRUE(commit());
  open();
  EXPECT_THAT(store->settings(), ElementsAre(odd));
}

TEST_F(SqliteStoreTest, TriesAgainWhatTheDiskDidNotTake) {
  open();
  sqlite3* other = nullptr;  // another program that has the file
  ASSERT_EQ(sqlite3_open(options.path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  store->put(nick);
  EXPECT_TRUE(until([&] { return !troubles.empty(); }));
  EXPECT_THAT(troubles.at(0), HasSubstr("which is tried again: "));
  store->put(Setting{nick.owner, nick.adapter, nick.place, "name", "Juliet"});
  sqlite3_close(other);
  ASSERT_TRUE(commit());
  EXPECT_EQ(store->settings().size(), 2U);
}

TEST_F(SqliteStoreTest, RefusesWhatIsNoDatabase) {
  std::ofstream{options.path} << "Two households, both alike in dignity, in fair Verona, where we lay our scene";
  EXPECT_THAT(why_not(), HasSubstr("isthmus.db cannot be used: "));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsDamagedAndCheckSaysSo) {
  open();
  for (int i = 0; i < 2'000; ++i) store->put(Setting{nick.owner, nick.adapter, std::to_string(i), "nick", "jules"});
  ASSERT_TRUE(commit());
  store.reset();
  EXPECT_EQ(check_sqlite_store(options.path), "");
  const auto size = std::filesystem::file_size(options.path);
  {
    std::fstream file{options.path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(4096);  // behind the first page, which holds the header and the schema
    file << std::string(size - 4096, 'x');
  }
  EXPECT_THAT(why_not(), HasSubstr("isthmus.db cannot be used: "));
  EXPECT_THAT(check_sqlite_store(options.path), HasSubstr("isthmus.db"));
}

TEST_F(SqliteStoreTest, KnowsByWhichIdsSomethingWasSaid) {
  open();
  const auto said = [](std::string id, std::vector<std::string> pieces, int at) {
    StoredIds ids;
    ids.owner = "juliet@example.org";
    ids.adapter = "irc";
    ids.network = "irc.example.net";
    ids.native = "romeo";
    ids.id = std::move(id);
    ids.pieces = std::move(pieces);
    ids.at = SystemTime{std::chrono::hours{480'000} + std::chrono::seconds{at}};
    return ids;
  };
  const auto first = said("x1", {"m1"}, 1);
  const auto second = said("x2", {"m2", "m3", "m4"}, 2);
  const auto third = said("x3", {"m5", "m6"}, 3);
  for (const auto& ids : {first, second, third}) store->put(ids);
  ASSERT_TRUE(commit());
  open();
  const auto newest = [&](std::size_t most) {
    std::optional<std::vector<StoredIds>> found;
    store->read_ids("juliet@example.org", "irc", "irc.example.net", most,
                    [&](std::vector<StoredIds> all) { found = std::move(all); });
    EXPECT_TRUE(until([&] { return found.has_value(); }));
    return found.value_or(std::vector<StoredIds>{});
  };
  EXPECT_THAT(newest(10), ElementsAre(first, second, third));
  EXPECT_THAT(newest(2), ElementsAre(second, third));
  store->trim(second.at, 100);
  ASSERT_TRUE(commit());
  EXPECT_THAT(newest(10), ElementsAre(second, third));
  store->forget("juliet@example.org");
  ASSERT_TRUE(commit());
  EXPECT_THAT(newest(10), IsEmpty());
}

TEST_F(SqliteStoreTest, RefusesAFileInAFolderThatIsNotThere) {
  options.path = folder / "none" / "isthmus.db";
  EXPECT_THAT(why_not(), HasSubstr("cannot be used"));
}

TEST_F(SqliteStoreTest, RefusesAFileOfANewerProgram) {
  open();
  store.reset();
  {
    // The version stands at byte 60 of the file (SQLite's file format, "The Database Header").
    std::fstream file{options.path, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(63);
    file.put(99);
  }
  EXPECT_THAT(why_not(), HasSubstr("newer version of this program (schema 99"));
}

TEST_F(SqliteStoreTest, IsForTheOwnerAlone) {
  open();
  EXPECT_EQ(std::filesystem::status(options.path).permissions() & std::filesystem::perms::others_all,
            std::filesystem::perms::none);
}

TEST_F(SqliteStoreTest, InMemoryKeepsNothing) {
  options.path = ":memory:";
  open();
  store->put(nick);
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->settings(), ElementsAre(nick));
  open();
  EXPECT_THAT(store->settings(), IsEmpty());
}

TEST_F(SqliteStoreTest, WhatADiskThatIsFullDidNotTakeIsWrittenWhenThereIsRoom) {
  open();
  store->put(nick);
  ASSERT_TRUE(commit());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  rlimit full = before;
  full.rlim_cur = std::filesystem::file_size(options.path + "-wal");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  auto large = nick;
  large.key = "commands";
  large.value.assign(100'000, 'x');
  store->put(large);
  const bool is_told = until([&] { return !troubles.empty(); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, ignored);
  ASSERT_TRUE(is_told);
  EXPECT_THAT(troubles.front(), HasSubstr("the disk did not take a change, which is tried again"));
  ASSERT_TRUE(commit());
  EXPECT_THAT(store->settings(), testing::UnorderedElementsAre(nick, large));
  EXPECT_TRUE(until([&] { return troubles.back() == "the disk takes changes again"; }));
}

TEST_F(SqliteStoreTest, AFullQueueGivesUpNewChangesAndSaysSo) {
  open();
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(options.path.c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::size_t taken = 0;
  while (taken < 2 * Store::max_waiting && store->put(nick)) ++taken;
  EXPECT_GE(taken, Store::max_waiting);
  EXPECT_LT(taken, 2 * Store::max_waiting);
  EXPECT_TRUE(
      until([&] { return std::ranges::any_of(troubles, [](const auto& it) { return it.contains("given up"); }); }));
  store.reset();  // while the disk takes nothing: it ends all the same
  sqlite3_close(other);
}

}  // namespace
}  // namespace isthmus
