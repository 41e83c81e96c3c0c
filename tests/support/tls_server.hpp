#pragma once
// A TLS server on 127.0.0.1 with a certificate that the test has made, in a thread of its own: an independent, blocking
// peer.
#include <openssl/ssl.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace isthmus::support {

struct FreeCertificate {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

struct Certificate {
  std::unique_ptr<X509, FreeCertificate> certificate;
  std::unique_ptr<EVP_PKEY, FreeKey> key;
};

struct CertificateWish {
  std::string alternative_names = "DNS:irc.example.org";  // in OpenSSL's notation: "DNS:a,IP:127.0.0.1"
  std::chrono::hours valid_from{-1};                      // from now
  std::chrono::hours valid_until{1};
};

Certificate make_self_signed(const CertificateWish& wish);

/// An authority that issues certificates; its own is in a file.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  Certificate issue(const CertificateWish& wish) const;
  std::string file() const { return file_; }

 private:
  Certificate own_;
  std::filesystem::path file_;
};

/// Serves one connection: shakes hands, does `serve` (blocking), and closes.
class TlsServer {
 public:
  using Serve = std::function<void(SSL*)>;
  explicit TlsServer(Certificate certificate, Serve serve = {}, int highest_version = TLS1_3_VERSION);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  /// The name that the client asked for by SNI. After join().
  const std::string& server_name() const noexcept { return server_name_; }
  /// Waits until the connection has been served.
  void join();

 private:
  void run();

  Certificate certificate_;
  Serve serve_;
  int highest_version_;
  int listener_;
  std::uint16_t port_ = 0;
  std::string server_name_;
  std::thread thread_;
};

/// Everything until the client closes, blocking.
std::string read_all(SSL* ssl);
/// All of `bytes`, blocking. False when the client is gone.
bool write_all(SSL* ssl, const std::string& bytes);

}  // namespace isthmus::support
