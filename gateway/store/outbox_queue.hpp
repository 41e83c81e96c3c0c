#pragma once
// Messages that are to be written to the outbox. Most have arrived before their turn comes, and are never written: what
// would be inserted and deleted by one commit leaves nothing behind.
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gateway/store/store.hpp"

namespace isthmus {

/// One of them, between the loop and the store's thread.
class QueuedMessage {
 public:
  explicit QueuedMessage(StoredMessage message) : message_{std::move(message)} {}
  /// On the store's thread: what is to be written; nullptr when it was withdrawn. The same answer each time.
  const StoredMessage* claim() {
    auto expected = State::queued;
    state_.compare_exchange_strong(expected, State::claimed);
    return expected == State::withdrawn ? nullptr : &message_;
  }
  /// On the loop: false when it was claimed before.
  bool withdraw() {
    auto expected = State::queued;
    return state_.compare_exchange_strong(expected, State::withdrawn);
  }

 private:
  enum class State : std::uint8_t { queued, claimed, withdrawn };
  StoredMessage message_;
  std::atomic<State> state_ = State::queued;
};

/// The loop's side.
class OutboxQueue {
 public:
  /// It is to be written, unless it is removed before.
  std::shared_ptr<QueuedMessage> add(const StoredMessage& message);
  /// True when the message was withdrawn: there is nothing to delete then.
  bool remove(std::string_view id);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  std::unordered_map<std::string, std::weak_ptr<QueuedMessage>, Hash, std::equal_to<>> queued_;
};

}  // namespace isthmus
