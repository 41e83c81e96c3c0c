#include "adapters/irc/identity.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace isthmus::irc {
namespace {

TEST(Identity, IsAKeyAndItsCertificate) {
  const auto identity = make_identity();
  ASSERT_TRUE(identity);
  BIO* memory = BIO_new_mem_buf(identity->data(), static_cast<int>(identity->size()));
  X509* certificate = PEM_read_bio_X509(memory, nullptr, nullptr, nullptr);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(memory, nullptr, nullptr, nullptr);
  ASSERT_NE(certificate, nullptr);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(X509_check_private_key(certificate, key), 1);
  EXPECT_EQ(X509_verify(certificate, key), 1) << "it signed itself";
  EXPECT_LT(X509_cmp_current_time(X509_get0_notBefore(certificate)), 0);
  X509_free(certificate);
  EVP_PKEY_free(key);
  BIO_free(memory);
}

TEST(Identity, IsEachTimeAnother) { EXPECT_NE(*make_identity(), *make_identity()); }

TEST(Identity, HasFingerprintsInHexadecimal) {
  const auto its = fingerprints(*make_identity());
  EXPECT_EQ(its.sha256.size(), 64U);
  EXPECT_EQ(its.sha512.size(), 128U);
  EXPECT_EQ(its.sha256.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST(Identity, ThatIsNoneHasNone) { EXPECT_EQ(fingerprints("nothing").sha256, ""); }

}  // namespace
}  // namespace isthmus::irc
