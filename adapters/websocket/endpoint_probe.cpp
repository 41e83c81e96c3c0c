#include "adapters/websocket/endpoint_probe.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "adapters/websocket/endpoint.hpp"
#include "adapters/websocket/settings.hpp"

namespace isthmus::websocket {

namespace {

using namespace std::chrono_literals;

constexpr auto answer_timeout = 20s;

/// Waits for the outcome of the first attempt.
class Attempt final : public EndpointListener {
 public:
  explicit Attempt(asio::steady_timer& timer) : timer_{timer} {}
  void on_frame(Endpoint&, std::string_view) override {}
  void on_state(Endpoint&, const LinkState& state) override {
    if (std::exchange(is_over_, true)) return;
    if (state.state == LinkState::State::down) why_ = state.reason;
    timer_.cancel();
  }

  std::optional<std::string> outcome() const { return is_over_ ? why_ : "no answer within 20 s"; }

 private:
  asio::steady_timer& timer_;
  bool is_over_ = false;
  std::optional<std::string> why_;
};

asio::awaitable<std::optional<std::string>> try_endpoint(EndpointSettings settings, Resolver& resolver) {
  settings.hello.clear();
  settings.heartbeat.clear();
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer{executor, answer_timeout};
  Attempt attempt{timer};
  Alarms alarms{executor};
  Turn turn{executor, [] {}};
  std::string scratch;
  const auto body = [&](TaskGroup& tasks) -> asio::awaitable<void> {
    EndpointContext context{
        .writing = {turn, tasks, scratch}, .alarms = alarms, .resolver = resolver, .executor = executor, .random = [] {
          return 0.0;
        }};
    const auto endpoint = std::make_shared<Endpoint>(std::move(context), settings, attempt);
    tasks.spawn("websocket endpoint", Endpoint::run(endpoint));
    co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
    endpoint->stop();
  };
  co_await with_tasks(body);
  co_return attempt.outcome();
}

}  // namespace

std::vector<Probe> probes(const config::Section& own, const config::Section& component) {
  std::vector<Probe> all;
  for (const auto& endpoint : read_settings(own, component).endpoints) {
    const auto& url = endpoint.url;
    all.push_back({.name = endpoint.name + " (" + (url.is_secure ? "wss://" : "ws://") + url.authority() + ")",
                   .place = "websocket.endpoints." + endpoint.name,
                   .run = [endpoint](Resolver& resolver) { return try_endpoint(endpoint, resolver); }});
  }
  return all;
}

}  // namespace isthmus::websocket
