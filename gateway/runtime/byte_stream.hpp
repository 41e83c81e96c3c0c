#pragma once
// A connection that carries bytes: TCP, or TLS over it. It never blocks and buffers nothing of its own: one waits until
// it is readable, then reads into a buffer that all connections of the loop share.
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/runtime/readiness.hpp"
#include "gateway/runtime/resolver.hpp"

namespace isthmus {

namespace asio = boost::asio;

/// What one attempt to read or write did: `bytes` were moved; no error and no bytes: it would have blocked.
struct Moved {
  std::size_t bytes = 0;
  boost::system::error_code error;  // asio::error::eof when the other side closed; set only when no bytes were moved
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// A read that leaves room in `into` has taken all there was: one may wait again at once.
  virtual Moved read_some(std::span<char> into) = 0;
  /// What was not moved must be the beginning of the next call's `bytes`; the buffer itself may move or grow (TLS has
  /// perhaps encrypted a part of it already).
  virtual Moved write_some(std::string_view bytes) = 0;
  /// Throws when cancelled or closed.
  virtual asio::awaitable<void> readable() = 0;
  virtual asio::awaitable<void> writable() = 0;
  /// readable() for those who have very many streams, since a coroutine that waits has 1 KiB: calls `ready` once, on
  /// the loop, never from within this call; with an error when the stream was closed, unless it was readable before.
  /// One waits at a time.
  using Ready = Readiness::Ready;
  virtual void when_readable(Ready ready) = 0;
  /// Ends both directions at once; whoever waits is woken with an error. What was written before is still sent.
  virtual void close() noexcept = 0;
};

struct TlsWanted {
  std::string server_name;  // for SNI and verification: the name that was asked for (or a numeric address), never empty
  std::string ca_file;      // PEM; empty: the system's certificates
  std::string alpn;         // one protocol name of at most 255 bytes; empty: none
  /// SHA-256 of the only certificate that is trusted, whatever its name and issuer: 64 lower-case hexadecimal digits.
  /// Empty: chain and name are verified.
  std::string fingerprint{};
  std::string identity{};  // our own certificate and its key, PEM, for a side that asks who we are; empty: none
};

struct ConnectOptions {
  std::uint16_t port = 0;
  std::optional<TlsWanted> tls;  // set: TLS 1.2 or later, chain and name verified; never a fall-back to plain
  std::chrono::milliseconds timeout{15'000};  // for each address, TLS handshake included
  std::shared_ptr<Readiness> readiness{};     // under which a plain stream waits with very many others; null: Asio
};

/// What is wrong with TLS, where no error of the system says it.
enum class TlsErrc {
  handshake = 1,  // the two sides did not agree, or the other side speaks no TLS
  certificate,    // the other side's certificate is not to be trusted
  trust,          // the file of trusted certificates cannot be used
};
boost::system::error_code make_error_code(TlsErrc errc) noexcept;

/// A stream, or why there is none.
struct Connected {
  std::unique_ptr<ByteStream> stream;  // empty: no address could be connected to
  boost::system::error_code error;     // of the last attempt
  std::string why;  // of the last attempt, for people: address and reason, with TLS what was wrong with the certificate
};

/// Tries `addresses` in order, until one takes the connection; a certificate that is not to be trusted ends it at once.
/// Throws only when cancelled.
asio::awaitable<Connected> connect(std::vector<IpAddress> addresses, ConnectOptions options);

/// Makes a plain stream of a connected TCP socket that it will own. Throws boost::system::system_error when it is none.
std::unique_ptr<ByteStream> make_stream(asio::any_io_executor executor, int socket);

}  // namespace isthmus

template <>
struct boost::system::is_error_code_enum<isthmus::TlsErrc> : std::true_type {};
