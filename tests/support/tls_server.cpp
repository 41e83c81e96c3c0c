#include "tests/support/tls_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace isthmus::support {
namespace {

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error{what};
}

void add_extension(X509* certificate, int nid, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_nconf_nid(nullptr, nullptr, nid, value.c_str());
  require(extension != nullptr, "certificate extension");
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate make(const CertificateWish& wish, const std::string& name, bool is_authority, const Certificate* issuer) {
  static long serial = 0;
  Certificate made;
  made.key.reset(EVP_EC_gen("P-256"));
  made.certificate.reset(X509_new());
  X509* x509 = made.certificate.get();
  require(made.key && x509 != nullptr, "certificate");
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(x509), static_cast<long>(std::chrono::seconds{wish.valid_from}.count()));
  X509_gmtime_adj(X509_getm_notAfter(x509), static_cast<long>(std::chrono::seconds{wish.valid_until}.count()));
  X509_set_pubkey(x509, made.key.get());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x509, X509_get_subject_name(issuer != nullptr ? issuer->certificate.get() : x509));
  add_extension(x509, NID_basic_constraints, is_authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (!wish.alternative_names.empty()) add_extension(x509, NID_subject_alt_name, wish.alternative_names);
  EVP_PKEY* signer = issuer != nullptr ? issuer->key.get() : made.key.get();
  require(X509_sign(x509, signer, EVP_sha256()) > 0, "certificate signature");
  return made;
}

}  // namespace

Certificate make_self_signed(const CertificateWish& wish) { return make(wish, "self", false, nullptr); }

Authority::Authority() {
  static int count = 0;  // for the name: by the name a client finds who issued a certificate
  own_ = make({.alternative_names = {}}, "Authority " + std::to_string(++count), true, nullptr);
  auto pattern = (std::filesystem::temp_directory_path() / "isthmus-authority-XXXXXX").string();
  const int descriptor = mkstemp(pattern.data());
  require(descriptor >= 0, "temporary file");
  file_ = pattern;
  std::FILE* file = fdopen(descriptor, "w");
  PEM_write_X509(file, own_.certificate.get());
  std::fclose(file);
}

Authority::~Authority() {
  std::error_code ignored;
  std::filesystem::remove(file_, ignored);
}

Certificate Authority::issue(const CertificateWish& wish) const { return make(wish, "server", false, &own_); }

TlsServer::TlsServer(Certificate certificate, Serve serve, int highest_version)
    : certificate_{std::move(certificate)},
      serve_{std::move(serve)},
      highest_version_{highest_version},
      listener_{::socket(AF_INET, SOCK_STREAM, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  require(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) == 0 && ::listen(listener_, 1) == 0,
          "listen");
  require(::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) == 0, "port");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { run(); }};
}

TlsServer::~TlsServer() {
  ::shutdown(listener_, SHUT_RDWR);  // ends accept()
  join();
  ::close(listener_);
}

void TlsServer::join() {
  if (thread_.joinable()) thread_.join();
}

void TlsServer::run() {
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);  // in this thread alone: the gateway's code must do without
  const int client = ::accept(listener_, nullptr, nullptr);
  if (client < 0) return;
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_security_level(context, 0);  // old versions too
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, highest_version_);
  SSL_CTX_use_certificate(context, certificate_.certificate.get());
  SSL_CTX_use_PrivateKey(context, certificate_.key.get());
  const auto choose_irc = [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
                             unsigned in_size, void*) {
    static const unsigned char irc[] = "\3irc";  // the result points into it
    return SSL_select_next_proto(const_cast<unsigned char**>(out), size, irc, 4, in, in_size) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_NOACK;
  };
  SSL_CTX_set_alpn_select_cb(context, choose_irc, nullptr);
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, client);
  if (SSL_accept(ssl) == 1) {
    if (const char* name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name)) server_name_ = name;
    if (serve_) serve_(ssl);
    SSL_shutdown(ssl);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  ::close(client);
}

std::string read_all(SSL* ssl) {
  std::string all;
  std::array<char, 16'384> piece;
  for (int size = 0; (size = SSL_read(ssl, piece.data(), static_cast<int>(piece.size()))) > 0;) {
    all.append(piece.data(), static_cast<std::size_t>(size));
  }
  return all;
}

bool write_all(SSL* ssl, const std::string& bytes) {
  return SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

}  // namespace isthmus::support
