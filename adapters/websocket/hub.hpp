#pragma once
// What happened, and who is told of it: the history, the last values, and every client that reads. No I/O.
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/history.hpp"
#include "adapters/websocket/output.hpp"
#include "adapters/websocket/record.hpp"
#include "adapters/websocket/throttle.hpp"
#include "adapters/websocket/tokens.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::websocket {

class Consumer;

/// What earlier runs of the gateway have left.
struct Past {
  std::vector<Run> runs;        // the oldest first
  std::vector<Record> values;   // last ones, by place
  std::vector<Record> records;  // one behind the other
  std::uint64_t last = 0;       // the place of the last one that there was
};

class Hub {
 public:
  Hub(Instance instance, HistoryLimits limits, Alarms& alarms)
      : instance_{std::move(instance)}, history_{limits}, alarms_{alarms} {}

  const Instance& instance() const noexcept { return instance_; }
  const History& history() const noexcept { return history_; }

  /// Goes on with what was, before anything has happened. `keeper` is told of all that happens then.
  void resume(Past past, HistoryKeeper& keeper);

  /// Gives `record` its place in the history, and tells everybody who subscribed.
  RecordPtr publish(Record record);
  /// The same for what only those hear who are there now: it gets no place and no cursor.
  void mention(Record record);

  std::size_t consumers() const noexcept { return consumers_.size(); }

 private:
  friend class Consumer;
  using Consumers = std::vector<Consumer*>;
  void tell(const RecordPtr& record);
  /// Those who have subscribed to something that begins so.
  void tell(std::string_view root, const RecordPtr& record);

  Instance instance_;
  History history_;
  Alarms& alarms_;
  HistoryKeeper* keeper_ = nullptr;
  Consumers consumers_;
  std::map<std::string, Consumers, std::less<>> by_root_;  // of their patterns: only those are asked who may hear
  std::uint64_t round_ = 0;                                // one for each record, since several roots may lead to one
};

struct Subscription {
  std::string id;  // the client's own name for it; may be empty
  std::vector<std::string> patterns;
  Policy policy = Policy::coalesce;
  /// Places up to this one were delivered; while it is set, what happens is read from the history, not taken live.
  std::optional<std::uint64_t> caught_up{};
  bool is_resumed = false;  // it goes on from a cursor, so a break is told; others miss nothing of before they came
  bool is_from_elsewhere = false;  // its cursor was of another instance: what it missed nobody knows
  double rate = 0;                 // values of one address a second, a newer one replacing what waits; 0: all at once
  std::unique_ptr<Throttle> throttle{};  // where there is a rate; subscribe() makes it
};

/// From where a subscription begins.
struct Start {
  std::optional<Cursor> cursor;  // after that place; one of elsewhere: from the oldest on
  std::size_t history = 0;       // without a cursor: so many of the newest records first
};

/// One client's view of the hub: its subscriptions, and what waits to be written to it.
class Consumer {
 public:
  Consumer(Hub& hub, Output& output, TokenPtr token);
  virtual ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  Hub& hub() const noexcept { return hub_; }
  Output& output() const noexcept { return output_; }
  const TokenPtr& token() const noexcept { return token_; }
  void set_token(TokenPtr token) { token_ = std::move(token); }

  /// Replaces one of the same id. What `start` asks for follows, as fast as the client takes it, then what happens.
  void subscribe(Subscription subscription, Start start);
  /// False when there is none.
  bool unsubscribe(std::string_view id);
  const std::vector<Subscription>& subscriptions() const noexcept { return subscriptions_; }
  /// Whether any subscription selects `address`.
  bool hears(std::string_view address) const noexcept;

  /// There is room for more: what was asked for from the history goes on. The client is too slow when this is false.
  bool pump();
  /// It takes less than it subscribed to, by its own policy or because nothing more can be dropped.
  bool is_too_slow() const noexcept { return is_too_slow_; }

 protected:
  /// There is something to write, or the client has become too slow. Nothing may be destroyed within it.
  virtual void wake() = 0;
  /// The subscription has come from the history to what happens now.
  virtual void on_live(const Subscription& subscription) = 0;
  void give_up() noexcept { is_too_slow_ = true; }

 private:
  friend class Hub;
  /// So that the hub finds it by what its subscriptions begin with.
  void enter_roots();
  void leave_roots();
  void on_record(const RecordPtr& record);
  bool replay(Subscription& subscription);
  /// True: it is told later, or something newer instead of it.
  bool is_held(Subscription& subscription, const RecordPtr& record);
  /// Values that may have waited when the client went.
  bool repeat_values(const Subscription& subscription, std::uint64_t place);
  void on_due();
  void set_alarm();
  /// `"sub":[…]` for one subscription, where the client has several; else empty.
  std::string extra_of(const Subscription& subscription) const;

  Hub& hub_;
  Output& output_;
  TokenPtr token_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::string> roots_;  // of all their patterns, each once
  std::uint64_t round_ = 0;         // of the hub, in which it was asked last
  std::unique_ptr<Alarm> alarm_;    // while a subscription has a rate
  bool is_too_slow_ = false;
};

}  // namespace isthmus::websocket
