#pragma once
// What OpenSSL shares between connections, and its complaints in plain words; for the TLS files here alone.
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "gateway/result.hpp"
#include "gateway/runtime/byte_stream.hpp"

namespace isthmus {

struct FreeSsl {
  void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
};
using SslPtr = std::unique_ptr<SSL, FreeSsl>;

/// A client's connection state that will trust, name and offer what is `wanted`. Connections with the same file of
/// certificates share one context, which is made anew when the file has changed. TlsErrc::trust: the file cannot be
/// used; `why` then gets the reason.
Result<SslPtr> make_ssl(const TlsWanted& wanted, std::string& why);

/// What was wrong with the other side's certificate; empty when nothing was. Set by the handshake.
const std::string& certificate_problem(const SSL* ssl);

/// True when `fingerprint` (TlsWanted) is empty or that of the other side's certificate. After the handshake.
bool is_pinned(const SSL* ssl, const std::string& fingerprint);

/// SHA-256 of a certificate, as TlsWanted has it; empty when it cannot be computed.
std::string fingerprint_of(const X509* certificate);

/// How TlsStream uses connections of that context: little memory while idle, no renegotiation.
void set_stream_modes(SSL_CTX* context);

/// The oldest entry of OpenSSL's error queue in words; empties the queue.
std::string last_tls_error();

}  // namespace isthmus
