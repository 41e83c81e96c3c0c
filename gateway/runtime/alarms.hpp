#pragma once
// Many due times, one timer: a list ordered by due time. An idle connection has no timer of its own.
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace isthmus {

using SteadyTime = std::chrono::steady_clock::time_point;

class Alarms;

/// One due time of one owner. Destroying it withdraws it. Not copyable, not movable.
class Alarm {
 public:
  /// `ring` is called on the loop, never from within set(), at most once per set(). It may set, clear or destroy any
  /// alarm, this one too, and must not throw.
  Alarm(Alarms& alarms, std::function<void()> ring);
  ~Alarm();
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  /// Rings at `due`, instead of at the time that was set before.
  void set(SteadyTime due);
  void clear();
  bool is_set() const noexcept { return set_; }

 private:
  friend class Alarms;
  Alarms& alarms_;
  std::function<void()> ring_;
  bool set_ = false;  // place_ is valid
  std::multimap<SteadyTime, Alarm*>::iterator place_;
};

class Alarms {
 public:
  /// With the loop's timer.
  explicit Alarms(boost::asio::any_io_executor executor);
  /// Without one, for tests: nothing rings but by advance().
  Alarms();
  ~Alarms();  // every Alarm is gone by now
  Alarms(const Alarms&) = delete;
  Alarms& operator=(const Alarms&) = delete;

  SteadyTime now() const;
  /// The time of day, for people.
  std::chrono::system_clock::time_point wall_clock() const;

  /// While one lives, now() and wall_clock() stay as they were when it was made: all that one read brings happens at
  /// one moment, and the clocks are asked once for all of it.
  class Moment {
   public:
    explicit Moment(Alarms& alarms);
    ~Moment();
    Moment(const Moment&) = delete;
    Moment& operator=(const Moment&) = delete;

   private:
    Alarms& alarms_;
    bool is_outermost_;
  };

  /// Tests only: moves the clock of an Alarms without a loop, and rings what is due, in order; now() is the due time
  /// then.
  void advance(std::chrono::nanoseconds by);

 private:
  friend class Alarm;
  void ring_due();
  void ring_first();
  void arm();
  std::multimap<SteadyTime, Alarm*> due_;
  Alarm* ringing_ = nullptr;             // the one whose function runs; null again once it was destroyed
  std::optional<SteadyTime> ring_time_;  // set while alarms ring: they ring for being due then
  SteadyTime fake_now_{};
  struct Held {
    SteadyTime now;
    std::chrono::system_clock::time_point wall_clock;
  };
  std::optional<Held> held_;  // by a Moment
  struct Timer;
  std::shared_ptr<Timer> timer_;  // empty in tests
};

}  // namespace isthmus
