#include "adapters/irc/private_outbox.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace isthmus::irc {

namespace {

std::size_t size_of(const Event& event) noexcept {
  const auto* message = std::get_if<Message>(&event.what);
  return message == nullptr ? 0 : message->text.size();
}

}  // namespace

bool PrivateOutbox::has_room_for(const Event& event) const noexcept {
  return waiting_.size() < max_waiting && waiting_bytes_ + size_of(event) <= max_waiting_bytes;
}

void PrivateOutbox::wait(EventPtr event) {
  waiting_bytes_ += size_of(*event);
  waiting_.push_back(std::move(event));
}

EventPtr PrivateOutbox::next() {
  if (waiting_.empty() || is_full()) return nullptr;
  EventPtr first = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  waiting_bytes_ -= size_of(*first);
  return first;
}

void PrivateOutbox::put_back(EventPtr event) {
  waiting_bytes_ += size_of(*event);
  waiting_.insert(waiting_.begin(), std::move(event));
}

bool PrivateOutbox::has_repeated() const noexcept {
  return std::ranges::any_of(waiting_, [](const EventPtr& event) { return event->about.origin == Origin::replay; });
}

std::vector<EventPtr> PrivateOutbox::take_waiting() {
  waiting_bytes_ = 0;
  return std::exchange(waiting_, {});
}

std::vector<EventPtr> PrivateOutbox::take_older(SystemTime oldest) {
  std::vector<EventPtr> taken;
  for (EventPtr& event : waiting_) {
    if (event->about.received_at > oldest) continue;
    waiting_bytes_ -= size_of(*event);
    taken.push_back(std::move(event));
  }
  std::erase(waiting_, nullptr);
  return taken;
}

std::optional<SystemTime> PrivateOutbox::oldest() const {
  const auto seen = [](const EventPtr& event) { return event->about.received_at; };
  const auto first = std::ranges::min_element(waiting_, {}, seen);
  return first == waiting_.end() ? std::nullopt : std::optional{seen(*first)};
}

void PrivateOutbox::said(EventPtr event, std::string target, std::size_t lines) {
  said_.push_back({.event = std::move(event), .target = std::move(target), .lines = lines});
}

std::string PrivateOutbox::ask(std::uint32_t number, SteadyTime due) {
  covered_ = said_.size();
  due_ = due;
  return ping_ = "isthmus-" + std::to_string(number);
}

std::vector<EventPtr> PrivateOutbox::arrived(std::string_view token) {
  if (covered_ == 0 || token != ping_) return {};
  return take_covered();
}

std::vector<EventPtr> PrivateOutbox::give_up_proof() { return take_covered(); }

std::vector<EventPtr> PrivateOutbox::take_covered() {
  std::vector<EventPtr> events;
  for (std::size_t i = 0; i < covered_; ++i)
    if (said_[i].event != nullptr) events.push_back(std::move(said_[i].event));
  said_.erase(said_.begin(), said_.begin() + static_cast<std::ptrdiff_t>(std::exchange(covered_, 0)));
  return events;
}

std::optional<PrivateOutbox::Refused> PrivateOutbox::refuse(std::string_view target) {
  const auto meant = std::ranges::find_if(
      said_, [target](const Said& one) { return one.target == target && one.refused < one.lines; });
  if (meant == said_.end()) return std::nullopt;
  ++meant->refused;
  return Refused{std::move(meant->event)};
}

void PrivateOutbox::lose(std::vector<EventPtr> labelled) {
  std::vector<EventPtr> lost = take_said();
  std::ranges::move(labelled, std::back_inserter(lost));
  for (const EventPtr& event : lost) {
    event->about.origin = Origin::replay;
    waiting_bytes_ += size_of(*event);
  }
  std::ranges::move(waiting_, std::back_inserter(lost));
  waiting_ = std::move(lost);
}

std::vector<EventPtr> PrivateOutbox::take_said_in_rooms() {
  std::vector<EventPtr> events;
  for (Said& one : said_) {
    if (one.event != nullptr && one.event->about.conversation.kind == PlaceKind::room)
      events.push_back(std::move(one.event));
  }
  return events;
}

std::vector<EventPtr> PrivateOutbox::take_said() {
  covered_ = said_.size();
  return take_covered();
}

}  // namespace isthmus::irc
