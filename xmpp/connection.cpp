#include "xmpp/connection.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;

// Ours: RFC 6120 §4.6 leaves the times to us. A dead server is noticed within 90 s.
constexpr auto idle_before_ping = 60s;
constexpr auto wait_for_ping = 30s;
constexpr auto handshake_timeout = 30s;
constexpr auto reconnect_base = 1s;
constexpr auto reconnect_cap = 60s;
constexpr auto steady_after = 30s;  // after a stream that lasted less, the next attempt is not made at once
// A burst (the presences of a large room) leaves in pieces that fit into a cache, in place of one that must be paged
// in.
constexpr std::size_t write_early = 64 * 1024;      // bytes
constexpr std::size_t keep_capacity = 1024 * 1024;  // bytes of the output buffer that stay when it is drained

asio::awaitable<void> sleep_for(std::chrono::nanoseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

Connection::Connection(Runtime& runtime, ServerSettings server, ComponentSettings component, StanzaHandler& handler,
                       AdapterId link)
    : runtime_{runtime},
      server_{std::move(server)},
      component_{std::move(component)},
      handler_{handler},
      byte_counts_{runtime.counters.bytes(link)},
      stream_{component_.domain, component_.secret, FramerLimits{.max_stanza = server_.max_stanza}, out_, *this},
      backoff_{reconnect_base, reconnect_cap},
      alive_{runtime.alarms, [this] { check_alive(); }} {}

Connection::~Connection() = default;

std::string& Connection::buffer() {
  if (out_.size() >= write_early) flush();
  if (out_.size() > max_unsent) break_off("the server does not take what is sent");
  runtime_.turn.request(*this, Turn::Phase::users);
  return out_;
}

asio::awaitable<void> Connection::run() {
  for (;;) {
    const auto delay = backoff_.next(runtime_.random());
    if (delay > 0ms) co_await sleep_for(delay);
    const auto why = co_await serve();
    if (stream_.condition() == "not-authorized" && !was_ready_) {
      throw HandshakeRefused{component_.domain + ": the server refuses the secret"};
    }
    runtime_.counters.add("xmpp_disconnects", "stream_ended");
    runtime_.log.warn(LogFields{{"link", component_.domain}, {"reason", why}}, "{}: stream to {}:{} ended: {}",
                      component_.domain, server_.host, server_.port, why);
  }
}

asio::awaitable<std::string> Connection::serve() {
  auto addresses = co_await runtime_.resolver.resolve(server_.host);
  if (!addresses) co_return "no address: " + addresses.error().message();
  ConnectOptions options;
  options.port = server_.port;
  auto connected = co_await connect(std::move(*addresses), options);
  if (!connected.stream) co_return connected.why;

  bytes_ = std::move(connected.stream);
  out_.clear();
  is_broken_ = false;
  why_broken_.clear();
  stream_.open();
  heard_ = runtime_.alarms.now();
  alive_.set(heard_ + handshake_timeout);
  runtime_.turn.request(*this, Turn::Phase::users);

  std::exception_ptr cancelled;
  try {
    co_await with_tasks([this](TaskGroup& tasks) -> asio::awaitable<void> {
      tasks_ = &tasks;
      co_await read();
    });
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted && why_broken_.empty()) cancelled = std::current_exception();
    if (why_broken_.empty()) why_broken_ = error.code().message();
  }
  tasks_ = nullptr;
  is_draining_ = false;
  if (cancelled) std::rethrow_exception(cancelled);  // finish() says goodbye on this connection
  stream_.close();
  bytes_.reset();
  alive_.clear();
  ping_id_.clear();
  if (std::exchange(is_announced_, false)) {
    backoff_.reset();
    if (runtime_.alarms.now() - ready_at_ < steady_after) backoff_.skip_immediate();
    handler_.on_down(*this);
  }
  runtime_.router.settle();
  co_return stream_.condition().empty() ? why_broken_ : stream_.condition();
}

asio::awaitable<void> Connection::read() {
  for (;;) {
    co_await bytes_->readable();
    for (;;) {
      const auto moved = bytes_->read_some(runtime_.read_buffer);
      byte_counts_.users_in += moved.bytes;
      if (moved.error) break_off(moved.error.message());
      if (moved.error || is_broken_) co_return;
      if (moved.bytes == 0) break;
      const Alarms::Moment moment{runtime_.alarms};
      heard_ = runtime_.alarms.now();
      const bool goes_on = stream_.feed(runtime_.read_buffer.first(moved.bytes));
      if (!out_.empty()) runtime_.turn.request(*this, Turn::Phase::users);
      if (!goes_on) {
        flush();  // the stream error that we perhaps answered with
        break_off(stream_.condition().empty() ? "closed by the server" : stream_.condition());
        co_return;
      }
      if (moved.bytes < runtime_.read_buffer.size()) break;
    }
  }
}

void Connection::flush() {
  if (!bytes_ || is_draining_) return;
  std::size_t written = 0;
  while (written < out_.size()) {
    const auto moved = bytes_->write_some(std::string_view{out_}.substr(written));
    if (moved.error) {
      break_off(moved.error.message());
      break;
    }
    if (moved.bytes == 0) break;
    written += moved.bytes;
    byte_counts_.users_out += moved.bytes;
  }
  out_.erase(0, written);
  if (is_broken_) return;
  if (out_.empty()) {
    if (out_.capacity() > keep_capacity) std::string{}.swap(out_);
  } else if (tasks_ != nullptr) {
    is_draining_ = true;
    tasks_->spawn("xmpp drain", drain());
  }
}

asio::awaitable<void> Connection::drain() {
  co_await bytes_->writable();
  is_draining_ = false;
  flush();
}

void Connection::on_ready() {
  was_ready_ = true;
  ready_at_ = runtime_.alarms.now();
  is_announced_ = true;
  alive_.set(heard_ + idle_before_ping);
  runtime_.log.info(LogFields{{"link", component_.domain}}, "{}: component stream is up", component_.domain);
  handler_.on_up(*this);
}

void Connection::check_alive() {
  const auto now = runtime_.alarms.now();
  if (!is_up()) return break_off("no handshake");
  const auto silence = now - heard_;
  if (silence >= idle_before_ping + wait_for_ping) return break_off("the server is silent");
  if (silence < idle_before_ping) {
    alive_.set(heard_ + idle_before_ping);
    return;
  }
  // To ourselves: XEP-0114 knows no ping, but a server routes this back to us.
  const auto hex = to_hex(runtime_.ids.next(runtime_.alarms.wall_clock()));
  ping_id_.assign(hex.data(), hex.size());
  StanzaWriter out{buffer()};
  out.open("iq").attribute("type", "get").attribute("from", component_.domain).attribute("to", component_.domain);
  out.attribute("id", ping_id_).open("ping", "urn:xmpp:ping").close().close();
  alive_.set(heard_ + idle_before_ping + wait_for_ping);
}

void Connection::break_off(std::string why) {
  if (is_broken_) return;
  is_broken_ = true;
  why_broken_ = std::move(why);
  if (bytes_) bytes_->close();
}

asio::awaitable<void> Connection::finish() {
  if (!bytes_ || is_broken_) co_return;
  alive_.clear();
  stream_.close();
  const auto deadline = runtime_.alarms.now() + 2s;
  is_draining_ = false;
  for (;;) {
    flush();
    if (out_.empty() || is_broken_ || runtime_.alarms.now() >= deadline) break;
    co_await (bytes_->writable() || sleep_for(deadline - runtime_.alarms.now()));
  }
  bytes_->close();
}

}  // namespace isthmus::xmpp
