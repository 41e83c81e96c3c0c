#include "adapters/mqtt/reading.hpp"

#include <utility>

#include "adapters/mqtt/payload.hpp"

namespace isthmus::mqtt {

Reading::Reading(const Seat& seat, EventPtr event)
    : seat_{seat},
      event_{std::move(event)},
      topic_{event_->about.conversation.native.str()},
      alarm_{seat.runtime.alarms, [this] { on_alarm(); }} {}

Reading::~Reading() {
  if (!is_over()) refuse({Reason::Where::connection, 0, {}});
}

void Reading::start() {
  alarm_.set(seat_.runtime.alarms.now() + patience);
  seat_.broker.add(*this, topic_, 1, [this](const Reason& reason) { on_answer(reason); });
}

void Reading::on_answer(const Reason& reason) {
  if (is_over()) return;
  if (!reason.is_success()) return refuse(reason);
  is_granted_ = true;
  seat_.broker.fence(*this, [this] { finish(); });
}

void Reading::on_publication(const Publication& publication) {
  if (is_over()) return;
  auto& found = std::get<ReadValue>(std::get<Request>(event_->what).what).found;
  if (!publication.payload.empty()) found = to_data(publication, form_of(publication));
  finish();
}

void Reading::on_alarm() {
  if (is_granted_) {
    finish();
  } else {
    refuse({Reason::Where::timeout, 0, {}});
  }
  seat_.runtime.router.settle();
}

void Reading::refuse(const Reason& reason) {
  alarm_.clear();
  seat_.broker.remove(*this, topic_);
  seat_.runtime.router.failed(std::move(event_), to_refusal(reason));
}

void Reading::finish() {
  alarm_.clear();
  seat_.broker.remove(*this, topic_);
  seat_.runtime.router.confirmed(std::move(event_));
}

}  // namespace isthmus::mqtt
