#pragma once
// What an adapter deferred, in order and bounded. In memory only: it does not survive a restart.
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "gateway/adapter.hpp"

namespace isthmus {

class Outbox {
 public:
  static constexpr std::size_t max_per_conversation = 200;
  static constexpr std::size_t max_per_adapter = 20'000;

  /// Keeps `event` for `id`; gives it back when one of the limits is reached.
  std::optional<EventPtr> add(AdapterId id, EventPtr event);
  /// True when something for that owner and conversation waits already: what comes later must wait too.
  bool has(AdapterId id, const Event& event) const;
  /// Everything that waits for `id`, oldest first.
  std::deque<EventPtr> take(AdapterId id);
  std::size_t size(AdapterId id) const;

 private:
  struct Queue {
    std::deque<EventPtr> events;
  };
  Queue* find(AdapterId id);
  std::vector<std::deque<EventPtr>> queues_;  // by adapter
};

}  // namespace isthmus
