#include "adapters/mqtt/probe.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "adapters/mqtt/paho_client.hpp"
#include "adapters/mqtt/settings.hpp"

namespace isthmus::mqtt {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto answer_timeout = 15s;

/// Waits for the outcome of one attempt.
class Attempt final : public ClientHandler {
 public:
  explicit Attempt(asio::steady_timer& timer) : timer_{timer} {}
  void on_connected(const Connack&) override { end(std::nullopt); }
  void on_closed(const Reason& why) override { end(to_refusal(why).text); }
  void on_publication(Publication, std::uint64_t) override {}
  void on_overflow() override {}
  void on_done(Token, const Reason&) override {}

  bool is_over() const { return is_over_; }
  const std::optional<std::string>& why() const { return why_; }

 private:
  void end(std::optional<std::string> why) {
    if (std::exchange(is_over_, true)) return;
    why_ = std::move(why);
    timer_.cancel();
  }
  asio::steady_timer& timer_;
  bool is_over_ = false;
  std::optional<std::string> why_;
};

asio::awaitable<std::optional<std::string>> try_broker(BrokerSettings broker, Resolver& resolver) {
  auto host = broker.url.host;
  // As when it runs: a name that a certificate must match is left to the library.
  if (!broker.url.is_secure()) {
    const auto addresses = co_await resolver.resolve(host);
    if (!addresses) co_return "no address: " + addresses.error().message();
    if (addresses->empty()) co_return "no address";
    host = to_text(addresses->front());
  }
  auto options = broker.connect;
  options.url = to_text(broker.url, host);
  options.client_id += "-check";
  options.clean_start = true;
  options.session_expiry = {};

  const auto executor = co_await asio::this_coro::executor;
  Reaper reaper;  // its destructor waits until the client is gone
  asio::steady_timer timer{executor, answer_timeout};
  Attempt attempt{timer};
  const auto client = make_paho_clients(executor, reaper)(attempt);
  client->connect(options);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!attempt.is_over()) co_return "no answer within 15 s";
  co_return attempt.why();
}

}  // namespace

std::vector<Probe> probes(const config::Section& own, const config::Section& component) {
  std::vector<Probe> all;
  for (const auto& [name, broker] : read_settings(own, component).brokers) {
    all.push_back({.name = name + " (" + to_text(broker.url, broker.url.host) + ")",
                   .place = "mqtt.brokers." + name,
                   .run = [broker](Resolver& resolver) { return try_broker(broker, resolver); }});
  }
  return all;
}

}  // namespace isthmus::mqtt
