#pragma once
// What happened, and who is told of it: the history, the last values, and every client that reads. No I/O.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/history.hpp"
#include "adapters/websocket/output.hpp"
#include "adapters/websocket/record.hpp"
#include "adapters/websocket/tokens.hpp"

namespace isthmus::websocket {

class Consumer;

class Hub {
 public:
  Hub(Instance instance, HistoryLimits limits) : instance_{std::move(instance)}, history_{limits} {}

  const Instance& instance() const noexcept { return instance_; }
  const History& history() const noexcept { return history_; }

  /// Gives `record` its place in the history, and tells everybody who subscribed.
  RecordPtr publish(Record record);
  /// The same for what only those hear who are there now: it gets no place and no cursor.
  void mention(Record record);

  std::size_t consumers() const noexcept { return consumers_.size(); }

 private:
  friend class Consumer;
  void tell(const RecordPtr& record);

  Instance instance_;
  History history_;
  std::vector<Consumer*> consumers_;
};

struct Subscription {
  std::string id;  // the client's own name for it; may be empty
  std::vector<std::string> patterns;
  Policy policy = Policy::coalesce;
  /// Places up to this one were delivered; while it is set, what happens is read from the history, not taken live.
  std::optional<std::uint64_t> caught_up{};
  bool is_from_elsewhere = false;  // its cursor was of another instance: what it missed nobody knows
};

/// From where a subscription begins.
struct Start {
  std::optional<std::uint64_t> cursor;  // after that place; 0: a cursor of another instance, from the oldest on
  std::size_t history = 0;              // without a cursor: so many of the newest records first
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
  void on_record(const RecordPtr& record);
  bool replay(Subscription& subscription);

  Hub& hub_;
  Output& output_;
  TokenPtr token_;
  std::vector<Subscription> subscriptions_;
  bool is_too_slow_ = false;
};

}  // namespace isthmus::websocket
