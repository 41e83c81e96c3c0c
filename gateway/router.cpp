#include "gateway/router.hpp"

#include <cassert>
#include <utility>

namespace isthmus {

AdapterId Router::reserve() {
  assert(adapters_.size() < 255);
  adapters_.push_back(nullptr);
  return AdapterId{static_cast<std::uint8_t>(adapters_.size() - 1)};
}

void Router::set(AdapterId id, Adapter& adapter) { adapters_[static_cast<std::size_t>(id)] = &adapter; }

void Router::emit(EventPtr event) {
  if (watch_ != nullptr) watch_->on_event(*event);
  if (witness_ != nullptr && event->about.source != home_ && !is_plumbing(*event)) witness_->heard(*event);
  incoming_.push_back({std::move(event), std::nullopt});
}

void Router::confirmed(EventPtr event) {
  if (watch_ != nullptr) watch_->on_confirmed(*event);
  if (witness_ != nullptr && event->about.source == home_) witness_->done(*event);
  incoming_.push_back({std::move(event), Receipt{}});
}

void Router::failed(EventPtr event, Refusal why) {
  counters_.add("refused", to_text(why.condition));
  if (watch_ != nullptr) watch_->on_failed(*event, why);
  incoming_.push_back({std::move(event), Receipt{std::move(why)}});
}

void Router::resumed(AdapterId id) {
  for (auto& event : outbox_.take(id)) incoming_.push_back({std::move(event), std::nullopt});
}

void Router::expire(SystemTime oldest) {
  for (auto& event : outbox_.take_older(oldest)) {
    counters_.add("messages_dropped", "too_old");
    failed(std::move(event), too_old());
  }
}

void Router::settle() {
  if (settling_) return;
  settling_ = true;
  for (int step = 0; !incoming_.empty(); ++step) {
    if (step == max_steps) give_up();
    std::swap(incoming_, routing_);
    for (auto& delivery : routing_) route(std::move(delivery));
    routing_.clear();
  }
  settling_ = false;
}

void Router::give_up() {
  if (watch_ != nullptr && incoming_.front().event) watch_->on_endless(*incoming_.front().event);
  counters_.add("loops_ended", "endless");
  incoming_.clear();
}

AdapterId Router::destination(const Delivery& delivery) const {
  const auto& about = delivery.event->about;
  if (delivery.receipt) return about.source;
  if (is_a_wish(*delivery.event)) return about.conversation.adapter;
  return is_plumbing(*delivery.event) ? plumbing_ : home_;
}

void Router::route(Delivery delivery) {
  const auto to = destination(delivery);
  // What was deferred goes first (design: order holds per destination and conversation).
  if (!delivery.receipt && outbox_.has(to, *delivery.event)) return defer(to, std::move(delivery.event));
  Adapter& adapter = *adapters_[static_cast<std::size_t>(to)];
  if (delivery.receipt) {
    restore(*delivery.event);
  } else if (to != home_ && may_need_degrading(*delivery.event) && !adapt(delivery, adapter)) {
    return;
  }
  auto outcome = adapter.deliver(delivery);
  if (std::holds_alternative<Pending>(outcome)) return;
  if (std::holds_alternative<Deferred>(outcome)) return defer(to, std::move(delivery.event));
  if (auto* rejected = std::get_if<Rejected>(&outcome)) return refuse(std::move(delivery), std::move(rejected->why));
  // Whoever wished for it hears what became of it; foreign sides hear only of refusals.
  if (!delivery.receipt && delivery.event && is_a_wish(*delivery.event)) confirmed(std::move(delivery.event));
}

bool Router::adapt(Delivery& delivery, Adapter& to) {
  Event& event = *delivery.event;
  auto [result, why] = degrade(event, to.capabilities(event.about.owner, event.about.conversation), policy_);
  switch (result) {
    case Degraded::kept:
    case Degraded::changed: return true;
    case Degraded::dropped:
      counters_.add("degraded", "dropped");
      // Whoever took back a reaction is told that it is gone; of what tells of a moment only nobody is told.
      if (is_a_wish(event) && !is_momentary(event.what)) confirmed(std::move(delivery.event));
      return false;
    case Degraded::refused: break;
  }
  refuse(std::move(delivery), std::move(*why));
  return false;
}

void Router::defer(AdapterId to, EventPtr event) {
  Event& waiting = *event;
  auto left = outbox_.add(to, std::move(event));
  if (!left) return adapters_[static_cast<std::size_t>(to)]->on_waiting(waiting);
  refuse({std::move(left), std::nullopt},
         {Condition::resource_constraint, Remedy::wait, "Too much waits for delivery; try again later.", {}});
}

void Router::refuse(Delivery delivery, Refusal why) {
  if (delivery.receipt) {  // nobody is left to tell
    counters_.add("receipts_dropped", to_text(why.condition));
    return;
  }
  failed(std::move(delivery.event), std::move(why));
}

}  // namespace isthmus
