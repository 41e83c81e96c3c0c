#include "xmpp/occupant_ids.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/endian/conversion.hpp>
#include <stdexcept>
#include <utility>

#include "gateway/model/event_id.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t key_size = 16;  // bytes
constexpr std::size_t id_size = 16;   // bytes: nobody finds two that are alike
constexpr std::string_view account_mark{"\0account\0", 9};
constexpr std::string_view nick_mark{"\0nick\0", 6};

void require(int outcome) {
  if (outcome != 1) throw std::runtime_error{"OpenSSL cannot compute SipHash"};
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

/// What is hashed: neither an address nor a nick holds NUL, and what stands for an account never equals a nick.
void set_seed(std::string& seed, std::string_view room_jid, std::string_view nick, std::string_view account) {
  const bool has_account = !account.empty();
  seed.assign(room_jid).append(has_account ? account_mark : nick_mark).append(has_account ? account : nick);
}

/// True when set_seed() would make it `seed`.
bool is_seed(std::string_view seed, std::string_view room_jid, std::string_view nick, std::string_view account) {
  const auto kind = account.empty() ? nick_mark : account_mark;
  const auto who = account.empty() ? nick : account;
  return seed.size() == room_jid.size() + kind.size() + who.size() && seed.ends_with(who) &&
         seed.starts_with(room_jid) && seed.substr(room_jid.size()).starts_with(kind);
}

}  // namespace

/// SipHash-2-4 of 128 bits (a keyed hash from which nobody without the key learns anything): a third of the time of
/// HMAC-SHA-256, which counts when thousands of occupants are shown at once.
struct OccupantIds::Mac {
  explicit Mac(const std::array<unsigned char, key_size>& its_key)
      : key{its_key}, algorithm{EVP_MAC_fetch(nullptr, "SIPHASH", nullptr)}, context{EVP_MAC_CTX_new(algorithm)} {
    std::size_t size = id_size;
    const std::array parameters{OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &size), OSSL_PARAM_construct_end()};
    require(context != nullptr ? 1 : 0);
    require(EVP_MAC_init(context, key.data(), key.size(), parameters.data()));
  }
  ~Mac() {
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(algorithm);
  }
  Mac(const Mac&) = delete;
  Mac& operator=(const Mac&) = delete;

  std::array<unsigned char, id_size> operator()(std::string_view text) {
    std::array<unsigned char, id_size> digest{};
    std::size_t size = 0;
    require(EVP_MAC_init(context, key.data(), key.size(), nullptr));
    require(EVP_MAC_update(context, bytes(text), text.size()));
    require(EVP_MAC_final(context, digest.data(), &size, digest.size()));
    return digest;
  }

  std::array<unsigned char, key_size> key;
  EVP_MAC* algorithm;
  EVP_MAC_CTX* context;
};

OccupantIds::OccupantIds(std::string_view key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  if (key.empty()) {
    require(RAND_bytes(digest.data(), key_size));
  } else {
    require(EVP_Digest(key.data(), key.size(), digest.data(), nullptr, EVP_sha256(), nullptr));
  }
  std::array<unsigned char, key_size> its_key{};
  std::copy_n(digest.begin(), key_size, its_key.begin());
  mac_ = std::make_unique<Mac>(its_key);
}

OccupantIds::~OccupantIds() = default;

std::array<char, 2 * id_size> OccupantIds::hashed(std::string_view seed) {
  const auto digest = (*mac_)(seed);
  return to_hex({boost::endian::load_big_u64(digest.data()), boost::endian::load_big_u64(digest.data() + 8)});
}

std::string OccupantIds::element(std::string_view room_jid, std::string_view nick, std::string_view account) {
  set_seed(scratch_, room_jid, nick, account);
  const auto id = hashed(scratch_);
  constexpr std::string_view begin = "<occupant-id xmlns='";
  constexpr std::string_view middle = "' id='";
  constexpr std::string_view end = "'/>";
  std::string element;
  element.reserve(begin.size() + ns::occupant_id.size() + middle.size() + id.size() + end.size());
  return element.append(begin).append(ns::occupant_id).append(middle).append(id.data(), id.size()).append(end);
}

OccupantIds::Marks OccupantIds::speaker(std::string_view room_jid, std::string_view nick, std::string_view account) {
  // Most of what is said is said by one after the other, or to many by one.
  if (last_ == nullptr || !is_seed(seed_, room_jid, nick, account)) {
    set_seed(seed_, room_jid, nick, account);
    last_ = &find(room_jid, nick);
  }
  return last_->marks();
}

OccupantIds::Ready OccupantIds::make_ready(std::string_view room_jid, std::string_view nick) {
  Ready ready;
  if (!nick.empty()) {
    ready.bytes.append("<occupant-id xmlns='").append(ns::occupant_id).append("' id='");
    const auto id = hashed(seed_);
    ready.bytes.append(id.data(), id.size()).append("'/>");
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
