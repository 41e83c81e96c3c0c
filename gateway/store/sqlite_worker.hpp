#pragma once
// The thread that owns the SQLite file. Changes are queued and committed together; questions are answered in between.
// Each table is a file of its own that says what is to be done in SQL, as functions of the session.
#include <soci/soci.h>

#include <boost/asio/any_io_executor.hpp>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gateway/store/store.hpp"

namespace isthmus {

class SqliteWorker {
 public:
  /// A change. It may be called again when the disk did not take it, so it keeps what it needs. A soci::soci_error that
  /// is not the disk's gives up this change alone.
  using Write = std::move_only_function<void(soci::session&) const>;

  /// Opens the file and brings it up to date (migrate()). Throws std::exception. `troubled` is called on the loop.
  SqliteWorker(const std::string& path, boost::asio::any_io_executor loop, std::function<void(std::string)> troubled);
  ~SqliteWorker();
  SqliteWorker(const SqliteWorker&) = delete;
  SqliteWorker& operator=(const SqliteWorker&) = delete;

  // From the loop; none of these waits.
  /// Queues a change; false when Store::max_waiting wait already: it is given up, and the next when_committed() says
  /// so.
  bool write(Write change);
  void when_committed(std::function<void(bool)> done);
  /// `forget` is called on the store's thread whenever changes were made and taken back, so that nobody relies on what
  /// they said. Before the first change.
  void on_rollback(std::function<void()> forget) { forget_ = std::move(forget); }
  /// Commits what waits, if the disk takes it, and ends the thread: now() may still be called, nothing else.
  void stop();
  /// Has `question` answered on the store's thread, after all changes that were queued before, and gives `answer` to
  /// the loop: nullopt when it could not be, which is reported.
  template <class T>
  void ask(std::move_only_function<T(soci::session&)> question,
           std::move_only_function<void(std::optional<T>)> answer) {
    read([this, question = std::move(question), answer = std::move(answer)](soci::session& sql) mutable -> Done {
      std::optional<T> found;
      try {
        found = question(sql);
      } catch (const std::exception& failure) {
        report(std::string{"a question could not be answered: "} + failure.what());
      }
      return [answer = std::move(answer), found = std::move(found)]() mutable { answer(std::move(found)); };
    });
  }

  /// For what is read once, before the loop runs: the session is the caller's until `use` returns.
  template <class Use>
  auto now(Use use) {
    const std::scoped_lock lock{database_};
    return use(sql_);
  }

  /// From any thread: `text` goes to `troubled`.
  void report(std::string text);

 private:
  using Done = std::move_only_function<void()>;  // for the loop
  using Read = std::move_only_function<Done(soci::session&)>;
  struct Committed {
    std::size_t after;  // so many changes of the batch come before
    bool is_whole;
    std::function<void(bool)> done;
  };
  struct Batch {
    std::deque<Write> writes;
    std::vector<Committed> committed;
    std::deque<Read> reads;
    bool empty() const { return writes.empty() && committed.empty() && reads.empty(); }
  };

  void work(const std::stop_token& stop);
  void read(Read question);
  bool has_waiting();
  void take(Batch& batch, const std::stop_token& stop);
  void put_back(Batch& batch);
  bool commit(Batch& batch);
  void answer(std::deque<Read>& reads);
  void on_disk_failure(const std::string& text);

  boost::asio::any_io_executor loop_;
  std::shared_ptr<std::function<void(std::string)>> troubled_;
  std::mutex database_;  // whoever uses sql_
  soci::session sql_;
  std::function<void()> forget_ = [] {};
  std::string last_failure_;  // of the disk; empty while it takes what comes. The thread's own
  std::mutex mutex_;          // waiting_, gave_up_
  std::condition_variable_any wake_;
  Batch waiting_;
  bool gave_up_ = false;  // a change, since the last when_committed()
  std::jthread thread_;
};

}  // namespace isthmus
