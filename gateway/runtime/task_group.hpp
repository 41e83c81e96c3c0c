#pragma once
// A growing set of coroutines with an owner that waits for them.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

namespace isthmus {

namespace asio = boost::asio;

class TaskGroup {
 public:
  /// Hears, on the loop, of a task that ended by an exception other than cancellation (asio::error::operation_aborted).
  /// Must not throw.
  using Failed = std::function<void(std::string_view name, std::exception_ptr why)>;

  /// Without `failed` a task that throws ends, and nothing else does.
  explicit TaskGroup(asio::any_io_executor executor, Failed failed = {});
  ~TaskGroup();  // nothing may run any more: call join() first
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts `task`; it runs to its first wait before this returns, if called on the loop. `name` is a literal. After
  /// cancel() the task is not started at all, only destroyed.
  void spawn(std::string_view name, asio::awaitable<void> task);
  /// Asks every task to end, those too that are spawned later.
  void cancel();
  /// Waits until none runs. The wait itself cannot be cancelled: the tasks are what ends it.
  asio::awaitable<void> join();
  std::size_t size() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Runs `body`, a coroutine that takes a TaskGroup&; on every way out cancels what was spawned and waits for it. A
/// cancellation of the caller stays visible to the caller.
template <class Body>
asio::awaitable<void> with_tasks(Body body, TaskGroup::Failed failed = {}) {
  TaskGroup tasks{co_await asio::this_coro::executor, std::move(failed)};
  std::exception_ptr thrown;
  try {
    co_await body(tasks);
  } catch (...) {
    thrown = std::current_exception();
  }
  tasks.cancel();
  // A cancelled coroutine throws at its next co_await, and this one must not. (Resetting the cancellation state instead
  // would hide the cancellation from the caller, whose loop would then go on.)
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await tasks.join();
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (thrown) std::rethrow_exception(thrown);
}

}  // namespace isthmus
