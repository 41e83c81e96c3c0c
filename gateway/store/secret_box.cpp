#include "gateway/store/secret_box.hpp"

#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <new>
#include <vector>

namespace isthmus {
namespace {

constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr unsigned char version = 1;  // of what seal() writes

using Bytes = std::vector<unsigned char>;
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

Cipher make_cipher() {
  Cipher cipher{EVP_CIPHER_CTX_new(), &EVP_CIPHER_CTX_free};
  if (cipher == nullptr) throw std::bad_alloc{};
  return cipher;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string to_hex(const Bytes& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) text.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  return text;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = digit_of(text[i]);
    const int low = digit_of(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<unsigned char>(high * 16 + low));
  }
  return bytes;
}

void require(int ok) {
  // OpenSSL fails here for lack of memory or of randomness only: neither leaves anything sensible to do.
  if (ok != 1) throw std::bad_alloc{};
}

boost::system::error_code last_error() { return {errno, boost::system::system_category()}; }

/// Closes a file descriptor at the end of the scope.
struct File {
  int descriptor;
  ~File() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Result<SecretBox::Key> make_key(const std::string& path) {
  Bytes random(SecretBox::key_size);
  require(RAND_bytes(random.data(), static_cast<int>(random.size())));
  const std::string text = to_hex(random) + "\n";
  const File file{::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (file.descriptor < 0) return last_error();
  if (::write(file.descriptor, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      ::fsync(file.descriptor) != 0) {
    const auto error = last_error();
    ::unlink(path.c_str());  // half a key is worse than none
    return error;
  }
  SecretBox::Key key;
  std::copy(random.begin(), random.end(), key.begin());
  OPENSSL_cleanse(random.data(), random.size());
  return key;
}

}  // namespace

SecretBox::~SecretBox() { OPENSSL_cleanse(key_.data(), key_.size()); }

std::string SecretBox::seal(std::string_view secret, std::string_view place) const {
  Bytes sealed(1 + nonce_size + secret.size() + tag_size);
  sealed[0] = version;
  unsigned char* nonce = sealed.data() + 1;
  unsigned char* text = nonce + nonce_size;
  require(RAND_bytes(nonce, nonce_size));
  const auto cipher = make_cipher();
  int written = 0;
  require(EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce));
  require(EVP_EncryptUpdate(cipher.get(), nullptr, &written, bytes_of(place), static_cast<int>(place.size())));
  require(EVP_EncryptUpdate(cipher.get(), text, &written, bytes_of(secret), static_cast<int>(secret.size())));
  require(EVP_EncryptFinal_ex(cipher.get(), text + written, &written));
  require(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, tag_size, text + secret.size()));
  return to_hex(sealed);
}

std::optional<std::string> SecretBox::open(std::string_view sealed_text, std::string_view place) const {
  auto sealed = from_hex(sealed_text);
  if (!sealed || sealed->size() < 1 + nonce_size + tag_size || sealed->front() != version) return std::nullopt;
  const unsigned char* nonce = sealed->data() + 1;
  const unsigned char* text = nonce + nonce_size;
  const std::size_t size = sealed->size() - 1 - nonce_size - tag_size;
  std::string secret(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(secret.data());
  const auto cipher = make_cipher();
  int written = 0;
  const bool is_whole =
      EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key_.data(), nonce) == 1 &&
      EVP_DecryptUpdate(cipher.get(), nullptr, &written, bytes_of(place), static_cast<int>(place.size())) == 1 &&
      EVP_DecryptUpdate(cipher.get(), out, &written, text, static_cast<int>(size)) == 1 &&
      EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, tag_size, sealed->data() + sealed->size() - tag_size) ==
          1 &&
      EVP_DecryptFinal_ex(cipher.get(), out + written, &written) == 1;
  if (!is_whole) return std::nullopt;
  return secret;
}

Result<SecretBox::Key> load_or_make_key(const std::string& path) {
  const File file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.descriptor < 0) return errno == ENOENT ? make_key(path) : Result<SecretBox::Key>{last_error()};
  std::array<char, 128> content{};
  const auto size = ::read(file.descriptor, content.data(), content.size());
  if (size < 0) return last_error();
  std::string_view text{content.data(), static_cast<std::size_t>(size)};
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto bytes = from_hex(text);
  OPENSSL_cleanse(content.data(), content.size());
  if (!bytes || bytes->size() != SecretBox::key_size)
    return boost::system::errc::make_error_code(boost::system::errc::invalid_argument);
  SecretBox::Key key;
  std::copy(bytes->begin(), bytes->end(), key.begin());
  return key;
}

}  // namespace isthmus
