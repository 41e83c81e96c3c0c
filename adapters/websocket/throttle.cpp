#include "adapters/websocket/throttle.hpp"

#include <utility>

namespace isthmus::websocket {

Throttle::Throttle(double rate)
    : interval_{std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>{1.0 / rate})} {}

bool Throttle::take(const RecordPtr& record, Time now) {
  const auto known = addresses_.find(record->from);
  if (known == addresses_.end()) {
    if (addresses_.size() >= most_addresses) forget_quiet(now);
    if (addresses_.size() < most_addresses) addresses_.emplace(record->from, Address{now + interval_, nullptr});
    return true;
  }
  auto& [next, waiting] = known->second;
  if (waiting == nullptr && next <= now) {
    next = now + interval_;
    return true;
  }
  if (waiting == nullptr) queue_.emplace(next, record->from);
  waiting = record;
  return false;
}

std::vector<RecordPtr> Throttle::due(Time now) {
  std::vector<RecordPtr> all;
  while (!queue_.empty() && queue_.begin()->first <= now) {
    auto& address = addresses_.find(queue_.begin()->second)->second;
    all.push_back(std::exchange(address.waiting, nullptr));
    address.next = now + interval_;
    queue_.erase(queue_.begin());
  }
  return all;
}

std::optional<Throttle::Time> Throttle::next_due() const {
  return queue_.empty() ? std::nullopt : std::optional{queue_.begin()->first};
}

void Throttle::forget_quiet(Time now) {
  std::erase_if(addresses_, [&](const auto& one) { return one.second.waiting == nullptr && one.second.next <= now; });
}

}  // namespace isthmus::websocket
