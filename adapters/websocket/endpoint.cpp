#include "adapters/websocket/endpoint.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <deque>
#include <utility>

#include "adapters/websocket/layer.hpp"
#include "gateway/runtime/backoff.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus::websocket {

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using namespace std::chrono_literals;

constexpr auto handshake_time = 15s;
constexpr auto idle_time = 60s;  // half of it without a word, and a ping asks

constexpr auto as_tuple = asio::as_tuple(asio::use_awaitable);

using Stream = beast::websocket::stream<Layer, false>;

}  // namespace

/// One connection.
struct Endpoint::Line {
  Line(const EndpointContext& context, std::unique_ptr<ByteStream> bytes)
      : tasks{context.writing.tasks},
        stream{std::move(bytes)},
        output{Framing::websocket, Format::native, instance},
        layer{std::make_shared<Layer::State>(context.executor, stream, std::string{}, nullptr)},
        socket{Layer{layer}},
        writer{std::make_shared<Writer>(context.writing, stream, output, [] {}, [this] { stream->close(); })} {
    layer->write = [this](std::string frame) {
      const bool has_room = output.add_raw(std::move(frame));
      writer->wake();
      return has_room;
    };
  }
  ~Line() {
    writer->stop();
    layer->write = [](std::string) { return false; };
  }

  TaskGroup& tasks;
  std::shared_ptr<ByteStream> stream;
  Instance instance;
  Output output;
  std::shared_ptr<Layer::State> layer;
  Stream socket;
  std::shared_ptr<Writer> writer;
  beast::flat_buffer buffer;
  std::deque<std::string> waiting;
  bool is_sending = false;
};

Endpoint::Endpoint(EndpointContext context, EndpointSettings settings, EndpointListener& listener)
    : context_{std::move(context)},
      settings_{std::move(settings)},
      listener_{listener},
      channel_{settings_.name + "%"},
      heartbeat_{context_.alarms, [this] { beat(); }} {}

Endpoint::~Endpoint() = default;

void Endpoint::stop() noexcept {
  is_over_ = true;
  heartbeat_.clear();
  if (line_) line_->stream->close();
}

void Endpoint::become(LinkState state) {
  const bool is_news = state.state != state_.state || state.reason != state_.reason;
  state_ = std::move(state);
  if (is_news && !is_over_) listener_.on_state(*this, state_);
}

bool Endpoint::may_connect_to(const IpAddress& address) const {
  return is_public(address) || std::ranges::find(settings_.addresses, address) != settings_.addresses.end();
}

asio::awaitable<void> Endpoint::run(std::shared_ptr<Endpoint> self) {
  Backoff backoff{self->settings_.reconnect_base, self->settings_.reconnect_max};
  asio::steady_timer pause{self->context_.executor};
  while (!self->is_over_) {
    pause.expires_after(backoff.next(self->context_.random()));
    co_await pause.async_wait(asio::use_awaitable);
    std::string why;
    try {
      why = co_await self->talk();
    } catch (const boost::system::system_error& error) {
      if (self->is_over_) throw;
      why = error.code().message();
    }
    const bool was_up = self->is_up();
    self->heartbeat_.clear();
    self->line_.reset();
    if (was_up) backoff.reset();
    backoff.skip_immediate();
    self->become({LinkState::State::down, why, true});
  }
}

asio::awaitable<std::string> Endpoint::talk() {
  auto found = co_await context_.resolver.resolve(settings_.url.host);
  if (!found) co_return "its name leads nowhere: " + found.error().message();
  const auto refused = std::erase_if(*found, [this](const auto& address) { return !may_connect_to(address); });
  if (found->empty() && refused > 0)
    co_return "its address is none of the public internet, and not among its addresses in the configuration";
  ConnectOptions options{.port = settings_.url.port, .tls = {}, .timeout = handshake_time};
  if (settings_.url.is_secure)
    options.tls = TlsWanted{.server_name = settings_.url.host, .ca_file = settings_.ca_file, .alpn = "http/1.1"};
  Connected connected = co_await connect(*std::move(found), std::move(options));
  if (!connected.stream) co_return connected.why;
  line_ = std::make_shared<Line>(context_, std::move(connected.stream));
  std::string problem = co_await greet(line_);
  if (problem.empty()) problem = co_await listen(line_);
  line_->stream->close();
  co_return problem;
}

