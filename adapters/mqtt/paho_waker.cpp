#include "adapters/mqtt/paho_waker.hpp"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

constexpr auto between_wakes = 20ms;
constexpr auto longest = 500ms;  // then it is not Paho that is slow

}  // namespace

PahoWaker::PahoWaker(boost::asio::any_io_executor executor)
    : nothing_{fmt::format("isthmus/nothing/{:08x}", std::random_device{}())},
      timer_{std::make_shared<Timer>(std::move(executor))} {}

bool PahoWaker::have_answered(::mqtt::async_client& client) const {
  try {
    client.unsubscribe(nothing_);  // answered although there is no such subscription (MQTT 5 §3.10.4)
    return true;
  } catch (const ::mqtt::exception&) {
    return false;
  }
}

void PahoWaker::connecting(::mqtt::async_client& client) {
  connecting_.push_back(&client);
  until_ = std::chrono::steady_clock::now() + longest;
  start();
}

void PahoWaker::connected(::mqtt::async_client& client) {
  std::erase(connecting_, &client);
  connected_.push_back(&client);
  start();
}

void PahoWaker::gone(const ::mqtt::async_client* client) {
  std::erase(connecting_, client);
  std::erase(connected_, client);
}

void PahoWaker::start() {
  if (!std::exchange(is_waking_, true)) wake();
}

void PahoWaker::wake() {
  is_waking_ = !connecting_.empty() && !connected_.empty() && std::chrono::steady_clock::now() < until_;
  if (!is_waking_) return;
  for (auto* client : connected_) {
    if (have_answered(*client)) break;
  }
  timer_->expires_after(between_wakes);
  timer_->async_wait([this, timer = timer_](const boost::system::error_code& error) {
    if (!error && timer.use_count() > 1) wake();  // else the waker is gone
  });
}

}  // namespace isthmus::mqtt
