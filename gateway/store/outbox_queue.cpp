#include "gateway/store/outbox_queue.hpp"

namespace isthmus {

std::shared_ptr<QueuedMessage> OutboxQueue::add(const StoredMessage& message) {
  auto queued = std::make_shared<QueuedMessage>(message);
  // What is there already may be written, which a withdrawal of the new one would not undo: so neither is withdrawn.
  const auto [found, is_new] = queued_.try_emplace(message.id, queued);
  if (!is_new) found->second.reset();
  return queued;
}

bool OutboxQueue::remove(std::string_view id) {
  const auto found = queued_.find(id);
  if (found == queued_.end()) return false;
  const auto queued = found->second.lock();
  queued_.erase(found);
  return queued != nullptr && queued->withdraw();
}

}  // namespace isthmus
