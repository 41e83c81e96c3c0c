#include "gateway/runtime/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <climits>
#include <new>
#include <utility>

namespace isthmus {
namespace {

using asio::ip::tcp;

/// TLS records on a non-blocking socket. Asio only waits; OpenSSL moves the bytes (docs/decisions/tls.md).
class TlsStream final : public ByteStream {
 public:
  TlsStream(tcp::socket socket, SslPtr ssl);
  ~TlsStream() override { close(); }
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  Moved handshake();
  Moved read_some(std::span<char> into) override;
  Moved write_some(std::string_view bytes) override;
  asio::awaitable<void> readable() override;
  asio::awaitable<void> writable() override;
  void when_readable(Ready ready) override;
  void close() noexcept override;

  bool is_established() const noexcept { return established_; }
  bool is_pinned(const std::string& fingerprint) const { return isthmus::is_pinned(ssl_.get(), fingerprint); }
  const std::string& problem_of_certificate() const { return certificate_problem(ssl_.get()); }

 private:
  enum class Wants : unsigned char { nothing, to_read, to_write };

  static int send(BIO* bio, const char* bytes, int size);
  static int receive(BIO* bio, char* into, int size);
  static long control(BIO* bio, int command, long number, void* pointer);
  static BIO_METHOD* socket_method();

  bool settle(int result, Wants& wants);
  bool is_readable() const;
  /// What the socket must be ready for.
  static tcp::socket::wait_type to_wait(Wants wants, Wants otherwise);

  tcp::socket socket_;
  SslPtr ssl_;
  boost::system::error_code failure_;  // once set, nothing moves any more
  bool has_ended_ = false;             // nothing more will be read
  int errno_ = 0;                      // of the last system call
  Wants reader_ = Wants::nothing;      // what the last attempt to read (or to shake hands) stopped for
  Wants writer_ = Wants::nothing;      // the same for writing
  bool established_ = false;
};

// Our own BIO, because OpenSSL's writes with write(2), and a connection that the other side has closed would end the
// process by SIGPIPE. The stream is its data.
int TlsStream::send(BIO* bio, const char* bytes, int size) {
  auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(stream.socket_.native_handle(), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  stream.errno_ = sent < 0 ? errno : 0;
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int TlsStream::receive(BIO* bio, char* into, int size) {
  auto& stream = *static_cast<TlsStream*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  const auto received = ::recv(stream.socket_.native_handle(), into, static_cast<std::size_t>(size), 0);
  stream.errno_ = received < 0 ? errno : 0;
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  return static_cast<int>(received);
}

long TlsStream::control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

BIO_METHOD* TlsStream::socket_method() {
  static BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "non-blocking socket");
    if (made == nullptr) return made;
    BIO_meth_set_write(made, &TlsStream::send);
    BIO_meth_set_read(made, &TlsStream::receive);
    BIO_meth_set_ctrl(made, &TlsStream::control);
    return made;
  }();
  return method;
}

TlsStream::TlsStream(tcp::socket socket, SslPtr ssl) : socket_{std::move(socket)}, ssl_{std::move(ssl)} {
  BIO* bio = BIO_new(socket_method());
  if (bio == nullptr) throw std::bad_alloc{};
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);  // which owns it now
}

// Notes what an SSL_ call that did not succeed stopped for. False when that direction is over.
bool TlsStream::settle(int result, Wants& wants) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: wants = Wants::to_read; return true;
    case SSL_ERROR_WANT_WRITE: wants = Wants::to_write; return true;
    case SSL_ERROR_ZERO_RETURN:  // close_notify: writing may go on (RFC 8446 §6.1)
      has_ended_ = true;
      if (&wants == &reader_) return false;
      [[fallthrough]];
    case SSL_ERROR_SYSCALL:
      failure_ = errno_ == 0 ? boost::system::error_code{asio::error::eof}
                             : boost::system::error_code{errno_, boost::system::system_category()};
      return false;
    default: failure_ = make_error_code(TlsErrc::handshake); return false;
  }
}

Moved TlsStream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    established_ = true;
    reader_ = Wants::nothing;  // bytes that came with the handshake are not announced by the socket any more
    return {};
  }
  if (!settle(result, reader_)) return {0, failure_ ? failure_ : asio::error::eof};
  return {};
}

