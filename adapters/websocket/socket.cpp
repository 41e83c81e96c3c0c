#include "adapters/websocket/socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <utility>

#include "adapters/websocket/layer.hpp"
#include "adapters/websocket/packing.hpp"

namespace isthmus::websocket {

namespace {

namespace beast = boost::beast;
using namespace std::chrono_literals;

constexpr auto closing_time = 10s;  // for the other side to answer our close
constexpr std::size_t worth_keeping = 2'048;
constexpr std::size_t longest_reason = 123;  // RFC 6455 §5.5.1

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

using Stream = beast::websocket::stream<Layer, true>;

/// What we agree to: neither side refers to earlier messages, so that no window lives between them.
beast::websocket::permessage_deflate compression() {
  beast::websocket::permessage_deflate wanted;
  wanted.server_enable = true;
  wanted.server_max_window_bits = packing_window;
  wanted.server_no_context_takeover = true;
  wanted.client_no_context_takeover = true;
  return wanted;
}

beast::http::request<beast::http::empty_body> to_upgrade(const HttpRequest& request) {
  beast::http::request<beast::http::empty_body> upgrade{beast::http::verb::get, request.path, 11};
  for (const auto& [name, value] : request.headers) upgrade.insert(name, value);
  return upgrade;
}

/// `text`, cut at a code point so that it fits into a close frame.
std::string_view cut_reason(std::string_view text) {
  if (text.size() <= longest_reason) return text;
  std::size_t end = longest_reason;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80U) --end;
  return text.substr(0, end);
}

}  // namespace

struct Socket::Parts {
  Parts(SocketSetting with, const Instance& instance, Format format, std::unique_ptr<ByteStream> bytes,
        std::string rest, std::string subprotocol)
      : setting{std::move(with)},
        output{Framing::websocket, format, instance, setting.output},
        stream{std::move(bytes)},
        layer{std::make_shared<Layer::State>(setting.executor, stream, std::move(rest), nullptr)},
        socket{layer},
        protocol{std::move(subprotocol)} {}

  SocketSetting setting;
  Output output;
  std::shared_ptr<ByteStream> stream;
  std::shared_ptr<Layer::State> layer;
  Stream socket;
  std::string protocol;
  beast::flat_buffer buffer;
  std::shared_ptr<Writer> writer;
  std::unique_ptr<Alarm> auth_alarm;
  bool is_open = false;  // the handshake is done
  bool is_closing = false;
};

Socket::Socket(SocketSetting setting, Hub& hub, Gate& gate, SessionSettings settings, TokenPtr token,
               std::unique_ptr<ByteStream> stream, std::string rest, std::string protocol)
    : Socket{std::make_unique<Parts>(std::move(setting), hub.instance(), settings.format, std::move(stream),
                                     std::move(rest), std::move(protocol)),
             hub, gate, std::move(settings), std::move(token)} {}

Socket::Socket(std::unique_ptr<Parts> parts, Hub& hub, Gate& gate, SessionSettings settings, TokenPtr token)
    : Session{hub, parts->output, gate, std::move(settings), std::move(token)}, parts_{std::move(parts)} {
  const auto refill = [this] {
    if (!pump()) give_up();
    if (is_too_slow()) wake();
  };
  parts_->writer =
      std::make_shared<Writer>(parts_->setting.writing, parts_->stream, parts_->output, refill, [this] { drop(); });
  parts_->layer->write = [this](std::string bytes) {
    const bool has_room = parts_->output.add_raw(std::move(bytes));
    parts_->writer->wake();
    return has_room;
  };
}

Socket::~Socket() {
  parts_->writer->stop();
  parts_->layer->write = [](std::string) { return false; };
}

void Socket::drop() noexcept { parts_->stream->close(); }

void Socket::wake() {
  if (!parts_->is_open) return;
  const bool must_close = closing() || is_too_slow();
  if (must_close && !parts_->is_closing) start_closing();
  parts_->writer->wake();
}

void Socket::start_closing() {
  parts_->is_closing = true;
  Closing why{close_slow, "You read too slowly."};
  if (closing()) {
    why = *closing();
  } else {
    parts_->output.clear();
  }
  parts_->setting.writing.tasks.spawn("websocket close", say_goodbye(shared_from_this(), std::move(why)));
}

asio::awaitable<void> Socket::say_goodbye(std::shared_ptr<Socket> self, Closing why) {
  const beast::websocket::close_reason reason{static_cast<beast::websocket::close_code>(why.code),
                                              cut_reason(why.reason)};
  co_await self->parts_->socket.async_close(reason, as_tuple);
}

asio::awaitable<void> Socket::run(std::shared_ptr<Socket> self, HttpRequest request) {
  Parts& parts = *self->parts_;
  beast::websocket::stream_base::timeout limits{closing_time, parts.setting.idle_timeout, true};
  parts.socket.set_option(limits);
  parts.socket.read_message_max(self->settings().max_frame);
  if (parts.setting.compression) parts.socket.set_option(compression());
  parts.socket.set_option(beast::websocket::stream_base::decorator([&](beast::websocket::response_type& response) {
    response.set(beast::http::field::server, "isthmus");
    if (!parts.protocol.empty()) response.set(beast::http::field::sec_websocket_protocol, parts.protocol);
    parts.output.set_packing(response.count(beast::http::field::sec_websocket_extensions) > 0);
  }));
  const auto upgrade = to_upgrade(request);
  const auto [failed] = co_await parts.socket.async_accept(upgrade, as_tuple);
  if (failed) co_return;
  parts.is_open = true;
  if (!self->is_ready()) {
    parts.auth_alarm = std::make_unique<Alarm>(parts.setting.alarms, [weak = std::weak_ptr{self}] {
      if (const auto socket = weak.lock()) socket->on_auth_timeout();
    });
    parts.auth_alarm->set(parts.setting.alarms.now() + self->settings().auth_timeout);
  }
  self->begin(parts.setting.alarms.now());
  parts.setting.handled();
  for (;;) {
    const auto [error, size] = co_await parts.socket.async_read(parts.buffer, as_tuple);
    if (error) break;
    self->on_frame();
    parts.setting.handled();
  }
  // The last frames may still be in the queue: an answer to a close, or the close that a bad frame is answered with.
  parts.writer->wake();
  parts.writer->flush();
  parts.stream->close();
  parts.writer->stop();
}

void Socket::on_frame() {
  const auto data = parts_->buffer.data();
  const std::string_view text{static_cast<const char*>(data.data()), data.size()};
  if (parts_->socket.got_text()) {
    on_text(text, parts_->setting.alarms.now());
  } else {
    on_binary();
  }
  parts_->buffer.consume(text.size());
  if (parts_->buffer.capacity() > worth_keeping) parts_->buffer = beast::flat_buffer{};
}

}  // namespace isthmus::websocket
