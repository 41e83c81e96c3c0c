// What the archive costs: rows of 100 rooms through the store, as many committed together as are when 25,000 come a
// second, as against a bare loop of a prepared SQLite insert of the same rows into the same tables, and a page from the
// middle of a million rows that nobody has looked at yet.
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/sqlite_store.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t in_a_turn = 100;     // rows that the loop hands over at once
constexpr std::size_t in_a_batch = 1'250;  // rows that are committed together: 25,000 a second for 50 ms
constexpr std::size_t rooms = 100;         // in which something is said in turn
constexpr std::size_t senders = 100;
constexpr const char* reader = "juliet@example.org";

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

ArchiveRow make_row(const ArchivePlacePtr& place, std::size_t i) {
  ArchiveRow row;
  row.place = place;
  row.position = (Position{1'750'000'000'000} << position_bits) + (static_cast<Position>(i) << 12);
  row.id = {i, i * 0x9e3779b97f4a7c15ULL};
  row.sender = fmt::format("nick{}", i % senders);
  row.said.text = fmt::format("message {} of a usual length, as people write them to each other in channels", i);
  return row;
}

/// Everything behind it waits until the store has done what it was given.
class Loop {
 public:
  boost::asio::io_context io{1};
  void commit(Store& store) {
    std::optional<bool> done;
    store.when_committed([&](bool is_whole) { done = is_whole; });
    while (!done) io.run_one();
  }
  ArchivePage read(Store& store, ArchiveQuery query) {
    std::optional<ArchiveAnswer> answer;
    store.read(std::move(query), [&](ArchiveAnswer found) { answer = std::move(found); });
    while (!answer) io.run_one();
    return std::move(**answer);
  }

 private:
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io.get_executor()};
};

std::unique_ptr<Store> open(const std::string& path, Loop& loop) {
  StoreOptions options{.path = path};
  options.troubled = [](const std::string& text) { fmt::print(stderr, "{}\n", text); };
  auto opened = open_sqlite_store(std::move(options), loop.io.get_executor());
  return std::move(*opened);
}

std::vector<ArchivePlacePtr> make_places(std::size_t count) {
  std::vector<ArchivePlacePtr> places;
  for (std::size_t i = 0; i < count; ++i)
    places.push_back(std::make_shared<const ArchivePlace>(
        ArchivePlace{{}, "irc", "net", i == 0 ? "#hall" : fmt::format("#hall{}", i)}));
  return places;
}

/// Seconds of CPU for each row, through the store.
double through_the_store(const std::string& path, std::size_t rows, std::size_t place_count, std::size_t in_a_commit) {
  Loop loop;
  const auto store = open(path, loop);
  const auto places = make_places(place_count);
  ArchiveBatch visit;
  visit.ended.push_back({places.front(), reader, 0, last_position - 1, {}});
  const double before = cpu_seconds();
  for (std::size_t i = 0; i < rows;) {
    ArchiveBatch batch;
    const std::size_t most = std::min(in_a_turn, in_a_commit - i % in_a_commit);
    for (std::size_t n = 0; n < most && i < rows; ++n, ++i)
      batch.rows.push_back(make_row(places[i % places.size()], i));
    if (!store->add(std::move(batch))) std::abort();
    if (i % in_a_commit == 0) loop.commit(*store);
  }
  loop.commit(*store);
  const double used = cpu_seconds() - before;
  store->add(std::move(visit));
  loop.commit(*store);
  return used / static_cast<double>(rows);
}

void must(int result, sqlite3* file) {
  if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW) return;
  fmt::print(stderr, "{}\n", sqlite3_errmsg(file));
  std::abort();
}

