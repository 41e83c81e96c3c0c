#pragma once
// From threads of a library to the loop: the one place with a lock. Whoever posts never waits for the loop. The loop is
// woken for the first item at once, and while many follow, once for all that came in a pause.
#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace isthmus {

template <class T>
class Mailbox : public std::enable_shared_from_this<Mailbox<T>> {
 public:
  /// `take` gets each item, on the loop, in order. At most `limit` items wait, of those that may be refused.
  Mailbox(boost::asio::any_io_executor executor, std::size_t limit, std::function<void(T)> take)
      : executor_{std::move(executor)}, limit_{limit}, take_{std::move(take)}, timer_{executor_} {}

  /// From any thread, while the loop's context exists. False when it is full.
  bool try_post(T item) { return add(std::move(item), limit_); }
  /// The same for what must not be lost: it is never full. Whoever posts is held back by other means.
  void post(T item) { add(std::move(item), static_cast<std::size_t>(-1)); }

  /// How many wait; from any thread.
  std::size_t size() {
    const std::lock_guard guard{lock_};
    return items_.size();
  }

  /// On the loop: nothing is taken from now on. Whoever owns it calls this while the loop's context exists.
  void close() {
    take_ = nullptr;
    timer_.reset();
  }

 private:
  // So many at a time, so that others have their turn.
  static constexpr std::size_t at_once = 512;
  // Waking the loop costs more than most items do.
  static constexpr std::chrono::microseconds pause{200};

  bool add(T item, std::size_t limit) {
    {
      const std::lock_guard guard{lock_};
      if (items_.size() >= limit) return false;
      items_.push_back(std::move(item));
      if (std::exchange(is_due_, true)) return true;
    }
    schedule();
    return true;
  }
  void schedule() {
    boost::asio::post(executor_, [self = this->shared_from_this()] { self->drain(); });
  }
  void drain() {
    const auto before = std::exchange(drained_, std::chrono::steady_clock::now());
    std::deque<T> now;
    bool has_more = false;
    bool is_busy = false;
    {
      const std::lock_guard guard{lock_};
      const auto end = items_.begin() + static_cast<std::ptrdiff_t>(std::min(at_once, items_.size()));
      std::move(items_.begin(), end, std::back_inserter(now));
      items_.erase(items_.begin(), end);
      has_more = !items_.empty();
      is_busy = timer_ && !now.empty() && drained_ - before < 2 * pause;
      is_due_ = has_more || is_busy;
    }
    for (auto& item : now) {
      if (take_) take_(std::move(item));
    }
    if (has_more) return schedule();
    if (is_busy) rest();
  }
  void rest() {
    if (!timer_) return drain();  // it was closed meanwhile
    timer_->expires_after(pause);
    timer_->async_wait([self = this->shared_from_this()](const boost::system::error_code&) { self->drain(); });
  }

  boost::asio::any_io_executor executor_;
  std::size_t limit_;
  // The loop's alone:
  std::function<void(T)> take_;
  std::optional<boost::asio::steady_timer> timer_;
  std::chrono::steady_clock::time_point drained_;
  std::mutex lock_;
  std::deque<T> items_;
  bool is_due_ = false;  // a call of drain() is on its way
};

}  // namespace isthmus
