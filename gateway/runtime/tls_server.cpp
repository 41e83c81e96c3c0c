#include "gateway/runtime/tls_server.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <system_error>
#include <utility>

#include "gateway/runtime/tls_context.hpp"
#include "gateway/runtime/tls_stream.hpp"

namespace isthmus {

namespace {

using ContextPtr = std::shared_ptr<SSL_CTX>;

// Nobody is there to be asked for a passphrase.
int no_passphrase(char*, int, int, void*) { return 0; }

ContextPtr make_context(const TlsFiles& files, std::string& why) {
  ERR_clear_error();
  ContextPtr made{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};
  SSL_CTX* const context = made.get();
  if (context == nullptr || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
    why = "TLS cannot be used: " + last_tls_error();
    return {};
  }
  SSL_CTX_set_default_passwd_cb(context, &no_passphrase);
  if (SSL_CTX_use_certificate_chain_file(context, files.certificate_file.c_str()) != 1) {
    why = "no certificate can be read from " + files.certificate_file + ": " + last_tls_error();
    return {};
  }
  if (SSL_CTX_use_PrivateKey_file(context, files.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    why = "no key for the certificate can be read from " + files.key_file + ": " + last_tls_error();
    return {};
  }
  set_stream_modes(context);
  return made;
}

}  // namespace

TlsServer::TlsServer(TlsFiles files) : files_{std::move(files)} {}

std::string TlsServer::refresh() {
  std::error_code ignored;
  const auto certificate = std::filesystem::last_write_time(files_.certificate_file, ignored);
  const auto key = std::filesystem::last_write_time(files_.key_file, ignored);
  const bool is_known = (context_ || !problem_.empty()) && written_[0] == certificate && written_[1] == key;
  if (is_known) return problem_;
  written_[0] = certificate;
  written_[1] = key;
  problem_.clear();
  if (auto made = make_context(files_, problem_)) context_ = std::move(made);
  return problem_;
}

std::unique_ptr<ByteStream> TlsServer::accept(boost::asio::ip::tcp::socket socket, Log& log) {
  const std::string before = problem_;
  const std::string problem = refresh();
  if (!problem.empty() && problem != before) log.error("http: {}", problem);
  if (!context_) return nullptr;
  SslPtr ssl{SSL_new(context_.get())};
  if (!ssl) return nullptr;
  SSL_set_accept_state(ssl.get());
  return accept_tls(std::move(socket), std::move(ssl));
}

std::string fingerprint_of(const std::string& certificate_file) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> file{BIO_new_file(certificate_file.c_str(), "r"), &BIO_free};
  if (!file) return {};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      PEM_read_bio_X509_AUX(file.get(), nullptr, &no_passphrase, nullptr), &X509_free};
  ERR_clear_error();
  return certificate ? fingerprint_of(certificate.get()) : std::string{};
}

}  // namespace isthmus
