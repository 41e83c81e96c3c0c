#pragma once
// Private messages on their way, both ways, as the store keeps them: what the other side does not have yet when the
// gateway ends, however it ends, is said when it is there again.
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/store/store.hpp"
#include "xmpp/context.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

class Undelivered {
 public:
  // Of all users; what is beyond is delivered all the same, but not kept.
  static constexpr std::size_t max_messages = 20'000;
  static constexpr std::size_t max_bytes = 16UL * 1024 * 1024;
  // What has arrived by then is not written to the store; nothing waits twice as long.
  static constexpr std::chrono::milliseconds grace{25};

  /// Reads what is stored.
  explicit Undelivered(const Context& context);
  /// All that has not arrived is in the store from now on.
  ~Undelivered();
  Undelivered(const Undelivered&) = delete;
  Undelivered& operator=(const Undelivered&) = delete;

  /// `event` is on its way: from a user when it came from our side, else to one. Once is enough.
  void keep(const Domain& domain, Event& event);
  /// It has arrived, or its sender was told that it has not.
  void done(const Event& event);
  /// Says what was on its way, at `domain`, when the gateway ended last, in its order. Users hear of what is too old by
  /// an error. A second time there is nothing left.
  void resume(const Domain& domain);
  /// Nothing of the owner's is written from now on that was not before.
  void forget(const Name& owner);

 private:
  struct Kept {
    std::size_t bytes = 0;
    std::unique_ptr<StoredMessage> record;  // until it is written
  };
  /// What began to wait at `latest` or before.
  void write(SteadyTime latest);
  void drop(std::map<EventId, Kept>::iterator message);
  /// What is older than Outbox::max_age is not said any more, wherever it waits.
  void expire();
  EventPtr to_event(const Domain& domain, const StoredMessage& message) const;
  void refuse(const Domain& domain, const StoredMessage& message);

  const Context& context_;
  std::vector<StoredMessage> left_;  // by the last run, oldest first
  std::map<EventId, Kept> known_;    // those on their way, oldest first
  std::size_t bytes_ = 0;
  std::deque<std::pair<SteadyTime, EventId>> unwritten_;  // in their order; some of them have arrived
  Alarm write_;
  Alarm expiry_;
};

}  // namespace isthmus::xmpp
