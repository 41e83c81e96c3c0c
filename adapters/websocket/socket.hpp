#pragma once
// A WebSocket connection (RFC 6455) on Boost.Beast: shakes hands, reads frames, pings, closes. What the session has to
// say is written by a Writer, as shared texts; what Beast itself has to say (pongs, pings, closes) goes the same way.
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>

#include "adapters/websocket/session.hpp"
#include "adapters/websocket/writer.hpp"
#include "gateway/runtime/alarms.hpp"
#include "gateway/runtime/http_request.hpp"

namespace isthmus::websocket {

struct SocketSetting {
  WriterSetting writing;
  Alarms& alarms;
  asio::any_io_executor executor;
  std::function<void()> handled;  // called after each frame
  OutputLimits output;
  std::chrono::milliseconds idle_timeout{60'000};
  bool compression = false;  // a client that asks for permessage-deflate gets it
};

class Socket final : public Session, public std::enable_shared_from_this<Socket> {
 public:
  /// `protocol` is the subprotocol to answer with; may be empty.
  Socket(SocketSetting setting, Hub& hub, Gate& gate, SessionSettings settings, TokenPtr token,
         std::unique_ptr<ByteStream> stream, std::string rest, std::string protocol);
  ~Socket() override;

  /// Runs until the connection has ended, which it has when this returns. `request` is the one to upgrade.
  static asio::awaitable<void> run(std::shared_ptr<Socket> self, HttpRequest request);
  /// Ends it at once.
  void drop() noexcept;

 protected:
  void wake() override;

 private:
  struct Parts;
  // In two steps, because the output must be there before the Session that writes to it.
  Socket(std::unique_ptr<Parts> parts, Hub& hub, Gate& gate, SessionSettings settings, TokenPtr token);
  void on_frame();
  void start_closing();
  static asio::awaitable<void> say_goodbye(std::shared_ptr<Socket> self, Closing why);

  std::unique_ptr<Parts> parts_;
};

}  // namespace isthmus::websocket
