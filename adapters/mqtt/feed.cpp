#include "adapters/mqtt/feed.hpp"

#include <utility>

#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {

Feed::Feed(const Seat& seat, Conversation place)
    : seat_{seat}, place_{std::move(place)}, filter_{place_.native.str()} {}

Feed::~Feed() {
  refuse_waiting(to_refusal({Reason::Where::connection, 0, {}}));
  if (is_watched_) seat_.broker.remove(*this, filter_);
}

Outcome Feed::watch(EventPtr& event) {
  if (is_granted_) return Accepted{};
  const bool has_client = !event->about.audience.empty();
  if (has_client && seat_.broker.link().state == LinkState::State::down)
    return Rejected{to_refusal({Reason::Where::connection, 0, {}})};
  waiting_.push_back(std::move(event));
  if (std::exchange(is_watched_, true)) return Pending{};
  seat_.broker.add(*this, filter_, 1, [this](const Reason& reason) { on_answer(reason); });
  return Pending{};
}

void Feed::on_answer(const Reason& reason) {
  is_granted_ = reason.is_success();
  if (!is_granted_) {
    seat_.broker.remove(*this, filter_);
    is_watched_ = false;
    return refuse_waiting(to_refusal(reason));
  }
  for (auto& event : std::exchange(waiting_, {})) seat_.runtime.router.confirmed(std::move(event));
}

void Feed::refuse_waiting(const Refusal& why) {
  for (auto& event : std::exchange(waiting_, {})) seat_.runtime.router.failed(std::move(event), why);
}

void Feed::on_link(const LinkState& state) {
  if (state.state != LinkState::State::down || is_granted_) return;
  // Whoever has just asked hears so; what was granted before a restart is asked for when the broker is back.
  std::vector<EventPtr> patient;
  for (auto& event : std::exchange(waiting_, {})) {
    if (event->about.audience.empty()) {
      patient.push_back(std::move(event));
    } else {
      seat_.runtime.router.failed(std::move(event), to_refusal({Reason::Where::connection, 0, state.reason}));
    }
  }
  waiting_ = std::move(patient);
  if (!waiting_.empty() || !is_watched_) return;
  seat_.broker.remove(*this, filter_);
  is_watched_ = false;
}

const Data* Feed::last() const {
  const auto found = last_.find(filter_);
  return found == last_.end() ? nullptr : &found->second;
}

void Feed::on_publication(const Publication& publication) {
  if (!is_readable(publication.topic)) return seat_.runtime.counters.add("mqtt_publications_dropped", "unreadable");
  NewValue value{publication.topic, {}};
  const auto known = last_.find(publication.topic);
  if (publication.payload.empty()) {
    if (known != last_.end()) last_.erase(known);
  } else {
    // A broker tells what it keeps again after a session was lost: what is known already is no news.
    if (publication.retain && known != last_.end() && known->second.bytes == publication.payload) return;
    auto data = to_data(publication, form_of(publication));
    if (known != last_.end()) {
      known->second = data;
    } else if (last_.size() < max_topics) {
      last_.emplace(publication.topic, data);
    }
    value.now = std::move(data);
  }
  seat_.held.emit(seat_.make_event(place_, std::move(value)));
}

}  // namespace isthmus::mqtt
