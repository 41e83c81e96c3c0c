#include "gateway/runtime/byte_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/error_category.hpp>
#include <boost/system/system_error.hpp>
#include <cerrno>
#include <tuple>
#include <utility>
#include <variant>

#include "gateway/runtime/tls_stream.hpp"

namespace isthmus {
namespace {

using asio::ip::tcp;
using boost::system::error_code;

class TlsCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "isthmus.tls"; }
  std::string message(int value) const override {
    switch (static_cast<TlsErrc>(value)) {
      case TlsErrc::handshake: return "TLS handshake failed";
      case TlsErrc::certificate: return "the certificate is not to be trusted";
      case TlsErrc::trust: return "the trusted certificates cannot be used";
    }
    return "unknown TLS error";
  }
};

Moved moved(ssize_t result) {
  if (result >= 0) return {static_cast<std::size_t>(result), {}};
  if (errno == EAGAIN) return {};
  return {0, error_code{errno, boost::system::system_category()}};
}

Moved receive(int socket, std::span<char> into) {
  if (into.empty()) return {};
  ssize_t result = 0;
  do result = ::recv(socket, into.data(), into.size(), 0);
  while (result < 0 && errno == EINTR);
  if (result == 0) return {0, asio::error::eof};
  return moved(result);
}

Moved send(int socket, std::string_view bytes) {
  if (bytes.empty()) return {};
  ssize_t result = 0;
  do result = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  while (result < 0 && errno == EINTR);
  return moved(result);
}

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(tcp::socket socket) : socket_{std::move(socket)} {}

  Moved read_some(std::span<char> into) override { return receive(socket_.native_handle(), into); }
  Moved write_some(std::string_view bytes) override { return send(socket_.native_handle(), bytes); }

  asio::awaitable<void> readable() override { return socket_.async_wait(tcp::socket::wait_read, asio::use_awaitable); }
  asio::awaitable<void> writable() override { return socket_.async_wait(tcp::socket::wait_write, asio::use_awaitable); }

  void when_readable(Ready ready) override { socket_.async_wait(tcp::socket::wait_read, std::move(ready)); }

  void close() noexcept override {
    error_code ignored;
    socket_.close(ignored);
  }

 private:
  tcp::socket socket_;
};

/// One of very many.
class WatchedStream final : public ByteStream {
 public:
  WatchedStream(std::shared_ptr<Readiness> readiness, int socket) : socket_{std::move(readiness), socket} {}

  Moved read_some(std::span<char> into) override { return receive(socket_.fd(), into); }
  Moved write_some(std::string_view bytes) override { return send(socket_.fd(), bytes); }

  asio::awaitable<void> readable() override {
    return awaited(&Readiness::Socket::when_readable, &Readiness::Socket::stop_waiting_to_read);
  }
  asio::awaitable<void> writable() override {
    return awaited(&Readiness::Socket::when_writable, &Readiness::Socket::stop_waiting_to_write);
  }
  void when_readable(Ready ready) override { socket_.when_readable(std::move(ready)); }
  void close() noexcept override { socket_.close(); }

 private:
  asio::awaitable<void> awaited(void (Readiness::Socket::*wait)(Ready), void (Readiness::Socket::*stop)()) {
    if (alive_ == nullptr) alive_ = std::make_shared<char>();
    return asio::async_initiate<const asio::use_awaitable_t<>, void(error_code)>(
        [this, wait, stop](auto handler) {
          auto slot = asio::get_associated_cancellation_slot(handler);
          if (slot.is_connected()) {
            slot.assign([this, stop, alive = std::weak_ptr{alive_}](asio::cancellation_type) {
              if (!alive.expired()) (socket_.*stop)();
            });
          }
          (socket_.*wait)([handler = std::move(handler)](error_code error) mutable { std::move(handler)(error); });
        },
        asio::use_awaitable);
  }

  Readiness::Socket socket_;
  std::shared_ptr<char> alive_;  // made for whoever waits and can be cancelled, which may be after this is gone
};

