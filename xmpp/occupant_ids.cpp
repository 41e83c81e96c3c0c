#include "xmpp/occupant_ids.hpp"

#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t digest_size = 32;  // SHA-256
constexpr std::size_t id_size = 16;      // bytes of it that are shown: nobody finds two that are alike

void require(int outcome) {
  if (outcome != 1) throw std::runtime_error{"OpenSSL cannot compute HMAC-SHA-256"};
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

/// HMAC-SHA-256 with one key; the key is scheduled once.
struct OccupantIds::Mac {
  explicit Mac(std::string_view key)
      : algorithm{EVP_MAC_fetch(nullptr, "HMAC", nullptr)}, context{EVP_MAC_CTX_new(algorithm)} {
    std::array digest{'S', 'H', 'A', '2', '5', '6', '\0'};
    const std::array parameters{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                OSSL_PARAM_construct_end()};
    require(context != nullptr ? 1 : 0);
    require(EVP_MAC_init(context, bytes(key), key.size(), parameters.data()));
  }
  ~Mac() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
  }
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;

  std::array<unsigned char, digest_size> operator()(std::string_view text) {
    std::array<unsigned char, digest_size> digest{};
    std::size_t size = 0;
    require(EVP_MAC_init(context, nullptr, 0, nullptr));
    require(EVP_MAC_update(context, bytes(text), text.size()));
    require(EVP_MAC_final(context, digest.data(), &size, digest.size()));
    return digest;
  }

  EVP_MAC* algorithm;
  EVP_MAC_CTX* context;
};

OccupantIds::OccupantIds(std::string_view key) {
  std::array<unsigned char, digest_size> random{};
  if (key.empty()) {
    require(RAND_bytes(random.data(), random.size()));
    key = {reinterpret_cast<const char*>(random.data()), random.size()};
  }
  mac_ = std::make_unique<Mac>(key);
}

OccupantIds::~OccupantIds() = default;

void OccupantIds::set_seed(std::string_view room_jid, std::string_view nick, std::string_view account) {
  // Neither an address nor a nick holds NUL, and what stands for an account never equals a nick.
  seed_.assign(room_jid).append(1, '\0').append(account.empty() ? "nick" : "account").append(1, '\0');
  seed_.append(account.empty() ? nick : account);
}

std::string OccupantIds::hashed_seed() {
  const auto digest = (*mac_)(seed_);
  return fmt::format("<occupant-id xmlns='{}' id='{:02x}'/>", ns::occupant_id,
                     fmt::join(digest.begin(), digest.begin() + id_size, ""));
}

std::string OccupantIds::element(std::string_view room_jid, std::string_view nick, std::string_view account) {
  set_seed(room_jid, nick, account);
  return hashed_seed();
}

std::string_view OccupantIds::speaker(std::string_view room_jid, std::string_view nick, std::string_view account) {
  set_seed(room_jid, nick, account);
  if (const auto found = known_.find(std::string_view{seed_}); found != known_.end()) return found->second;
  const auto before = known_before_.find(std::string_view{seed_});
  std::string hashed = before != known_before_.end() ? std::move(before->second) : hashed_seed();
  if (before != known_before_.end()) known_before_.erase(before);
  if (known_.size() >= remembered) {
    known_before_ = std::move(known_);
    known_ = {};
  }
  return known_.emplace(seed_, std::move(hashed)).first->second;
}

}  // namespace isthmus::xmpp
