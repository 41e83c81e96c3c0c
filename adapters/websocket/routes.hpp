#pragma once
// The HTTP side: which requests there are, who may make them, and what they are answered (docs/decisions/websocket.md).
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/hub.hpp"
#include "adapters/websocket/session.hpp"
#include "adapters/websocket/settings.hpp"
#include "gateway/runtime/http.hpp"

namespace isthmus::websocket {

class Channel;

/// A response that goes on for as long as the client listens.
struct StreamWanted {
  Framing framing = Framing::event_stream;
  Format format = Format::native;
  Subscription subscription;
  Start start;
  std::string head;  // of the HTTP response
};

/// What requests ask of the adapter.
class Service {
 public:
  virtual ~Service() = default;
  virtual const Settings& settings() const = 0;
  virtual Hub& hub() = 0;
  virtual boost::system::result<TokenPtr, Problem> authenticate(std::string_view secret, std::string_view peer) = 0;
  /// Null when it is none.
  virtual TokenPtr use_ticket(std::string_view ticket, std::string_view origin) = 0;
  virtual std::string make_ticket(TokenPtr token, std::string_view origin) = 0;
  /// Says it in the name of the token; the id of what was said.
  virtual boost::system::result<std::string, Problem> say(const TokenPtr& token, const Say& what) = 0;
  /// Whether one more client may connect.
  virtual bool has_room() const = 0;
  virtual void connect(SessionSettings settings, TokenPtr token, HttpRequest request,
                       std::unique_ptr<ByteStream> stream, std::string rest, std::string protocol) = 0;
  virtual void stream(StreamWanted wanted, TokenPtr token, std::unique_ptr<ByteStream> stream) = 0;
  /// Up to where somebody without cursors of their own has read; kept over restarts.
  virtual std::uint64_t read_by(const std::string& reader) const = 0;
  virtual void set_read_by(const std::string& reader, std::uint64_t seq) = 0;
  /// Null when there is no such channel.
  virtual const Channel* channel(std::string_view name) const = 0;
};

/// Adds all routes of WebSocket and HTTP clients. `service` must outlive them.
void add_routes(HttpRoutes& routes, Service& service);

}  // namespace isthmus::websocket
