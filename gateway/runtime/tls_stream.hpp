#pragma once
// TLS over a TCP socket, for byte_stream.cpp alone (docs/decisions/tls.md).
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "gateway/runtime/byte_stream.hpp"

namespace isthmus {

/// Greets as a client over `socket`, connected and non-blocking, and verifies the other side's certificate. Throws only
/// when cancelled; sets no time-out.
asio::awaitable<Connected> start_tls(asio::ip::tcp::socket socket, TlsWanted wanted);

}  // namespace isthmus
