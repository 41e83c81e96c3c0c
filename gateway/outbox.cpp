#include "gateway/outbox.hpp"

#include <utility>

namespace isthmus {

Refusal too_old() {
  return {Condition::remote_server_timeout, Remedy::wait, "The message could not be delivered for days.", {}};
}

EventPtr Outbox::add(AdapterId id, EventPtr event) {
  auto& queue = queues_[id];
  auto& count = queue.counts[Key{event->about.owner, event->about.conversation}];
  if (count >= max_per_conversation || queue.events.size() >= max_per_adapter) return event;
  ++count;
  queue.events.push_back(std::move(event));
  return nullptr;
}

bool Outbox::has(AdapterId id, const Event& event) const {
  const auto found = queues_.find(id);
  if (found == queues_.end() || found->second.events.empty()) return false;
  return found->second.counts.contains(Key{event.about.owner, event.about.conversation});
}

std::deque<EventPtr> Outbox::take(AdapterId id) {
  const auto found = queues_.find(id);
  if (found == queues_.end()) return {};
  auto events = std::move(found->second.events);
  queues_.erase(found);
  return events;
}

std::vector<EventPtr> Outbox::take_older(SystemTime oldest) {
  std::vector<EventPtr> taken;
  for (auto& [id, queue] : queues_) {
    for (auto& event : queue.events) {
      if (event->about.received_at >= oldest) continue;
      const auto count = queue.counts.find(Key{event->about.owner, event->about.conversation});
      if (--count->second == 0) queue.counts.erase(count);
      taken.push_back(std::move(event));
    }
    std::erase(queue.events, nullptr);
  }
  std::erase_if(queues_, [](const auto& item) { return item.second.events.empty(); });
  return taken;
}

std::size_t Outbox::size(AdapterId id) const {
  const auto found = queues_.find(id);
  return found == queues_.end() ? 0 : found->second.events.size();
}

}  // namespace isthmus
