#pragma once
// What an adapter deferred: in order, and bounded by count and age. In memory: it does not survive a restart.
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "gateway/model/event.hpp"

namespace isthmus {

/// What whoever said it is told of a message that has waited for longer than Outbox::max_age.
Refusal too_old();

class Outbox {
 public:
  static constexpr std::size_t max_per_conversation = 200;  // for one owner
  static constexpr std::size_t max_per_adapter = 20'000;
  static constexpr std::chrono::days max_age{7};  // of whatever waits for another side, here or with an adapter

  /// Keeps `event` for `id`, or gives it back when a limit is reached.
  [[nodiscard]] EventPtr add(AdapterId id, EventPtr event);
  /// True when something of that owner and conversation waits already: what comes later must wait behind it.
  bool has(AdapterId id, const Event& event) const;
  /// Everything that waits for `id`, oldest first.
  std::deque<EventPtr> take(AdapterId id);
  /// What was seen before `oldest`, whatever it waits for, in order.
  std::vector<EventPtr> take_older(SystemTime oldest);
  std::size_t size(AdapterId id) const;

 private:
  struct Key {
    Name owner;
    Conversation conversation;
    friend bool operator==(const Key&, const Key&) = default;
    friend std::size_t hash_value(const Key& key) noexcept {
      return hash_value(key.conversation) * 31 + hash_value(key.owner);
    }
  };
  struct Queue {
    std::deque<EventPtr> events;
    boost::unordered_flat_map<Key, std::size_t> counts;
  };
  std::map<AdapterId, Queue> queues_;
};

}  // namespace isthmus