/// The same by SQLite alone: one prepared statement, as many rows a transaction.
double bare(const std::string& path, std::size_t rows) {
  {
    Loop loop;
    open(path, loop);  // makes the tables
  }
  sqlite3* file = nullptr;
  must(sqlite3_open(path.c_str(), &file), file);
  const auto run = [&](const char* sql) { must(sqlite3_exec(file, sql, nullptr, nullptr, nullptr), file); };
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
  for (std::size_t i = 1; i <= rooms; ++i)
    run(fmt::format("INSERT INTO places (id, adapter, network, native) VALUES ({}, 'irc', 'net', '#hall{}')", i, i)
            .c_str());
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(file,
                          "INSERT INTO archive (place, position, number, id, sender, account, author, author_id, kind, "
                          "text, rest) VALUES (?, ?, ?, ?, ?, '', NULL, '', 0, ?, '')",
                          -1, &insert, nullptr),
       file);
  const auto place = std::make_shared<const ArchivePlace>();
  const double before = cpu_seconds();
  for (std::size_t i = 0; i < rows; ++i) {
    if (i % in_a_batch == 0) run("BEGIN");
    const auto row = make_row(place, i);
    const auto id = to_hex(row.id);
    const auto bind = [&](int at, std::string_view text) {
      must(sqlite3_bind_text(insert, at, text.data(), static_cast<int>(text.size()), SQLITE_STATIC), file);
    };
    must(sqlite3_bind_int64(insert, 1, static_cast<std::int64_t>(i % rooms) + 1), file);
    must(sqlite3_bind_int64(insert, 2, row.position), file);
    must(sqlite3_bind_int64(insert, 3, static_cast<std::int64_t>(i / rooms) + 1), file);
    bind(4, {id.data(), id.size()});
    bind(5, row.sender);
    bind(6, row.said.text);
    must(sqlite3_step(insert), file);
    sqlite3_reset(insert);
    if (i % in_a_batch == in_a_batch - 1 || i + 1 == rows) run("COMMIT");
  }
  const double used = cpu_seconds() - before;
  sqlite3_finalize(insert);
  sqlite3_close(file);
  return used / static_cast<double>(rows);
}

/// A row of the archive as its columns are.
struct Columns {
  std::array<std::int64_t, 4> numbers{};  // place, position, number, kind
  std::optional<std::int64_t> author;
  std::array<std::string, 6> texts;  // id, sender, account, author_id, text, rest
};

std::vector<Columns> next_rows(sqlite3_stmt* select, sqlite3* file) {
  std::vector<Columns> rows;
  while (rows.size() < in_a_batch) {
    const int step = sqlite3_step(select);
    must(step, file);
    if (step != SQLITE_ROW) break;
    Columns& row = rows.emplace_back();
    for (int i = 0; i < 4; ++i) row.numbers[static_cast<std::size_t>(i)] = sqlite3_column_int64(select, i);
    if (sqlite3_column_type(select, 4) != SQLITE_NULL) row.author = sqlite3_column_int64(select, 4);
    for (int i = 0; i < 6; ++i) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(select, 5 + i));
      row.texts[static_cast<std::size_t>(i)] = text == nullptr ? "" : text;
    }
  }
  return rows;
}

void insert_rows(sqlite3* file, sqlite3_stmt* insert, const std::vector<Columns>& rows) {
  must(sqlite3_exec(file, "BEGIN", nullptr, nullptr, nullptr), file);
  for (const Columns& row : rows) {
    for (int i = 0; i < 4; ++i) must(sqlite3_bind_int64(insert, 1 + i, row.numbers[static_cast<std::size_t>(i)]), file);
    must(row.author ? sqlite3_bind_int64(insert, 5, *row.author) : sqlite3_bind_null(insert, 5), file);
    for (int i = 0; i < 6; ++i) {
      const auto& text = row.texts[static_cast<std::size_t>(i)];
      must(sqlite3_bind_text(insert, 6 + i, text.data(), static_cast<int>(text.size()), SQLITE_STATIC), file);
    }
    must(sqlite3_step(insert), file);
    sqlite3_reset(insert);
  }
  must(sqlite3_exec(file, "COMMIT", nullptr, nullptr, nullptr), file);
}

