#include "gateway/runtime/tls_context.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/system/error_code.hpp>
#include <filesystem>
#include <map>
#include <string_view>
#include <vector>

#include "gateway/runtime/resolver.hpp"

namespace isthmus {
namespace {

constexpr std::size_t max_foreign_text = 200;
constexpr long max_sent_record = 4'096;  // bytes

struct FreeContext {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<SSL_CTX, FreeContext>;

// What a certificate says of itself is foreign text: printable ASCII of bounded length is shown of it.
std::string printable(std::string_view text) {
  std::string shown{text.substr(0, max_foreign_text)};
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

std::string names_in(X509* certificate) {
  std::string names;
  auto* alternatives =
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives) && names.size() < max_foreign_text; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives, i);
    if (name->type != GEN_DNS) continue;
    if (!names.empty()) names += ", ";
    names.append(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName)),
                 static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName)));
  }
  GENERAL_NAMES_free(alternatives);
  return printable(names);
}

std::string to_text(const X509_NAME* name) {
  std::array<char, max_foreign_text> text{};
  X509_NAME_oneline(name, text.data(), static_cast<int>(text.size()));
  return printable(text.data());
}

std::string to_text(const ASN1_TIME* time) {
  BIO* memory = BIO_new(BIO_s_mem());
  ASN1_TIME_print(memory, time);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory, &text);
  std::string copy = printable({text, static_cast<std::size_t>(size)});
  BIO_free(memory);
  return copy;
}

std::string problem_text(int problem, X509* certificate) {
  switch (problem) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: {
      const std::string names = names_in(certificate);
      return "its certificate is for another name" + (names.empty() ? std::string{} : " (" + names + ")");
    }
    case X509_V_ERR_CERT_HAS_EXPIRED: return "its certificate expired on " + to_text(X509_get0_notAfter(certificate));
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "its certificate is not valid before " + to_text(X509_get0_notBefore(certificate));
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return "its certificate is self-signed";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return "its certificate was issued by an authority that is not trusted here (" +
             to_text(X509_get_issuer_name(certificate)) + ")";
    default: return std::string{"its certificate is not valid: "} + X509_verify_cert_error_string(problem);
  }
}

void free_problem(void*, void* problem, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(problem);
}

// Where an SSL keeps what was wrong with its certificate.
int problem_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, &free_problem);
  return index;
}

// Notes the first problem: after a failed handshake OpenSSL keeps its number, but not the certificate.
int note_problem(int is_good, X509_STORE_CTX* chain) {
  if (is_good == 1) return 1;
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(chain, SSL_get_ex_data_X509_STORE_CTX_idx()));
  X509* certificate = X509_STORE_CTX_get_current_cert(chain);
  const int problem = X509_STORE_CTX_get_error(chain);
  if (SSL_get_ex_data(ssl, problem_index()) == nullptr) {
    auto* text = new std::string{certificate != nullptr ? problem_text(problem, certificate)
                                                        : X509_verify_cert_error_string(problem)};
    if (SSL_set_ex_data(ssl, problem_index(), text) != 1) delete text;
  }
  return 0;
}

ContextPtr make_context(const std::string& ca_file) {
  ContextPtr context{SSL_CTX_new(TLS_client_method())};
  if (!context) return {};
  SSL_CTX* const ctx = context.get();
  const bool trusts = ca_file.empty() ? SSL_CTX_set_default_verify_paths(ctx) == 1
                                      : SSL_CTX_load_verify_file(ctx, ca_file.c_str()) == 1;
  if (!trusts || SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) return {};
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, &note_problem);
  set_stream_modes(ctx);
  return context;
}

// A memo of what never changes for one state of one file, not a state of ours: as many entries as the configuration
// names files.
SSL_CTX* context_for(const std::string& ca_file) {
  struct Entry {
    std::filesystem::file_time_type written;
    ContextPtr context;
  };
  OPENSSL_init_ssl(0, nullptr);  // before the memo, so that at exit OpenSSL's own clean-up comes after it
  static std::map<std::string, Entry, std::less<>> entries;
  std::error_code ignored;
  const auto written = std::filesystem::last_write_time(ca_file, ignored);
  Entry& entry = entries[ca_file];
  if (!entry.context || entry.written != written) entry = Entry{written, make_context(ca_file)};
  return entry.context.get();
}

