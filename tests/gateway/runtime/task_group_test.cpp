#include "gateway/runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using support::run;
using support::run_ready;
using Timer = asio::steady_timer;

// Waits for ever, and says in `log` how it ended.
asio::awaitable<void> wait_for_ever(std::string name, std::vector<std::string>& log) {
  Timer timer{co_await asio::this_coro::executor, Timer::time_point::max()};
  try {
    co_await timer.async_wait(asio::use_awaitable);
  } catch (const boost::system::system_error& error) {
    log.push_back(name + (error.code() == asio::error::operation_aborted ? " cancelled" : " failed"));
    throw;
  }
}

asio::awaitable<void> pass() {
  auto executor = co_await asio::this_coro::executor;
  co_await asio::post(executor, asio::use_awaitable);
}

asio::awaitable<void> fail(std::string why) {
  co_await pass();
  throw std::runtime_error{why};
}

TEST(WithTasks, CancelsAndJoinsWhenTheBodyReturns) {
  asio::io_context loop;
  std::vector<std::string> log;
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("a", wait_for_ever("a", log));
    tasks.spawn("b", wait_for_ever("b", log));
    co_await pass();
  };
  run(loop, with_tasks(body));
  EXPECT_EQ(log, (std::vector<std::string>{"a cancelled", "b cancelled"}));
}

TEST(WithTasks, CancelsAndJoinsWhenTheBodyThrows) {
  asio::io_context loop;
  std::vector<std::string> log;
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("a", wait_for_ever("a", log));
    co_await fail("body");
  };
  EXPECT_THROW(run(loop, with_tasks(body)), std::runtime_error);
  EXPECT_EQ(log, std::vector<std::string>{"a cancelled"});
}

TEST(WithTasks, WaitsForATaskThatTakesItsTimeToEnd) {
  asio::io_context loop;
  bool said_goodbye = false;
  const auto polite = [](bool& done) -> asio::awaitable<void> {
    std::vector<std::string> log;
    co_await asio::this_coro::throw_if_cancelled(false);
    try {
      co_await wait_for_ever("polite", log);
    } catch (const boost::system::system_error&) {
      done = false;  // a catch block cannot wait
    }
    for (int i = 0; i < 10; ++i) co_await pass();
    done = true;
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("polite", polite(said_goodbye));
    co_return;
  };
  run(loop, with_tasks(body));
  EXPECT_TRUE(said_goodbye);
}

// A reconnect loop must end when it is cancelled, though with_tasks() itself cannot be hurried.
TEST(WithTasks, LeavesTheCallersCancellationVisible) {
  asio::io_context loop;
  std::vector<std::string> log;
  int rounds = 0;
  const auto reconnect = [](std::vector<std::string>& said, int& count) -> asio::awaitable<void> {
    for (;;) {
      ++count;
      try {
        co_await with_tasks([&](TaskGroup& tasks) -> asio::awaitable<void> {
          tasks.spawn("session", wait_for_ever("session", said));
          co_await wait_for_ever("body", said);
        });
      } catch (const boost::system::system_error&) {
        said.emplace_back("lost");
      }
      co_await pass();
    }
  };
  asio::cancellation_signal cancellation;
  bool ended = false;
  asio::co_spawn(loop, reconnect(log, rounds),
                 asio::bind_cancellation_slot(cancellation.slot(), [&](std::exception_ptr) { ended = true; }));
  run_ready(loop);
  EXPECT_FALSE(ended);
  cancellation.emit(asio::cancellation_type::terminal);
  run_ready(loop);
  EXPECT_TRUE(ended);
  EXPECT_EQ(rounds, 1);
  EXPECT_EQ(log, (std::vector<std::string>{"body cancelled", "session cancelled", "lost"}));
}

TEST(WithTasks, CanBeCancelledInEveryRoundOfALoop) {
  asio::io_context loop;
  std::vector<std::string> log;
  const auto twice = [](std::vector<std::string>& said) -> asio::awaitable<void> {
    const auto nothing = [](TaskGroup&) -> asio::awaitable<void> { co_return; };
    co_await with_tasks(nothing);
    co_await wait_for_ever("afterwards", said);  // still within reach of the caller's cancellation
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("twice", twice(log));
    co_await pass();
  };
  run(loop, with_tasks(body));
  EXPECT_EQ(log, std::vector<std::string>{"afterwards cancelled"});
}

TEST(TaskGroup, TellsOfFailuresButNotOfCancellations) {
  asio::io_context loop;
  std::vector<std::string> log;
  std::vector<std::string> failures;
  const auto failed = [&](std::string_view name, std::exception_ptr why) {
    try {
      std::rethrow_exception(why);
    } catch (const std::exception& error) {
      failures.push_back(std::string{name} + ": " + error.what());
    }
  };
  const auto both = [](std::vector<std::string>& said) -> asio::awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    co_await (wait_for_ever("left", said) && wait_for_ever("right", said));  // asio::multiple_exceptions when cancelled
  };
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    tasks.spawn("bad", fail("broken"));
    tasks.spawn("good", pass());
    tasks.spawn("one", wait_for_ever("one", log));
    tasks.spawn("two", both(log));
    for (int i = 0; i < 10; ++i) co_await pass();
    EXPECT_EQ(tasks.size(), 2U) << "a task that failed ends nobody else";
  };
  run(loop, with_tasks(body, failed));
  EXPECT_EQ(failures, std::vector<std::string>{"bad: broken"});
  EXPECT_EQ(log.size(), 3U);
}

TEST(TaskGroup, DoesNotStartWhatIsSpawnedAfterCancel) {
  asio::io_context loop;
  TaskGroup tasks{loop.get_executor()};
  auto resource = std::make_shared<int>(1);
  bool started = false;
  const auto task = [](std::shared_ptr<int>, bool& ran) -> asio::awaitable<void> {
    ran = true;
    co_return;
  };
  tasks.cancel();
  tasks.spawn("late", task(resource, started));
  EXPECT_EQ(tasks.size(), 0U);
  EXPECT_EQ(resource.use_count(), 1) << "what the task was given is let go";
  run(loop, tasks.join());
  EXPECT_FALSE(started);
}

TEST(TaskGroup, FreesATaskWhenItEnds) {
  asio::io_context loop;
  TaskGroup tasks{loop.get_executor()};
  for (int i = 0; i < 1'000; ++i) tasks.spawn("short", pass());
  EXPECT_EQ(tasks.size(), 1'000U);
  run(loop, tasks.join());
  EXPECT_EQ(tasks.size(), 0U);
}

TEST(TaskGroup, MayBeCancelledFromWithinATask) {
  asio::io_context loop;
  std::vector<std::string> log;
  TaskGroup tasks{loop.get_executor()};
  const auto stop = [](TaskGroup& group) -> asio::awaitable<void> {
    co_await pass();
    group.cancel();
  };
  tasks.spawn("waits", wait_for_ever("waits", log));
  tasks.spawn("stops", stop(tasks));
  run(loop, tasks.join());
  EXPECT_EQ(log, std::vector<std::string>{"waits cancelled"});
}

}  // namespace
}  // namespace isthmus
