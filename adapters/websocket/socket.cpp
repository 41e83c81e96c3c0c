#include "adapters/websocket/socket.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <chrono>
#include <cstddef>
#include <span>
#include <utility>

namespace isthmus::websocket {

namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto closing_time = 10s;  // for the other side to answer our close
constexpr std::size_t worth_keeping = 2'048;
constexpr std::size_t longest_reason = 123;  // RFC 6455 §5.5.1

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

/// A ByteStream as Beast wants its next layer. What it writes is queued behind what the session wrote: whole, so that
/// no frame ends up within another.
class Layer {
 public:
  struct State {
    asio::any_io_executor executor;
    std::shared_ptr<ByteStream> stream;
    std::string first;                       // what was read before the handshake
    std::function<bool(std::string)> write;  // false: no room
  };
  using executor_type = asio::any_io_executor;

  explicit Layer(std::shared_ptr<State> state) : state_{std::move(state)} {}
  executor_type get_executor() const noexcept { return state_->executor; }
  void close() noexcept { state_->stream->close(); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    const auto initiate = [state = state_](auto handler, asio::mutable_buffer into) {
      const Moved moved = receive(*state, into);
      if (moved.bytes == 0 && !moved.error && into.size() > 0) return wait(state, into, std::move(handler));
      asio::post(state->executor,
                 [handler = std::move(handler), moved]() mutable { std::move(handler)(moved.error, moved.bytes); });
    };
    asio::mutable_buffer into;
    if (asio::buffer_sequence_begin(buffers) != asio::buffer_sequence_end(buffers))
      into = *asio::buffer_sequence_begin(buffers);
    return asio::async_initiate<Token, void(error_code, std::size_t)>(initiate, token, into);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::string bytes(asio::buffer_size(buffers), '\0');
    asio::buffer_copy(asio::buffer(bytes), buffers);
    const auto initiate = [state = state_](auto handler, std::string all) {
      const std::size_t size = all.size();
      const error_code error =
          state->write(std::move(all)) ? error_code{} : asio::error::make_error_code(asio::error::no_buffer_space);
      asio::post(state->executor, [handler = std::move(handler), error, size]() mutable {
        std::move(handler)(error, error ? 0 : size);
      });
    };
    return asio::async_initiate<Token, void(error_code, std::size_t)>(initiate, token, std::move(bytes));
  }

 private:
  static Moved receive(State& state, asio::mutable_buffer into) {
    const std::span<char> room{static_cast<char*>(into.data()), into.size()};
    if (state.first.empty()) return state.stream->read_some(room);
    const std::size_t size = state.first.copy(room.data(), room.size());
    state.first.erase(0, size);
    return {size, {}};
  }

  template <class Handler>
  static void wait(std::shared_ptr<State> state, asio::mutable_buffer into, Handler handler) {
    ByteStream& stream = *state->stream;
    stream.when_readable([state = std::move(state), into, handler = std::move(handler)](error_code error) mutable {
      if (error) return std::move(handler)(error, std::size_t{0});
      const Moved moved = receive(*state, into);
      if (moved.bytes == 0 && !moved.error) return wait(std::move(state), into, std::move(handler));
      std::move(handler)(moved.error, moved.bytes);
    });
  }

  std::shared_ptr<State> state_;
};

void beast_close_socket(Layer& layer) { layer.close(); }

/// The last frame has been queued, not written: the stream is closed by its owner, after that.
template <class Handler>
void async_teardown(beast::role_type, Layer& layer, Handler&& handler) {
  asio::post(layer.get_executor(), beast::bind_handler(std::forward<Handler>(handler), error_code{}));
}

using Stream = beast::websocket::stream<Layer, false>;

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
  parts.socket.set_option(beast::websocket::stream_base::decorator([&](beast::websocket::response_type& response) {
    response.set(beast::http::field::server, "isthmus");
    if (!parts.protocol.empty()) response.set(beast::http::field::sec_websocket_protocol, parts.protocol);
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
