#include "gateway/runtime/task_group.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>
#include <list>
#include <vector>

namespace isthmus {
namespace {

struct Task {
  std::string_view name;
  asio::cancellation_signal cancellation;
};

bool is_cancellation(std::exception_ptr why) {
  try {
    std::rethrow_exception(std::move(why));
  } catch (const asio::multiple_exceptions& several) {  // from a && b: both were cancelled
    return is_cancellation(several.first_exception());
  } catch (const boost::system::system_error& error) {
    return error.code() == asio::error::operation_aborted;
  } catch (...) {
    return false;
  }
}

}  // namespace

struct TaskGroup::State {
  State(asio::any_io_executor on, Failed hears)
      : executor{std::move(on)}, failed{std::move(hears)}, empty{executor, asio::steady_timer::time_point::max()} {}

  asio::any_io_executor executor;
  Failed failed;
  std::list<std::shared_ptr<Task>> tasks;
  asio::steady_timer empty;  // never expires; cancelled to wake whoever joins
  bool cancelled = false;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, Failed failed)
    : state_{std::make_shared<State>(std::move(executor), std::move(failed))} {}

TaskGroup::~TaskGroup() { assert(state_->tasks.empty()); }

void TaskGroup::spawn(std::string_view name, asio::awaitable<void> task) {
  if (state_->cancelled) return;
  const auto place = state_->tasks.insert(state_->tasks.end(), std::make_shared<Task>());
  const std::shared_ptr<Task>& entry = *place;
  entry->name = name;
  // The handler keeps `entry`, because the signal must live as long as the slot that Asio holds.
  auto ended = [state = state_, place, entry](std::exception_ptr why) {
    state->tasks.erase(place);
    if (state->tasks.empty()) state->empty.cancel();
    if (why && state->failed && !is_cancellation(why)) state->failed(entry->name, why);
  };
  asio::co_spawn(state_->executor, std::move(task),
                 asio::bind_cancellation_slot(entry->cancellation.slot(), std::move(ended)));
}

void TaskGroup::cancel() {
  state_->cancelled = true;
  const std::vector<std::shared_ptr<Task>> running{state_->tasks.begin(), state_->tasks.end()};
  for (const auto& task : running) task->cancellation.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> TaskGroup::join() {
  const std::shared_ptr<State> state = state_;
  while (!state->tasks.empty()) {
    // An empty slot: cancelling the caller does not reach this wait.
    auto woken = asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::as_tuple(asio::use_awaitable));
    co_await state->empty.async_wait(std::move(woken));
  }
}

std::size_t TaskGroup::size() const noexcept { return state_->tasks.size(); }

}  // namespace isthmus
