#include "gateway/store/sqlite_worker.hpp"

#include <soci/sqlite3/soci-sqlite3.h>
#include <sqlite3.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <iterator>
#include <utility>

#include "gateway/store/migrations.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;

constexpr auto batch_time = 50ms;  // how long a change waits for others to be committed with it
constexpr std::size_t batch_size = 1'000;
constexpr auto retry_pause = 1s;
constexpr int lock_timeout = 2;  // seconds, for another process that has the file locked

/// True when no change would fare better: the disk is full, the file is locked, damaged or gone.
bool is_of_the_disk(const std::exception& failure) {
  const auto* of_sqlite = dynamic_cast<const soci::sqlite3_soci_error*>(&failure);
  if (of_sqlite == nullptr) return false;
  switch (of_sqlite->result() & 0xff) {  // the primary code, without what extends it
    case SQLITE_BUSY:
    case SQLITE_CANTOPEN:
    case SQLITE_CORRUPT:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_LOCKED:
    case SQLITE_NOMEM:
    case SQLITE_NOTADB:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_READONLY: return true;
    default: return false;
  }
}

}  // namespace

SqliteWorker::SqliteWorker(const std::string& path, boost::asio::any_io_executor loop,
                           std::function<void(std::string)> troubled)
    : loop_{std::move(loop)},
      troubled_{std::make_shared<std::function<void(std::string)>>(std::move(troubled))},
      sql_{soci::sqlite3, "db=\"" + path + "\" timeout=" + std::to_string(lock_timeout)} {
  sql_ << "PRAGMA journal_mode = WAL";
  sql_ << "PRAGMA synchronous = FULL";  // what was answered for must outlive a power cut, not only this process
  sql_ << "PRAGMA foreign_keys = ON";
  migrate(sql_, path);
  thread_ = std::jthread{[this](const std::stop_token& stop) { work(stop); }};
}

SqliteWorker::~SqliteWorker() { stop(); }

void SqliteWorker::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
}

bool SqliteWorker::write(Write change) {
  bool is_first = false;
  {
    const std::scoped_lock lock{mutex_};
    if (waiting_.writes.size() >= Store::max_waiting) {
      is_first = !std::exchange(gave_up_, true);
    } else {
      const bool is_awaited = waiting_.empty();
      waiting_.writes.push_back(std::move(change));
      // While a batch gathers, nobody need be woken for more of it.
      if (is_awaited || waiting_.writes.size() == batch_size) wake_.notify_one();
      return true;
    }
  }
  if (is_first) report("too many changes wait for the disk: new ones are given up");
  return false;
}

void SqliteWorker::read(Read question) {
  const std::scoped_lock lock{mutex_};
  waiting_.reads.push_back(std::move(question));
  wake_.notify_one();
}

void SqliteWorker::when_committed(std::function<void(bool)> done) {
  const std::scoped_lock lock{mutex_};
  waiting_.committed.push_back({waiting_.writes.size(), !std::exchange(gave_up_, false), std::move(done)});
  wake_.notify_one();
}

void SqliteWorker::report(std::string text) {
  // The callback outlives the store, which may end while it waits on the loop.
  boost::asio::post(loop_, [troubled = troubled_, text = std::move(text)] { (*troubled)(text); });
}

void SqliteWorker::work(const std::stop_token& stop) {
  Batch batch;
  while (!stop.stop_requested() || has_waiting()) {
    take(batch, stop);
    if (batch.empty()) continue;
    const bool is_taken = commit(batch);
    answer(batch.reads);
    if (is_taken) continue;
    if (stop.stop_requested()) return;  // the disk had its chance
    put_back(batch);
    std::unique_lock lock{mutex_};
    wake_.wait_for(lock, stop, retry_pause, [this] { return !waiting_.reads.empty(); });
  }
}

bool SqliteWorker::has_waiting() {
  const std::scoped_lock lock{mutex_};
  return !waiting_.empty();
}

/// Waits until there is something to do, and for more of it; whoever asks waits for nobody.
void SqliteWorker::take(Batch& batch, const std::stop_token& stop) {
  std::unique_lock lock{mutex_};
  wake_.wait(lock, stop, [this] { return !waiting_.empty(); });
  wake_.wait_for(lock, stop, batch_time,
                 [this] { return waiting_.writes.size() >= batch_size || !waiting_.reads.empty(); });
  const auto count = static_cast<std::ptrdiff_t>(waiting_.reads.empty() ? std::min(waiting_.writes.size(), batch_size)
                                                                        : waiting_.writes.size());
  std::move(waiting_.writes.begin(), waiting_.writes.begin() + count, std::back_inserter(batch.writes));
  waiting_.writes.erase(waiting_.writes.begin(), waiting_.writes.begin() + count);
  std::ptrdiff_t covered = 0;  // by what was taken
  for (auto& one : waiting_.committed) {
    if (one.after <= static_cast<std::size_t>(count)) {
      ++covered;
    } else {
      one.after -= static_cast<std::size_t>(count);
    }
  }
  std::move(waiting_.committed.begin(), waiting_.committed.begin() + covered, std::back_inserter(batch.committed));
  waiting_.committed.erase(waiting_.committed.begin(), waiting_.committed.begin() + covered);
  batch.reads = std::exchange(waiting_.reads, {});
}

/// What could not be committed comes first again.
void SqliteWorker::put_back(Batch& batch) {
  const std::scoped_lock lock{mutex_};
  for (auto& later : waiting_.committed) later.after += batch.writes.size();
  std::move(waiting_.committed.begin(), waiting_.committed.end(), std::back_inserter(batch.committed));
  waiting_.committed = std::exchange(batch.committed, {});
  std::move(waiting_.writes.begin(), waiting_.writes.end(), std::back_inserter(batch.writes));
  waiting_.writes = std::exchange(batch.writes, {});
}

/// All changes, or none of them; a change that is bad in itself is given up. False when the disk did not take them.
bool SqliteWorker::commit(Batch& batch) {
  while (!batch.writes.empty()) {
    std::size_t at = 0;
    try {
      const std::scoped_lock lock{database_};
      soci::transaction whole{sql_};
      for (at = 0; at < batch.writes.size(); ++at) batch.writes[at](sql_);
      whole.commit();
      batch.writes.clear();
    } catch (const std::exception& failure) {
      forget_();
      if (is_of_the_disk(failure) || at == batch.writes.size()) {
        on_disk_failure(failure.what());
        return false;
      }
      report(std::string{"a change was given up: "} + failure.what());
      batch.writes.erase(batch.writes.begin() + static_cast<std::ptrdiff_t>(at));
      for (auto& committed : batch.committed) {
        if (committed.after <= at) continue;
        --committed.after;
        committed.is_whole = false;
      }
    }
  }
  if (!std::exchange(last_failure_, {}).empty()) report("the disk takes changes again");
  for (auto& committed : batch.committed)
    boost::asio::post(loop_, [done = std::move(committed.done), is_whole = committed.is_whole] { done(is_whole); });
  batch.committed.clear();
  return true;
}

void SqliteWorker::answer(std::deque<Read>& reads) {
  for (auto& question : reads) {
    std::unique_lock lock{database_};
    auto done = question(sql_);
    lock.unlock();
    boost::asio::post(loop_, std::move(done));
  }
  reads.clear();
}

/// Says the same once, not every second.
void SqliteWorker::on_disk_failure(const std::string& text) {
  if (std::exchange(last_failure_, text) != text)
    report("the disk did not take a change, which is tried again: " + text);
}

}  // namespace isthmus
