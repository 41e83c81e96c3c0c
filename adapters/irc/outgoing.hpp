#pragma once
// What is on its way to a server: bytes that may leave, lines that the flood limit holds up, and the messages that
// are to be confirmed when their last byte was written. No I/O; time is a parameter.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/session_host.hpp"
#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus::irc {

class Outgoing {
 public:
  static constexpr std::size_t max_bytes = std::size_t{256} * 1024;  // that the server does not take
  static constexpr std::size_t max_lines = 200;                      // held up by the flood limit, the user's
  static constexpr std::size_t max_later_lines = 1'000;

  /// `burst` lines at once, then `rate` a second; rate 0: no limit.
  Outgoing(unsigned burst, double rate) noexcept : bucket_{burst, rate}, limited_{rate > 0}, rate_{rate} {}

  /// Takes whole lines. When they will have left, about. False in `taken` when too much waits.
  SteadyTime add(std::string_view lines, Urgency urgency, SteadyTime now, bool& taken);

  /// See SessionHost::lines() and sent().
  std::string& lines() noexcept { return limited_ ? said_ : bytes_; }
  bool add_message(EventPtr& event, std::size_t from, SteadyTime now);

  /// Moves what the limit allows at `now` to the bytes. When to be called again; `never` when nothing is held up.
  SteadyTime pump(SteadyTime now);

  /// What may leave.
  std::string_view bytes() const noexcept { return bytes_; }
  /// The first `count` of them were written. Messages that are through now are appended to `through`, in order.
  void written(std::size_t count, std::vector<EventPtr>& through);

  bool holds_up() const noexcept { return held_ != nullptr; }
  /// Drops everything that was not written; its messages are appended to `lost`, in order.
  void clear(std::vector<EventPtr>& lost);
  /// Drops what is held up, but not the bytes.
  void clear_held(std::vector<EventPtr>& lost);

 private:
  struct Held {
    std::string line;
    EventPtr event;  // of which this is the last line
  };
  struct Queue {  // a vector with a head: an empty std::deque has 600 bytes
    std::vector<Held> items;
    std::size_t head = 0;
    std::size_t size() const noexcept { return items.size() - head; }
    Held take();
  };
  struct HeldUp {
    Queue user;
    Queue later;
  };
  struct Unconfirmed {
    EventPtr event;
    std::uint64_t end;  // bytes that must have been written since the beginning
  };

  void hold(std::string_view line, EventPtr event, Urgency urgency);
  void await_write(EventPtr event);

  std::string bytes_;
  std::string said_;  // lines of the message that is being written, when there is a limit
  std::uint64_t written_ = 0;
  std::vector<Unconfirmed> unconfirmed_;
  std::size_t confirmed_ = 0;  // of those
  TokenBucket bucket_;
  bool limited_;
  double rate_;
  std::unique_ptr<HeldUp> held_;
};

}  // namespace isthmus::irc