// The name for SNI and the certificate has no final dot (RFC 6066 §3); a numeric address is verified, but is no SNI.
bool set_server_name(SSL* ssl, std::string name) {
  if (name.ends_with('.')) name.pop_back();
  if (name.empty()) return false;
  X509_VERIFY_PARAM* wanted = SSL_get0_param(ssl);
  if (parse_ip_address(name)) return X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) == 1;
  X509_VERIFY_PARAM_set_hostflags(wanted, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return X509_VERIFY_PARAM_set1_host(wanted, name.data(), name.size()) == 1 &&
         SSL_set_tlsext_host_name(ssl, name.c_str()) == 1;
}

bool set_alpn(SSL* ssl, const std::string& name) {
  if (name.empty()) return true;
  if (name.size() > 255) return false;
  std::vector<unsigned char> list{static_cast<unsigned char>(name.size())};  // RFC 7301 §3.1: length, name
  list.insert(list.end(), name.begin(), name.end());
  return SSL_set_alpn_protos(ssl, list.data(), static_cast<unsigned>(list.size())) == 0;
}

// Certificate and key from one text.
bool set_identity(SSL* ssl, const std::string& pem) {
  if (pem.empty()) return true;
  const auto read = [&](auto* function) {
    BIO* memory = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
    auto* found = function(memory, nullptr, nullptr, nullptr);
    BIO_free(memory);
    return found;
  };
  X509* certificate = read(&PEM_read_bio_X509);
  EVP_PKEY* key = read(&PEM_read_bio_PrivateKey);
  const bool is_set = certificate != nullptr && key != nullptr && SSL_use_certificate(ssl, certificate) == 1 &&
                      SSL_use_PrivateKey(ssl, key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  return is_set;
}

// A pinned certificate need be nothing but that: is_pinned() follows.
int take_any(int, X509_STORE_CTX*) { return 1; }

}  // namespace

void set_stream_modes(SSL_CTX* ctx) {
  // An idle connection keeps no buffer of 17 KiB for reading. OpenSSL 3.0 keeps the one for writing all the same, so it
  // is made smaller, and with it the records that we send.
  SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_max_send_fragment(ctx, max_sent_record);
  SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_read_ahead(ctx, 1);  // one receive a record instead of two
}

Result<SslPtr> make_ssl(const TlsWanted& wanted, std::string& why) {
  ERR_clear_error();
  SSL_CTX* const context = context_for(wanted.ca_file);
  if (context == nullptr) {
    why = "cannot use the trusted certificates" + (wanted.ca_file.empty() ? std::string{} : " in " + wanted.ca_file) +
          ": " + last_tls_error();
    return make_error_code(TlsErrc::trust);
  }
  SslPtr ssl{SSL_new(context)};
  if (!ssl || !set_server_name(ssl.get(), wanted.server_name) || !set_alpn(ssl.get(), wanted.alpn)) {
    why = "there is no usable name to verify: " + last_tls_error();
    return make_error_code(TlsErrc::handshake);
  }
  if (!set_identity(ssl.get(), wanted.identity)) {
    why = "our own certificate cannot be used: " + last_tls_error();
    return make_error_code(TlsErrc::handshake);
  }
  if (!wanted.fingerprint.empty()) SSL_set_verify(ssl.get(), SSL_VERIFY_PEER, &take_any);
  SSL_set_connect_state(ssl.get());
  return ssl;
}

const std::string& certificate_problem(const SSL* ssl) {
  static const std::string none;
  const auto* problem = static_cast<const std::string*>(SSL_get_ex_data(ssl, problem_index()));
  return problem == nullptr ? none : *problem;
}

bool is_pinned(const SSL* ssl, const std::string& fingerprint) {
  if (fingerprint.empty()) return true;
  const X509* const certificate = SSL_get0_peer_certificate(ssl);
  return certificate != nullptr && fingerprint_of(certificate) == fingerprint;
}

std::string fingerprint_of(const X509* certificate) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) return {};
  std::string text;
  for (const unsigned char byte : digest) {
    text += "0123456789abcdef"[byte >> 4U];
    text += "0123456789abcdef"[byte & 15U];
  }
  return text;
}

std::string last_tls_error() {
  const unsigned long error = ERR_get_error();
  ERR_clear_error();
  if (ERR_SYSTEM_ERROR(error)) return boost::system::generic_category().message(ERR_GET_REASON(error));
  const char* reason = ERR_reason_error_string(error);
  return reason != nullptr ? reason : "unknown reason";
}

}  // namespace isthmus