Moved TlsStream::read_some(std::span<char> into) {
  std::size_t total = 0;
  reader_ = Wants::nothing;
  while (!failure_ && !has_ended_ && total < into.size()) {
    ERR_clear_error();
    const std::size_t room = std::min<std::size_t>(into.size() - total, INT_MAX);
    const int result = SSL_read(ssl_.get(), into.data() + total, static_cast<int>(room));
    if (result > 0) {
      established_ = true;  // at the accepting end, the first read shook hands
      total += static_cast<std::size_t>(result);
      continue;
    }
    if (!settle(result, reader_) || reader_ != Wants::nothing) break;
  }
  if (total > 0) return {total, {}};  // the end is told by the next call
  if (!failure_ && has_ended_) return {0, asio::error::eof};
  return {0, failure_};
}

Moved TlsStream::write_some(std::string_view bytes) {
  std::size_t total = 0;
  writer_ = Wants::nothing;
  while (!failure_ && total < bytes.size()) {
    ERR_clear_error();
    const std::size_t size = std::min<std::size_t>(bytes.size() - total, INT_MAX);
    const int result = SSL_write(ssl_.get(), bytes.data() + total, static_cast<int>(size));
    if (result > 0) {
      total += static_cast<std::size_t>(result);
      continue;
    }
    if (!settle(result, writer_) || writer_ != Wants::nothing) break;
  }
  if (total > 0) return {total, {}};
  return {0, failure_};
}

// OpenSSL may hold bytes, or the end may be waiting to be told: neither is announced by the socket.
bool TlsStream::is_readable() const {
  const bool is_ready = failure_ || has_ended_ || (reader_ == Wants::nothing && SSL_has_pending(ssl_.get()) == 1);
  return is_ready && socket_.is_open();
}

tcp::socket::wait_type TlsStream::to_wait(Wants wants, Wants otherwise) {
  if (wants == Wants::nothing) wants = otherwise;
  return wants == Wants::to_write ? tcp::socket::wait_write : tcp::socket::wait_read;
}

asio::awaitable<void> TlsStream::readable() {
  if (is_readable()) return asio::post(socket_.get_executor(), asio::use_awaitable);
  return socket_.async_wait(to_wait(reader_, Wants::to_read), asio::use_awaitable);
}

asio::awaitable<void> TlsStream::writable() {
  if (failure_ && socket_.is_open()) return asio::post(socket_.get_executor(), asio::use_awaitable);
  return socket_.async_wait(to_wait(writer_, Wants::to_write), asio::use_awaitable);
}

void TlsStream::when_readable(Ready ready) {
  if (is_readable()) {
    asio::post(socket_.get_executor(), [ready = std::move(ready)]() mutable { ready({}); });
  } else {
    socket_.async_wait(to_wait(reader_, Wants::to_read), std::move(ready));
  }
}

void TlsStream::close() noexcept {
  if (!socket_.is_open()) return;
  ERR_clear_error();
  if (established_ && !failure_) SSL_shutdown(ssl_.get());  // close_notify, if there is room for it
  ERR_clear_error();
  if (!failure_) failure_ = asio::error::bad_descriptor;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

// Why the handshake did not succeed.
Connected refused(const TlsStream& stream, boost::system::error_code error) {
  if (const std::string& problem = stream.problem_of_certificate(); !problem.empty()) {
    return {nullptr, make_error_code(TlsErrc::certificate), problem};
  }
  if (error == asio::error::eof) return {nullptr, error, "it closed the connection during the TLS handshake"};
  if (error != TlsErrc::handshake) return {nullptr, error, error.message()};
  const bool is_plain = ERR_GET_REASON(ERR_peek_error()) == SSL_R_WRONG_VERSION_NUMBER;
  return {nullptr, error,
          is_plain ? "it does not speak TLS on this port" : "TLS handshake failed: " + last_tls_error()};
}

}  // namespace

std::unique_ptr<ByteStream> accept_tls(tcp::socket socket, SslPtr ssl) {
  socket.non_blocking(true);
  socket.set_option(tcp::no_delay{true});
  socket.set_option(asio::socket_base::keep_alive{true});
  return std::make_unique<TlsStream>(std::move(socket), std::move(ssl));
}

asio::awaitable<Connected> start_tls(tcp::socket socket, TlsWanted wanted) {
  std::string why;
  auto ssl = make_ssl(wanted, why);
  if (!ssl) co_return Connected{nullptr, ssl.error(), why};
  auto stream = std::make_unique<TlsStream>(std::move(socket), std::move(*ssl));
  for (;;) {
    const Moved step = stream->handshake();
    if (step.error) co_return refused(*stream, step.error);
    if (stream->is_established() && !stream->is_pinned(wanted.fingerprint))
      co_return Connected{nullptr, make_error_code(TlsErrc::certificate), "its certificate is not the pinned one"};
    if (stream->is_established()) co_return Connected{std::move(stream), {}, {}};
    co_await stream->readable();
  }
}

}  // namespace isthmus