asio::awaitable<std::string> Endpoint::greet(std::shared_ptr<Line> line) {
  line->socket.set_option(beast::websocket::stream_base::timeout{handshake_time, idle_time, true});
  line->socket.read_message_max(settings_.max_frame);
  line->socket.auto_fragment(false);
  line->socket.set_option(beast::websocket::stream_base::decorator([this](beast::websocket::request_type& request) {
    request.set(http::field::user_agent, "isthmus");
    std::string protocols;
    for (const auto& name : settings_.subprotocols) protocols += (protocols.empty() ? "" : ", ") + name;
    if (!protocols.empty()) request.set(http::field::sec_websocket_protocol, protocols);
    for (const auto& [name, value] : settings_.headers) request.set(name, value);
  }));
  beast::websocket::response_type answer;
  const std::string host = settings_.url.authority();
  const auto [failed] = co_await line->socket.async_handshake(answer, host, settings_.url.target, as_tuple);
  if (failed == beast::websocket::error::upgrade_declined)
    co_return "it refuses: HTTP status " + std::to_string(answer.result_int());
  if (failed) co_return "it shakes no hands: " + failed.message();
  const std::string protocol{answer[http::field::sec_websocket_protocol]};
  const bool is_known =
      protocol.empty() || std::ranges::find(settings_.subprotocols, protocol) != settings_.subprotocols.end();
  if (!is_known) co_return "it answers with a subprotocol that nobody asked for";
  line->socket.text(true);
  become({LinkState::State::up, {}, false});
  for (const auto& frame : settings_.hello) static_cast<void>(send(frame));
  if (!settings_.heartbeat.empty()) heartbeat_.set(context_.alarms.now() + settings_.heartbeat_every);
  co_return std::string{};
}

asio::awaitable<std::string> Endpoint::listen(std::shared_ptr<Line> line) {
  TokenBucket frames{frames_at_once, frames_a_second};
  asio::steady_timer pause{context_.executor};
  for (;;) {
    const auto [error, size] = co_await line->socket.async_read(line->buffer, as_tuple);
    if (error == beast::websocket::error::closed)
      co_return "it closed the connection with " + std::to_string(line->socket.reason().code);
    if (error) co_return error.message();
    const auto data = line->buffer.data();
    if (line->socket.got_text()) listener_.on_frame(*this, {static_cast<const char*>(data.data()), data.size()});
    line->buffer = beast::flat_buffer{};
    const auto now = context_.alarms.now();
    if (frames.take(now)) continue;
    pause.expires_after(frames.ready_at(now) - now);
    co_await pause.async_wait(asio::use_awaitable);
  }
}

bool Endpoint::send(std::string frame) {
  const bool has_room = line_ && is_up() && line_->waiting.size() + line_->output.frames() < most_waiting;
  if (!has_room) return false;
  line_->waiting.push_back(std::move(frame));
  if (!line_->is_sending) line_->tasks.spawn("websocket endpoint", drain(line_));
  return true;
}

asio::awaitable<void> Endpoint::drain(std::shared_ptr<Line> line) {
  line->is_sending = true;
  while (!line->waiting.empty()) {
    const std::string frame = std::move(line->waiting.front());
    line->waiting.pop_front();
    const auto [error, size] = co_await line->socket.async_write(asio::buffer(frame), as_tuple);
    if (error) line->waiting.clear();
  }
  line->is_sending = false;
}

void Endpoint::beat() {
  static_cast<void>(send(settings_.heartbeat));
  heartbeat_.set(context_.alarms.now() + settings_.heartbeat_every);
}

}  // namespace isthmus::websocket
