#pragma once
// A connection that carries bytes: TCP, or TLS over it. It never blocks and buffers nothing of its own: one waits until it is
// readable, then reads into a buffer that all connections of the loop share.
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "gateway/result.hpp"
#include "gateway/runtime/resolver.hpp"

namespace isthmus {

namespace asio = boost::asio;

/// What one attempt to read or write did: `bytes` were moved; no error and no bytes: it would have blocked.
struct Moved {
  std::size_t bytes = 0;
  boost::system::error_code error;  // asio::error::eof when the other side closed
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual Moved read_some(std::span<char> into) = 0;
  virtual Moved write_some(std::string_view bytes) = 0;
  /// Returns Asio's own awaitable, so that an idle connection costs one coroutine frame. Throws when cancelled or closed.
  /// Read until nothing moves before waiting again (TLS may hold bytes that no socket announces).
  virtual asio::awaitable<void> readable() = 0;
  virtual asio::awaitable<void> writable() = 0;
  /// Ends both directions at once; whoever waits is woken with an error.
  virtual void close() noexcept = 0;
};

struct TlsWanted {
  std::string server_name;   // for SNI and verification: the name that was asked for, not the address
  std::string ca_file;       // empty: the system's certificates
  std::string alpn;          // empty: none
};

struct ConnectOptions {
  std::uint16_t port = 0;
  std::optional<TlsWanted> tls;   // set: TLS 1.2 or later, chain and name verified; never a fall-back to plain
  std::chrono::milliseconds timeout{15'000};  // for each address, TLS handshake included
};

/// Tries `addresses` in order. The error is that of the last attempt; `why` gets a readable text (for TLS with what was wrong
/// with the certificate).
asio::awaitable<Result<std::unique_ptr<ByteStream>>> connect(std::vector<IpAddress> addresses, ConnectOptions options,
                                                             std::string& why);

/// Makes a stream of a connected, non-blocking socket that it will own.
std::unique_ptr<ByteStream> make_stream(asio::any_io_executor executor, int socket);

}  // namespace isthmus