/// Inserts all that the store at `source` has archived into a store of its own at `target`, by SQLite alone: what that
/// costs is what a gateway would have to pay at the least that archived those rows.
int copy_bare(const std::string& source, const std::string& target) {
  {
    Loop loop;
    open(target, loop);  // makes the tables
  }
  sqlite3* from = nullptr;
  sqlite3* file = nullptr;
  must(sqlite3_open_v2(source.c_str(), &from, SQLITE_OPEN_READONLY, nullptr), from);
  must(sqlite3_open(target.c_str(), &file), file);
  const auto run = [&](const std::string& sql) {
    must(sqlite3_exec(file, sql.c_str(), nullptr, nullptr, nullptr), file);
  };
  run("PRAGMA journal_mode = WAL");
  run("PRAGMA synchronous = FULL");
  run("PRAGMA foreign_keys = ON");
  run("ATTACH '" + source + "' AS source");
  run("INSERT OR IGNORE INTO users SELECT * FROM source.users");
  run("INSERT INTO places SELECT * FROM source.places");
  run("DETACH source");
  sqlite3_stmt* select = nullptr;
  sqlite3_stmt* insert = nullptr;
  must(sqlite3_prepare_v2(from,
                          "SELECT place, position, number, kind, author, id, sender, account, author_id, text, rest "
                          "FROM archive ORDER BY position",  // as they came
                          -1, &select, nullptr),
       from);
  must(sqlite3_prepare_v2(file,
                          "INSERT INTO archive (place, position, number, kind, author, id, sender, account, author_id, "
                          "text, rest) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                          -1, &insert, nullptr),
       file);
  double used = 0;
  std::size_t count = 0;
  for (bool is_last = false; !is_last;) {
    const auto rows = next_rows(select, from);
    is_last = rows.size() < in_a_batch;  // asked again, it would begin anew
    const double before = cpu_seconds();
    insert_rows(file, insert, rows);
    used += cpu_seconds() - before;
    count += rows.size();
  }
  sqlite3_finalize(select);
  sqlite3_finalize(insert);
  sqlite3_close(from);
  sqlite3_close(file);
  fmt::print("{{\"rows\": {}, \"cpu_us_per_row\": {:.3f}}}\n", count, used * 1e6 / static_cast<double>(count));
  return 0;
}

/// Out of the system's cache, as far as it lets go of it.
void forget_file(const std::string& path) {
  for (const auto* ending : {"", "-wal"}) {
    const int file = ::open((path + ending).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    ::fdatasync(file);
    ::posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
    ::close(file);
  }
}

void time_page(const std::string& path, const char* name, const std::function<void(ArchiveQuery&)>& narrow) {
  forget_file(path);
  Loop loop;
  const auto store = open(path, loop);
  ArchiveQuery query;
  query.place = {{}, "irc", "net", "#hall"};
  query.reader = reader;
  query.max = 100;
  narrow(query);
  const auto begin = Clock::now();
  const auto page = loop.read(*store, query);
  const std::chrono::duration<double, std::milli> taken = Clock::now() - begin;
  fmt::print("{:<28} {:6.1f} ms  ({} rows from {} of {})\n", name, taken.count(), page.rows.size(), page.first,
             page.total);
}

int measure(std::size_t rows, std::size_t archived) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("isthmus-bench-{}", ::getpid());
  std::filesystem::create_directories(folder);
  double best_bare = 1;
  double best_store = 1;
  for (int round = 0; round < 3; ++round) {
    best_bare = std::min(best_bare, bare(folder / fmt::format("bare{}.db", round), rows));
    best_store =
        std::min(best_store, through_the_store(folder / fmt::format("store{}.db", round), rows, rooms, in_a_batch));
  }
  fmt::print("a bare prepared insert       {:6.2f} us of CPU a row\n", best_bare * 1e6);
  fmt::print("through the store            {:6.2f} us of CPU a row ({:.2f} times that)\n", best_store * 1e6,
             best_store / best_bare);
  const std::string path = folder / "large.db";
  through_the_store(path, archived, 1, 20'000);
  const auto middle = [&](std::size_t i) {
    const auto hex = to_hex(make_row({}, i).id);
    return std::string{hex.data(), hex.size()};
  };
  time_page(path, "100 rows after the middle", [&](ArchiveQuery& query) { query.after = middle(archived / 2); });
  time_page(path, "100 rows before the middle", [&](ArchiveQuery& query) { query.before = middle(archived / 2); });
  time_page(path, "with before-id", [&](ArchiveQuery& query) {
    query.before_id = middle(archived / 2);
    query.before = "";
  });
  time_page(path, "with one sender", [&](ArchiveQuery& query) {
    query.sender = "nick7";
    query.from = make_row({}, archived / 2).position;
  });
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace isthmus

/// ROWS to compare with (100,000 unless given), ROWS of the archive to page in (1,000,000). Or: bare SOURCE TARGET,
/// what the rows of the store SOURCE cost by SQLite alone, in a store TARGET that there is not yet.
int main(int argc, char** argv) {
  if (argc == 4 && std::string_view{argv[1]} == "bare") return isthmus::copy_bare(argv[2], argv[3]);
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  return isthmus::measure(number(1, 100'000), number(2, 1'000'000));
}
