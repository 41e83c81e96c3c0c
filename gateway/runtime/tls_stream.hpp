#pragma once
// TLS over a TCP socket, for byte_stream.cpp and tls_server.cpp alone (docs/decisions/tls.md).
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/runtime/byte_stream.hpp"
#include "gateway/runtime/tls_context.hpp"

namespace isthmus {

/// Greets as a client over `socket`, connected and non-blocking, and verifies the other side's certificate. Throws only
/// when cancelled; sets no time-out.
asio::awaitable<Connected> start_tls(asio::ip::tcp::socket socket, TlsWanted wanted);

/// The other end: `ssl` waits for a client's greeting. The handshake is part of the first read, which fails when it
/// does.
std::unique_ptr<ByteStream> accept_tls(asio::ip::tcp::socket socket, SslPtr ssl);

}  // namespace isthmus
