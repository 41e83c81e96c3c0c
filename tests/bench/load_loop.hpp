#pragma once
// The load program's event loop: one epoll, connections whose writes are gathered per turn. It does less than the
// gateway's own loop on purpose, because it shares the machine with the process that it measures.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::bench {

using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds millisecond = 1'000'000;
inline constexpr Nanoseconds second = 1'000 * millisecond;

/// CLOCK_MONOTONIC.
Nanoseconds now();

/// A file descriptor that the loop watches; closed with the object.
class Pollable {
 public:
  explicit Pollable(int descriptor) : descriptor_(descriptor) {}
  virtual ~Pollable();
  Pollable(const Pollable&) = delete;
  Pollable& operator=(const Pollable&) = delete;

  virtual void on_ready(std::uint32_t epoll_events) = 0;
  int descriptor() const { return descriptor_; }

 protected:
  void close_descriptor();

 private:
  int descriptor_;
};

class Connection;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Watches `item` for input until its descriptor is closed. Throws std::system_error.
  void add(Pollable& item);
  /// Writes what was queued, waits for input at most `patience`, and handles it.
  void turn(Nanoseconds patience);
  /// Turns until `done`; false when `limit` passed before. `done` is asked after each turn.
  bool run_until(const std::function<bool()>& done, Nanoseconds limit);
  /// Turns for as long as `span` lasts.
  void run_for(Nanoseconds span);
  /// The time at which the present turn's input was taken.
  Nanoseconds turn_began() const { return turn_began_; }

 private:
  friend class Connection;
  void set_interest(Pollable& item, std::uint32_t epoll_events);

  int epoll_;
  Nanoseconds turn_began_ = 0;
  std::vector<Connection*> dirty_;
  std::vector<char> buffer_;  // what any connection reads into
};

/// A TCP connection, kept until the loop is gone. What is sent during a turn leaves at the start of the next, in one
/// write.
class Connection : public Pollable {
 public:
  Connection(Loop& loop, int descriptor);

  void send(std::string_view bytes);
  /// Closes as soon as what was sent before has left.
  void close_after_writing();
  bool is_open() const { return descriptor() >= 0; }
  void on_ready(std::uint32_t epoll_events) final;

 protected:
  /// Uses what is complete of `data` and returns how many bytes that was; the rest comes again with what follows it.
  virtual std::size_t on_data(std::string_view data) = 0;
  virtual void on_closed() {}

 private:
  friend class Loop;
  void read_all();
  void take(std::string_view fresh);
  void flush();
  void close();

  Loop& loop_;
  std::string rest_;
  std::string out_;
  bool is_dirty_ = false;
  bool is_closing_ = false;
  bool waits_for_room_ = false;
};

/// Listens on a free port of 127.0.0.1 and hands each accepted, non-blocking socket to `accepted`.
class Listener : public Pollable {
 public:
  Listener(Loop& loop, std::function<void(int)> accepted);
  std::uint16_t port() const { return port_; }
  void on_ready(std::uint32_t epoll_events) final;

 private:
  std::function<void(int)> accepted_;
  std::uint16_t port_ = 0;
};

}  // namespace isthmus::bench
