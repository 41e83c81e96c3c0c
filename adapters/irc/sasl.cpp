#include "adapters/irc/sasl.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stringprep.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <utility>
#include <vector>

#include "adapters/irc/line.hpp"
#include "gateway/model/base64.hpp"

namespace isthmus::irc {
namespace {

constexpr std::size_t piece_size = 400;
constexpr std::size_t hash_size = 32;  // SHA-256
constexpr std::string_view gs2_header = "n,,";

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string hmac(std::string_view key, std::string_view text) {
  std::string digest(hash_size, '\0');
  unsigned size = 0;
  const auto* ok = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
                        bytes_of(digest), &size);
  assert(ok != nullptr && size == hash_size);
  static_cast<void>(ok);
  return digest;
}

std::string sha256(std::string_view text) {
  std::string digest(hash_size, '\0');
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), bytes_of(digest), &size, EVP_sha256(), nullptr);
  return digest;
}

std::string salted(std::string_view password, std::string_view salt, std::uint32_t iterations) {
  std::string key(hash_size, '\0');
  PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), bytes_of(salt), static_cast<int>(salt.size()),
                    static_cast<int>(iterations), EVP_sha256(), static_cast<int>(key.size()), bytes_of(key));
  return key;
}

/// SASLprep (RFC 4013); what it does not allow is taken as it is, since the server then does so too, or refuses it.
std::string prepared(const std::string& text) {
  std::vector<char> buffer(text.begin(), text.end());
  buffer.resize(text.size() * 4 + 64);
  if (stringprep(buffer.data(), buffer.size(), Stringprep_profile_flags{}, stringprep_saslprep) != STRINGPREP_OK)
    return text;
  return std::string{buffer.data()};
}

/// A name in SCRAM (RFC 5802 §5.1).
std::string escaped(std::string_view name) {
  std::string text;
  for (const char c : name) text += c == ',' ? "=2C" : c == '=' ? "=3D" : std::string(1, c);
  return text;
}

/// The value of the attribute that `message` must begin with, cut off with its comma.
std::optional<std::string_view> take_attribute(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') return std::nullopt;
  const std::size_t comma = message.find(',');
  const std::string_view value = message.substr(2, comma == std::string_view::npos ? comma : comma - 2);
  message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 1);
  return value;
}

struct ServerFirst {
  std::string_view nonce;
  std::string salt;
  std::uint32_t iterations = 0;
};

std::optional<ServerFirst> parse_server_first(std::string_view message) {
  const auto nonce = take_attribute(message, 'r');
  const auto salt_text = take_attribute(message, 's');
  const auto count = take_attribute(message, 'i');
  if (!nonce || !salt_text || !count) return std::nullopt;
  auto salt = from_base64(*salt_text);
  ServerFirst first{*nonce, {}, 0};
  const auto [end, error] = std::from_chars(count->data(), count->data() + count->size(), first.iterations);
  if (!salt || salt->empty() || error != std::errc{} || end != count->data() + count->size()) return std::nullopt;
  first.salt = std::move(*salt);
  return first;
}

}  // namespace

std::string_view to_text(SaslMechanism mechanism) noexcept {
  switch (mechanism) {
    case SaslMechanism::plain: break;
    case SaslMechanism::external: return "EXTERNAL";
    case SaslMechanism::scram_sha_256: return "SCRAM-SHA-256";
  }
  return "PLAIN";
}

std::optional<SaslMechanism> parse_mechanism(std::string_view text) noexcept {
  for (const auto mechanism : {SaslMechanism::plain, SaslMechanism::external, SaslMechanism::scram_sha_256})
    if (to_text(mechanism) == text) return mechanism;
  return std::nullopt;
}

SaslOffer parse_sasl_offer(std::string_view list) noexcept {
  SaslOffer offer{.is_listed = !list.empty()};
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    if (const auto mechanism = parse_mechanism(list.substr(0, end)))
      offer.mechanisms = static_cast<std::uint8_t>(offer.mechanisms | 1U << static_cast<unsigned>(*mechanism));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return offer;
}

