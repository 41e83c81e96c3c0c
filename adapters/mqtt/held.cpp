#include "adapters/mqtt/held.hpp"

#include <utility>

namespace isthmus::mqtt {

bool is_promised(const Event& event) {
  if (const auto* message = std::get_if<Message>(&event.what)) return message->data && message->data->qos > 0;
  const auto* value = std::get_if<NewValue>(&event.what);
  return value != nullptr && value->now && value->now->qos > 0;
}

Held::Held(Runtime& runtime, Broker& broker)
    : runtime_{runtime}, broker_{broker}, alarm_{runtime.alarms, [this] { retry(); }} {}

void Held::emit(EventPtr event) {
  if (events_.empty() || !is_promised(*event)) return runtime_.router.emit(std::move(event));
  keep(std::move(event));
}

void Held::take_back(EventPtr event) { keep(std::move(event)); }

void Held::keep(EventPtr event) {
  events_.push_back(std::move(event));
  if (events_.size() == many) broker_.pause();
  if (!alarm_.is_set()) alarm_.set(runtime_.alarms.now() + pause);
}

void Held::retry() {
  // What is refused once more comes back in the same order.
  auto events = std::exchange(events_, {});
  for (auto& event : events) runtime_.router.emit(std::move(event));
  runtime_.router.settle();
  if (events_.empty()) return broker_.resume();
  alarm_.set(runtime_.alarms.now() + pause);
}

}  // namespace isthmus::mqtt
