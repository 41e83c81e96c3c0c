#pragma once
// What Beast's websocket::stream reads from and writes to: a ByteStream; for socket.cpp and endpoint.cpp alone.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "gateway/runtime/byte_stream.hpp"

namespace isthmus::websocket {

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
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(initiate, token, into);
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    std::string bytes(asio::buffer_size(buffers), '\0');
    asio::buffer_copy(asio::buffer(bytes), buffers);
    const auto initiate = [state = state_](auto handler, std::string all) {
      const std::size_t size = all.size();
      const boost::system::error_code error = state->write(std::move(all))
                                                  ? boost::system::error_code{}
                                                  : asio::error::make_error_code(asio::error::no_buffer_space);
      asio::post(state->executor, [handler = std::move(handler), error, size]() mutable {
        std::move(handler)(error, error ? 0 : size);
      });
    };
    return asio::async_initiate<Token, void(boost::system::error_code, std::size_t)>(initiate, token, std::move(bytes));
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
    stream.when_readable(
        [state = std::move(state), into, handler = std::move(handler)](boost::system::error_code error) mutable {
          if (error) return std::move(handler)(error, std::size_t{0});
          const Moved moved = receive(*state, into);
          if (moved.bytes == 0 && !moved.error) return wait(std::move(state), into, std::move(handler));
          std::move(handler)(moved.error, moved.bytes);
        });
  }

  std::shared_ptr<State> state_;
};

inline void beast_close_socket(Layer& layer) { layer.close(); }

/// The last frame has been queued, not written: the stream is closed by its owner, after that.
template <class Handler>
void async_teardown(boost::beast::role_type, Layer& layer, Handler&& handler) {
  asio::post(layer.get_executor(),
             boost::beast::bind_handler(std::forward<Handler>(handler), boost::system::error_code{}));
}

}  // namespace isthmus::websocket
