#include "xmpp/handshake_check.hpp"

#include <array>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <utility>

#include "gateway/runtime/byte_stream.hpp"
#include "xmpp/component_stream.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using Kind = HandshakeResult::Kind;

constexpr auto handshake_timeout = 15s;

/// Takes no stanza: the stream is closed as soon as it is ready.
class NoStanzas final : public StreamListener {
 public:
  void on_ready() override {}
  void on_stanza(pugi::xml_node) override {}
  void on_skipped(pugi::xml_node, std::string_view) override {}
};

/// Writes all of `out`; false when the stream is of no use any more.
asio::awaitable<bool> write(ByteStream& bytes, std::string& out) {
  while (!out.empty()) {
    const auto moved = bytes.write_some(out);
    if (moved.error) co_return false;
    out.erase(0, moved.bytes);
    if (moved.bytes == 0) co_await bytes.writable();
  }
  co_return true;
}

/// Until the stream is ready or has ended; why it could not go on, if so.
asio::awaitable<std::string> shake_hands(ByteStream& bytes, ComponentStream& stream, std::string& out) {
  std::array<char, 4096> buffer{};
  stream.open();
  while (stream.state() != ComponentStream::State::ready) {
    if (!co_await write(bytes, out)) co_return "the connection was lost";
    co_await bytes.readable();
    const auto moved = bytes.read_some(buffer);
    if (moved.error) co_return "the server closed the connection: is it a component port?";
    if (!stream.feed(std::span{buffer}.first(moved.bytes))) break;
  }
  co_return "";
}

asio::awaitable<void> wait(std::chrono::nanoseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

asio::awaitable<HandshakeResult> try_handshake(ServerSettings server, ComponentSettings component, Resolver& resolver) {
  auto addresses = co_await resolver.resolve(server.host);
  if (!addresses) co_return HandshakeResult{Kind::unreachable, "no address: " + addresses.error().message()};
  ConnectOptions options;
  options.port = server.port;
  const auto connected = co_await connect(std::move(*addresses), options);
  if (!connected.stream) co_return HandshakeResult{Kind::unreachable, connected.why};

  std::string out;
  NoStanzas listener;
  ComponentStream stream{component.domain, component.secret, FramerLimits{.max_stanza = server.max_stanza}, out,
                         listener};
  const auto done = co_await (shake_hands(*connected.stream, stream, out) || wait(handshake_timeout));
  if (done.index() == 1) co_return HandshakeResult{Kind::unreachable, "no answer to the handshake within 15 s"};
  if (const auto& why = std::get<0>(done); !why.empty()) co_return HandshakeResult{Kind::unreachable, why};
  if (stream.state() != ComponentStream::State::ready) {
    const std::string& condition = stream.condition();
    if (condition == "conflict") co_return HandshakeResult{Kind::in_use, condition};
    co_return HandshakeResult{Kind::refused, condition.empty() ? "the stream was closed" : condition};
  }
  stream.close();
  co_await write(*connected.stream, out);
  co_return HandshakeResult{Kind::accepted, ""};
}

}  // namespace isthmus::xmpp
