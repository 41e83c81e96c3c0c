#include "gateway/runtime/alarms.hpp"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <cassert>
#include <utility>

namespace isthmus {

using namespace std::chrono_literals;

/// Outlives its Alarms while a handler is on its way.
struct Alarms::Timer {
  Timer(const boost::asio::any_io_executor& executor, Alarms& alarms) : timer{executor}, owner{&alarms} {}

  boost::asio::steady_timer timer;
  Alarms* owner;                          // null once it is destroyed
  SteadyTime expiry = SteadyTime::max();  // of the wait under way; max: none
};

Alarm::Alarm(Alarms& alarms, std::function<void()> ring) : alarms_{alarms}, ring_{std::move(ring)} {}

Alarm::~Alarm() {
  if (set_) alarms_.due_.erase(place_);
  if (alarms_.ringing_ == this) alarms_.ringing_ = nullptr;
}

void Alarm::set(SteadyTime due) {
  // Set while others ring and due already, it rings in the next round: else an alarm that sets itself for now would
  // never end this one.
  if (alarms_.ring_time_) due = std::max(due, *alarms_.ring_time_ + 1ns);
  if (set_) {
    auto node = alarms_.due_.extract(place_);
    node.key() = due;
    place_ = alarms_.due_.insert(std::move(node));
  } else {
    place_ = alarms_.due_.emplace(due, this);
    set_ = true;
  }
  alarms_.arm();
}

void Alarm::clear() {
  if (!set_) return;
  alarms_.due_.erase(place_);
  set_ = false;
}

Alarms::Alarms(boost::asio::any_io_executor executor) : timer_{std::make_shared<Timer>(executor, *this)} {}

Alarms::Alarms() = default;

Alarms::~Alarms() {
  assert(due_.empty());
  if (!timer_) return;
  timer_->owner = nullptr;
  timer_->timer.cancel();
}

SteadyTime Alarms::now() const {
  if (held_) return held_->now;
  return timer_ ? std::chrono::steady_clock::now() : fake_now_;
}

std::chrono::system_clock::time_point Alarms::wall_clock() const {
  return held_ ? held_->wall_clock : std::chrono::system_clock::now();
}

Alarms::Moment::Moment(Alarms& alarms) : alarms_{alarms}, is_outermost_{!alarms.held_} {
  if (is_outermost_) alarms_.held_ = Held{alarms_.now(), alarms_.wall_clock()};
}

Alarms::Moment::~Moment() {
  if (is_outermost_) alarms_.held_.reset();
}

void Alarms::advance(std::chrono::nanoseconds by) {
  assert(!timer_);
  const SteadyTime until = fake_now_ + by;
  while (!due_.empty() && due_.begin()->first <= until) {
    fake_now_ = std::max(fake_now_, due_.begin()->first);
    ring_due();
  }
  fake_now_ = until;
}

void Alarms::ring_due() {
  ring_time_ = now();
  while (!due_.empty() && due_.begin()->first <= *ring_time_) ring_first();
  ring_time_.reset();
  arm();
}

void Alarms::ring_first() {
  Alarm& alarm = *due_.begin()->second;
  due_.erase(due_.begin());
  alarm.set_ = false;
  ringing_ = &alarm;
  auto ring = std::move(alarm.ring_);  // a function must not be destroyed while it runs, and it may destroy its alarm
  ring();
  if (ringing_ != nullptr) ringing_->ring_ = std::move(ring);
  ringing_ = nullptr;
}

// The timer is moved to an earlier time only: an alarm that is put off again and again (a keep-alive) then costs no
// more than its place in the list, and the timer wakes once for nothing.
void Alarms::arm() {
  if (!timer_ || ring_time_ || due_.empty()) return;
  const SteadyTime first = due_.begin()->first;
  if (first >= timer_->expiry) return;
  timer_->expiry = first;
  timer_->timer.expires_at(first);
  timer_->timer.async_wait([timer = timer_](const boost::system::error_code& error) {
    if (error || timer->owner == nullptr) return;  // put to an earlier time, or destroyed
    timer->expiry = SteadyTime::max();
    timer->owner->ring_due();
  });
}

}  // namespace isthmus