SaslExchange::SaslExchange(SaslMechanism mechanism, std::string account, std::string password, std::string nonce)
    : mechanism_{mechanism}, account_{std::move(account)}, password_{std::move(password)}, nonce_{std::move(nonce)} {}

SaslExchange::~SaslExchange() { OPENSSL_cleanse(password_.data(), password_.size()); }

std::optional<std::string> SaslExchange::fail() noexcept {
  step_ = Step::failed;
  return std::nullopt;
}

std::optional<std::string> SaslExchange::respond(std::string_view challenge) {
  switch (step_) {
    case Step::first:
      if (mechanism_ == SaslMechanism::scram_sha_256) return challenge.empty() ? begin_scram() : fail();
      step_ = Step::done;  // neither proves anything of the server
      // An authorization identity is given with PLAIN, as most services want it; EXTERNAL takes what the certificate
      // says unless an account is named.
      if (mechanism_ == SaslMechanism::external) return account_;
      return account_ + '\0' + account_ + '\0' + password_;
    case Step::server_first: return answer_server_first(challenge);
    case Step::server_final: return check_server_final(challenge);
    case Step::done:
    case Step::failed: break;
  }
  return fail();
}

std::optional<std::string> SaslExchange::begin_scram() {
  step_ = Step::server_first;
  client_first_ = "n=" + escaped(prepared(account_)) + ",r=" + nonce_;
  return std::string{gs2_header} + client_first_;
}

std::optional<std::string> SaslExchange::answer_server_first(std::string_view message) {
  const auto first = parse_server_first(message);
  const bool is_ours = first && first->nonce.size() > nonce_.size() && first->nonce.starts_with(nonce_);
  if (!is_ours || first->iterations < least_iterations || first->iterations > max_iterations) return fail();
  std::string key = salted(prepared(password_), first->salt, first->iterations);
  const std::string client_key = hmac(key, "Client Key");
  const std::string without_proof = "c=" + to_base64(gs2_header) + ",r=" + std::string{first->nonce};
  const std::string signed_text = client_first_ + "," + std::string{message} + "," + without_proof;
  std::string proof = hmac(sha256(client_key), signed_text);
  for (std::size_t i = 0; i < proof.size(); ++i) proof[i] = static_cast<char>(proof[i] ^ client_key[i]);
  server_signature_ = hmac(hmac(key, "Server Key"), signed_text);
  OPENSSL_cleanse(key.data(), key.size());
  step_ = Step::server_final;
  return without_proof + ",p=" + to_base64(proof);
}

std::optional<std::string> SaslExchange::check_server_final(std::string_view message) {
  const auto verifier = take_attribute(message, 'v');
  const auto signature = verifier ? from_base64(*verifier) : std::nullopt;
  if (!signature || signature->size() != hash_size ||
      CRYPTO_memcmp(signature->data(), server_signature_.data(), hash_size) != 0)
    return fail();
  step_ = Step::done;
  return std::string{};
}

void append_authenticate(std::string& out, std::string_view response) {
  const std::string base64 = to_base64(response);
  const auto add = [&out](std::string_view piece) {
    const auto added = append_line(out, "AUTHENTICATE", {piece});
    static_cast<void>(added);  // base64 and "+" are good parameters
  };
  for (std::size_t at = 0; at < base64.size(); at += piece_size) add(std::string_view{base64}.substr(at, piece_size));
  if (base64.size() % piece_size == 0) add("+");
}

SaslChallenge::State SaslChallenge::add(std::string_view piece) {
  if (piece != "+") base64_ += piece;
  if (base64_.size() > max_bytes || piece.size() > piece_size) {
    base64_.clear();
    return State::bad;
  }
  if (piece.size() == piece_size) return State::more;
  auto decoded = from_base64(std::exchange(base64_, {}));
  if (!decoded) return State::bad;
  decoded_ = std::move(*decoded);
  return State::whole;
}

std::string SaslChallenge::take() { return std::exchange(decoded_, {}); }

}  // namespace isthmus::irc
