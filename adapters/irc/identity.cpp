#include "adapters/irc/identity.hpp"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>

#include <array>
#include <memory>

namespace isthmus::irc {
namespace {

constexpr long lifetime = 20L * 365 * 24 * 3600;  // seconds
constexpr long clock_skew = 24L * 3600;
constexpr std::array<unsigned char, 8> name{"isthmus"};

struct Free {
  void operator()(X509* it) const noexcept { X509_free(it); }
  void operator()(EVP_PKEY* it) const noexcept { EVP_PKEY_free(it); }
  void operator()(BIO* it) const noexcept { BIO_free_all(it); }
};
using CertificatePtr = std::unique_ptr<X509, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;
using BioPtr = std::unique_ptr<BIO, Free>;

CertificatePtr make_certificate(EVP_PKEY* key) {
  CertificatePtr certificate{X509_new()};
  std::uint32_t serial = 0;
  if (certificate == nullptr || RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) return {};
  X509* const it = certificate.get();
  X509_NAME* const subject = X509_get_subject_name(it);
  const bool is_good = X509_set_version(it, 2) == 1 &&
                       ASN1_INTEGER_set(X509_get_serialNumber(it), static_cast<long>(serial >> 1U)) == 1 &&
                       X509_gmtime_adj(X509_getm_notBefore(it), -clock_skew) != nullptr &&
                       X509_gmtime_adj(X509_getm_notAfter(it), lifetime) != nullptr && X509_set_pubkey(it, key) == 1 &&
                       X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name.data(), -1, -1, 0) == 1 &&
                       X509_set_issuer_name(it, subject) == 1 && X509_sign(it, key, EVP_sha256()) > 0;
  return is_good ? std::move(certificate) : CertificatePtr{};
}

std::string digest_of(const X509* certificate, const EVP_MD* hash) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(certificate, hash, digest.data(), &size) != 1) return {};
  std::string text;
  for (unsigned i = 0; i < size; ++i) {
    text += "0123456789abcdef"[digest[i] >> 4U];
    text += "0123456789abcdef"[digest[i] & 15U];
  }
  return text;
}

}  // namespace

Result<std::string> make_identity() {
  const boost::system::error_code failed{boost::system::errc::io_error, boost::system::generic_category()};
  const KeyPtr key{EVP_EC_gen("P-256")};
  const CertificatePtr certificate = key != nullptr ? make_certificate(key.get()) : CertificatePtr{};
  const BioPtr memory{BIO_new(BIO_s_secmem())};
  if (certificate == nullptr || memory == nullptr || PEM_write_bio_X509(memory.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(memory.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed;
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  return std::string{text, static_cast<std::size_t>(size)};
}

Fingerprints fingerprints(const std::string& identity) {
  const BioPtr memory{BIO_new_mem_buf(identity.data(), static_cast<int>(identity.size()))};
  const CertificatePtr certificate{PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr)};
  if (certificate == nullptr) return {};
  return {digest_of(certificate.get(), EVP_sha256()), digest_of(certificate.get(), EVP_sha512())};
}

}  // namespace isthmus::irc
