#pragma once
// Looks once at what the broker keeps for a topic: a subscription for a moment.
#include <chrono>
#include <string>

#include "adapters/mqtt/seat.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::mqtt {

class Reading final : public View {
 public:
  static constexpr std::chrono::seconds patience{10};  // for the broker

  /// `event` is a Request with ReadValue, of a topic.
  Reading(const Seat& seat, EventPtr event);
  ~Reading();
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  /// Once, after it was made.
  void start();
  /// The event was answered: it may go, but not from within one of its calls.
  bool is_over() const { return event_ == nullptr; }

  void on_publication(const Publication& publication) override;

 private:
  void on_answer(const Reason& reason);
  void on_alarm();
  void refuse(const Reason& reason);
  void finish();

  const Seat& seat_;
  EventPtr event_;
  std::string topic_;
  bool is_granted_ = false;
  Alarm alarm_;
};

}  // namespace isthmus::mqtt