// Whole lines and stanzas are written at once, so waiting for more only delays them; keep-alive finds a dead peer that
// we have nothing to say to.
void set_options(tcp::socket& socket) {
  socket.non_blocking(true);
  socket.set_option(tcp::no_delay{true});
  socket.set_option(asio::socket_base::keep_alive{true});
}

tcp::endpoint to_endpoint(const IpAddress& address, std::uint16_t port) {
  if (address.is_v6) return {asio::ip::address_v6{address.bytes}, port};
  asio::ip::address_v4::bytes_type v4{};
  std::copy_n(address.bytes.begin(), v4.size(), v4.begin());
  return {asio::ip::address_v4{v4}, port};
}

asio::awaitable<Connected> attempt(tcp::endpoint endpoint, ConnectOptions options) {
  tcp::socket socket{co_await asio::this_coro::executor};
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) co_return Connected{nullptr, error, error.message()};
  set_options(socket);
  std::tie(error) = co_await socket.async_connect(endpoint, asio::as_tuple(asio::use_awaitable));
  if (error) co_return Connected{nullptr, error, error.message()};
  if (!options.tls && options.readiness != nullptr) {
    const int released = socket.release();
    co_return Connected{std::make_unique<WatchedStream>(std::move(options.readiness), released), {}, {}};
  }
  if (!options.tls) co_return Connected{std::make_unique<TcpStream>(std::move(socket)), {}, {}};
  Connected outcome = co_await start_tls(std::move(socket), *std::move(options.tls));
  co_return outcome;
}

// The same, every failure being a value.
asio::awaitable<Connected> safe_attempt(tcp::endpoint endpoint, ConnectOptions options) {
  try {
    Connected outcome = co_await attempt(endpoint, std::move(options));
    co_return outcome;
  } catch (const boost::system::system_error& thrown) {
    co_return Connected{nullptr, thrown.code(), thrown.code().message()};
  }
}

asio::awaitable<void> expire(std::chrono::milliseconds timeout) {
  asio::steady_timer timer{co_await asio::this_coro::executor, timeout};
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<Connected> attempt_in_time(tcp::endpoint endpoint, ConnectOptions options) {
  using namespace asio::experimental::awaitable_operators;
  const auto timeout = options.timeout;
  auto ended = co_await (safe_attempt(endpoint, std::move(options)) || expire(timeout));
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  if (cancellation.cancelled() != asio::cancellation_type::none) {
    throw boost::system::system_error{asio::error::operation_aborted};
  }
  if (auto* outcome = std::get_if<Connected>(&ended)) co_return std::move(*outcome);
  co_return Connected{nullptr, asio::error::timed_out, "no answer within " + std::to_string(timeout.count()) + " ms"};
}

std::string to_text(const tcp::endpoint& endpoint) {
  const std::string address = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + address + "]" : address) + ":" + std::to_string(endpoint.port());
}

}  // namespace

boost::system::error_code make_error_code(TlsErrc errc) noexcept {
  static const TlsCategory category;
  return {static_cast<int>(errc), category};
}

asio::awaitable<Connected> connect(std::vector<IpAddress> addresses, ConnectOptions options) {
  Connected last{nullptr, asio::error::host_not_found, "there is no address to connect to"};
  for (const IpAddress& address : addresses) {
    const tcp::endpoint endpoint = to_endpoint(address, options.port);
    Connected outcome = co_await attempt_in_time(endpoint, options);
    if (outcome.stream) co_return outcome;
    outcome.why = to_text(endpoint) + ": " + outcome.why;
    // A certificate that is not to be trusted is what people must hear of, not that another address did not answer.
    if (last.error != TlsErrc::certificate) last = std::move(outcome);
  }
  co_return last;
}

std::unique_ptr<ByteStream> make_stream(asio::any_io_executor executor, int socket) {
  tcp::socket owned{executor};
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const bool has_address = ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  owned.assign(has_address && address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket);
  set_options(owned);
  return std::make_unique<TcpStream>(std::move(owned));
}

}  // namespace isthmus
