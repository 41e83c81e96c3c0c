#pragma once
// All clients share one thread of Paho's, which looks at a new socket when something comes on another one, or after a
// second. So while a client connects, one that is connected has its broker answer something.
#include <mqtt/async_client.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace isthmus::mqtt {

/// On the loop alone.
class PahoWaker {
 public:
  explicit PahoWaker(boost::asio::any_io_executor executor);
  ~PahoWaker() { timer_->cancel(); }
  PahoWaker(const PahoWaker&) = delete;
  PahoWaker& operator=(const PahoWaker&) = delete;

  /// `client` has begun to connect: Paho is woken until it has, or for as long as that should take.
  void connecting(::mqtt::async_client& client);
  /// `client` can be used for others, until it is gone.
  void connected(::mqtt::async_client& client);
  /// `client` may be null, or unknown.
  void gone(const ::mqtt::async_client* client);

 private:
  using Timer = boost::asio::steady_timer;
  void start();
  void wake();
  /// False when it cannot.
  bool have_answered(::mqtt::async_client& client) const;

  std::string nothing_;  // a filter that nobody is subscribed to
  std::shared_ptr<Timer> timer_;
  bool is_waking_ = false;
  std::vector<::mqtt::async_client*> connecting_;
  std::chrono::steady_clock::time_point until_;
  std::vector<::mqtt::async_client*> connected_;
};

}  // namespace isthmus::mqtt
