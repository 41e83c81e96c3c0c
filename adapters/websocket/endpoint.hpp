#pragma once
// A WebSocket of somebody else's that the gateway connects to, again and again (RFC 6455, the client's side).
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "adapters/websocket/endpoint_settings.hpp"
#include "adapters/websocket/writer.hpp"
#include "gateway/model/event.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/resolver.hpp"

namespace isthmus::websocket {

class Endpoint;

/// Who hears of an endpoint; on the loop.
class EndpointListener {
 public:
  virtual ~EndpointListener() = default;
  /// A text frame, UTF-8, has come.
  virtual void on_frame(Endpoint& endpoint, std::string_view frame) = 0;
  /// The connection is up, or down, and why; not told twice.
  virtual void on_state(Endpoint& endpoint, const LinkState& state) = 0;
};

struct EndpointContext {
  WriterSetting writing;
  Alarms& alarms;
  Resolver& resolver;
  asio::any_io_executor executor;
  std::function<double()> random;  // in [0, 1)
};

class Endpoint final : public std::enable_shared_from_this<Endpoint> {
 public:
  static constexpr std::size_t most_waiting = 200;  // frames for the other side
  static constexpr double frames_a_second = 50;     // that are taken from it; more wait in its socket
  static constexpr unsigned frames_at_once = 100;

  Endpoint(EndpointContext context, EndpointSettings settings, EndpointListener& listener);
  ~Endpoint();

  const EndpointSettings& settings() const noexcept { return settings_; }
  /// The channel that it speaks in: "name%".
  const std::string& channel() const noexcept { return channel_; }
  const LinkState& state() const noexcept { return state_; }
  bool is_up() const noexcept { return state_.state == LinkState::State::up; }

  /// Connects, and again when the connection is lost, until it is cancelled and stop() was called.
  static asio::awaitable<void> run(std::shared_ptr<Endpoint> self);
  void stop() noexcept;

  /// A text frame for the other side. False: there is no connection, or it takes too little.
  [[nodiscard]] bool send(std::string frame);

 private:
  struct Line;
  asio::awaitable<std::string> talk();
  asio::awaitable<std::string> greet(std::shared_ptr<Line> line);
  asio::awaitable<std::string> listen(std::shared_ptr<Line> line);
  static asio::awaitable<void> drain(std::shared_ptr<Line> line);
  bool may_connect_to(const IpAddress& address) const;
  void become(LinkState state);
  void beat();

  EndpointContext context_;
  EndpointSettings settings_;
  EndpointListener& listener_;
  std::string channel_;
  LinkState state_{LinkState::State::connecting, {}, true};
  std::shared_ptr<Line> line_;  // while there is a connection
  Alarm heartbeat_;
  bool is_over_ = false;
};

}  // namespace isthmus::websocket
