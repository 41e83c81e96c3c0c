#pragma once
// Runs coroutines to their end, for tests.
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

namespace isthmus::support {

namespace asio = boost::asio;

/// The end of a hanging test: far beyond what any takes, on a slow machine too.
constexpr std::chrono::seconds patience{30};

/// Runs `loop` until `task` has ended; its result, or its exception.
template <class T>
T run(asio::io_context& loop, asio::awaitable<T> task) {
  std::optional<T> result;
  std::exception_ptr thrown;
  bool ended = false;
  asio::co_spawn(loop, std::move(task), [&](std::exception_ptr why, T value) {
    thrown = why;
    if (!why) result = std::move(value);
    ended = true;
  });
  loop.restart();
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!ended && loop.run_one_until(until) > 0) continue;
  if (!ended) throw std::runtime_error{"the coroutine did not end"};
  if (thrown) std::rethrow_exception(thrown);
  return *std::move(result);
}

inline void run(asio::io_context& loop, asio::awaitable<void> task) {
  // The task is a parameter, not a capture: it must live as long as the coroutine does.
  constexpr auto with_result = [](asio::awaitable<void> inner) -> asio::awaitable<bool> {
    co_await std::move(inner);
    co_return true;
  };
  run<bool>(loop, with_result(std::move(task)));
}

/// Runs all that is ready on `loop`, without waiting.
inline void run_ready(asio::io_context& loop) {
  loop.restart();
  loop.poll();
}

}  // namespace isthmus::support
