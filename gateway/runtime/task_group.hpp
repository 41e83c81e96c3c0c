#pragma once
// A growing set of coroutines with an owner that waits for them.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>

namespace isthmus {

namespace asio = boost::asio;

class TaskGroup {
 public:
  /// `failed` hears of a task that ended by an exception other than cancellation; its default ends nothing.
  explicit TaskGroup(asio::any_io_executor executor, std::function<void(std::string_view, std::exception_ptr)> failed = {});
  ~TaskGroup();  // nothing may run any more: call join() first
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task`. `name` is a literal.
  void spawn(std::string_view name, asio::awaitable<void> task);
  /// Asks every task to end, those too that are spawned later.
  void cancel();
  /// Waits until none runs.
  asio::awaitable<void> join();
  std::size_t size() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Runs `body` with a group; on every way out cancels what was spawned and waits for it.
template <class Body>
asio::awaitable<void> with_tasks(Body body) {
  TaskGroup tasks{co_await asio::this_coro::executor};
  std::exception_ptr failed;
  try {
    co_await body(tasks);
  } catch (...) {
    failed = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  tasks.cancel();
  co_await tasks.join();
  if (failed) std::rethrow_exception(failed);
}

}  // namespace isthmus
