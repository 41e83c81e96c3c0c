#include "xmpp/occupant_ids.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <span>
#include <stdexcept>
#include <utility>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t digest_size = 32;  // SHA-256
constexpr std::size_t id_size = 16;      // bytes of it that are shown: nobody finds two that are alike
constexpr std::string_view account_mark{"\0account\0", 9};
constexpr std::string_view nick_mark{"\0nick\0", 6};

void require(int outcome) {
  if (outcome != 1) throw std::runtime_error{"OpenSSL cannot compute HMAC-SHA-256"};
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// What is hashed: neither an address nor a nick holds NUL, and what stands for an account never equals a nick.
std::string to_seed(std::string_view room_jid, std::string_view nick, std::string_view account) {
  const bool has_account = !account.empty();
  const auto kind = has_account ? account_mark : nick_mark;
  const auto who = has_account ? account : nick;
  std::string seed;
  seed.reserve(room_jid.size() + kind.size() + who.size());
  return seed.append(room_jid).append(kind).append(who);
}

/// True when to_seed() would be `seed`.
bool is_seed(std::string_view seed, std::string_view room_jid, std::string_view nick, std::string_view account) {
  const auto kind = account.empty() ? nick_mark : account_mark;
  const auto who = account.empty() ? nick : account;
  return seed.size() == room_jid.size() + kind.size() + who.size() && seed.ends_with(who) &&
         seed.starts_with(room_jid) && seed.substr(room_jid.size()).starts_with(kind);
}

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

std::string OccupantIds::hashed(std::string_view seed) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto digest = (*mac_)(seed);
  std::string id;
  id.reserve(2 * id_size);
  for (const unsigned char byte : std::span{digest}.first<id_size>()) {
    id += digits[byte >> 4U];
    id += digits[byte & 0xFU];
  }
  return id;
}

std::string OccupantIds::element(std::string_view room_jid, std::string_view nick, std::string_view account) {
  std::string element = "<occupant-id xmlns='";
  element.append(ns::occupant_id).append("' id='").append(hashed(to_seed(room_jid, nick, account))).append("'/>");
  return element;
}

OccupantIds::Marks OccupantIds::speaker(std::string_view room_jid, std::string_view nick, std::string_view account) {
  // Most of what is said is said by one after the other, or to many by one.
  if (last_ == nullptr || !is_seed(seed_, room_jid, nick, account)) {
    seed_ = to_seed(room_jid, nick, account);
    last_ = &find(room_jid, nick);
  }
  return last_->marks();
}

OccupantIds::Ready OccupantIds::make_ready(std::string_view room_jid, std::string_view nick) {
  Ready ready;
  if (!nick.empty()) {
    ready.bytes.append("<occupant-id xmlns='").append(ns::occupant_id).append("' id='");
    ready.bytes.append(hashed(seed_)).append("'/>");
  }
  ready.occupant = ready.bytes.size();
  ready.bytes.append("<stanza-id xmlns='").append(ns::stanza_ids).append("' by='");
  append_escaped(ready.bytes, room_jid);
  ready.bytes.append("' id='");
  return ready;
}

const OccupantIds::Ready& OccupantIds::find(std::string_view room_jid, std::string_view nick) {
  if (const auto found = known_.find(std::string_view{seed_}); found != known_.end()) return *found->second;
  const auto before = known_before_.find(std::string_view{seed_});
  auto ready =
      before != known_before_.end() ? std::move(before->second) : std::make_unique<Ready>(make_ready(room_jid, nick));
  if (before != known_before_.end()) known_before_.erase(before);
  if (known_.size() >= remembered) {
    known_before_ = std::move(known_);
    known_ = {};
  }
  return *known_.emplace(seed_, std::move(ready)).first->second;
}

}  // namespace isthmus::xmpp
