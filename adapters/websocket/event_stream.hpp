#pragma once
// A client that only reads over HTTP: server-sent events, or a line for each record.
#include <functional>
#include <memory>
#include <string>

#include "adapters/websocket/hub.hpp"
#include "adapters/websocket/socket.hpp"
#include "adapters/websocket/writer.hpp"

namespace isthmus::websocket {

class EventStream final : public Consumer, public std::enable_shared_from_this<EventStream> {
 public:
  /// `head` is the head of the HTTP response. `ended` is called once, when the client has gone; it may let go of this.
  EventStream(SocketSetting setting, Hub& hub, TokenPtr token, std::unique_ptr<ByteStream> stream, Framing framing,
              Format format, std::string head, std::function<void(EventStream&)> ended);
  ~EventStream() override;

  /// Begins with `subscription`.
  void begin(Subscription subscription, Start start);
  /// Ends it at once; `ended` is called.
  void drop();

 protected:
  void wake() override;
  void on_live(const Subscription&) override {}

 private:
  struct Parts;
  EventStream(std::unique_ptr<Parts> parts, Hub& hub, TokenPtr token);
  void watch();
  void keep_alive();

  std::unique_ptr<Parts> parts_;
};

}  // namespace isthmus::websocket
