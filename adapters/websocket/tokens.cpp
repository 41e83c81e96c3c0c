#include "adapters/websocket/tokens.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <utility>

#include "adapters/websocket/record.hpp"
#include "adapters/websocket/topic.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr unsigned failures_at_once = 10;
constexpr double failures_a_second = 0.1;

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_expired(const Token& token, SystemTime now) { return token.expires && *token.expires <= now; }

}  // namespace

Digest sha256(std::string_view text) {
  Digest digest{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return digest;
}

std::optional<Digest> parse_digest(std::string_view text) {
  if (text.starts_with("sha256:")) text.remove_prefix(7);
  Digest digest{};
  if (text.size() != digest.size() * 2) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

std::string to_base64url(std::string_view bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    const auto present = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t n = 0; n < 3; ++n)
      group = group << 8U | (n < present ? static_cast<std::uint8_t>(bytes[i + n]) : 0U);
    for (std::size_t n = 0; n <= present; ++n) text += alphabet[group >> (18 - 6 * n) & 0x3fU];
  }
  return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string bytes;
  std::uint32_t group = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    group = group << 6U | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(static_cast<unsigned char>(group >> bits & 0xffU));
  }
  return bytes;
}

bool Token::may_read(std::string_view pattern) const noexcept {
  return std::ranges::any_of(read, [&](const auto& scope) { return covers(scope, pattern); });
}

bool Token::may_send(std::string_view address) const noexcept {
  return std::ranges::any_of(send, [&](const auto& scope) { return matches(scope, address); });
}

bool add_scope(Token& token, std::string_view scope) {
  if (scope == "state") return token.may_see_state = true;
  const bool is_read = scope.starts_with("read:");
  if (!is_read && !scope.starts_with("send:")) return false;
  const auto pattern = scope.substr(5);
  if (!is_pattern(pattern)) return false;
  (is_read ? token.read : token.send).emplace_back(pattern);
  return true;
}

std::vector<std::string> scopes_of(const Token& token) {
  std::vector<std::string> scopes;
  for (const auto& pattern : token.read) scopes.push_back("read:" + pattern);
  for (const auto& pattern : token.send) scopes.push_back("send:" + pattern);
  if (token.may_see_state) scopes.emplace_back("state");
  return scopes;
}

std::string to_stored(const Token& token) {
  const auto scopes = scopes_of(token);
  boost::json::object stored;
  std::string hash;
  for (const auto byte : token.digest) hash += fmt::format("{:02x}", byte);
  stored["hash"] = hash;
  stored["scopes"] = boost::json::array(scopes.begin(), scopes.end());
  if (token.expires) stored["expires"] = to_timestamp(*token.expires);
  return to_json(stored);
}

std::optional<Token> from_stored(std::string_view name, std::string_view stored) {
  const auto parsed = parse_json(stored);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* hash = object == nullptr ? nullptr : object->if_contains("hash");
  const auto digest = hash != nullptr && hash->is_string() ? parse_digest(hash->get_string()) : std::nullopt;
  if (!digest) return std::nullopt;
  Token token;
  token.name = name;
  token.digest = *digest;
  const auto* scopes = object->if_contains("scopes");
  if (scopes == nullptr || !scopes->is_array()) return std::nullopt;
  for (const auto& scope : scopes->get_array())
    if (!scope.is_string() || !add_scope(token, scope.get_string())) return std::nullopt;
  if (const auto* expires = object->if_contains("expires"); expires != nullptr) {
    token.expires = expires->is_string() ? parse_timestamp(expires->get_string()) : std::nullopt;
    if (!token.expires) return std::nullopt;  // it would never end
  }
  return token;
}

TokenPtr Tokens::named(std::string_view name) const {
  const auto found =
      std::ranges::find(tokens_, name, [](const TokenPtr& token) { return std::string_view{token->name}; });
  return found == tokens_.end() ? nullptr : *found;
}

void Tokens::add(Token token) {
  remove(token.name);
  tokens_.push_back(std::make_shared<const Token>(std::move(token)));
}

bool Tokens::remove(std::string_view name) {
  return std::erase_if(tokens_, [&](const TokenPtr& token) { return token->name == name; }) > 0;
}

TokenPtr Tokens::find(std::string_view secret, SystemTime now) const {
  if (secret.empty() || secret.size() > longest) return nullptr;
  const auto digest = sha256(secret);
  TokenPtr found;
  for (const auto& token : tokens_) {
    if (CRYPTO_memcmp(token->digest.data(), digest.data(), digest.size()) == 0) found = token;
  }
  return found && !has_expired(*found, now) ? found : nullptr;
}

bool Tokens::is_good(const TokenPtr& token, SystemTime now) const {
  return token && !has_expired(*token, now) && std::ranges::find(tokens_, token) != tokens_.end();
}

std::string Tickets::make(TokenPtr token, std::string_view origin, std::string_view random, SystemTime now) {
  forget_until(now);
  if (tickets_.size() >= most) forget_until(order_.begin()->first);
  auto ticket = to_base64url(random);
  order_[now + lifetime].push_back(ticket);
  tickets_.insert_or_assign(ticket, Ticket{std::move(token), std::string{origin}, now + lifetime});
  return ticket;
}

TokenPtr Tickets::use(std::string_view ticket, std::string_view origin, SystemTime now) {
  forget_until(now);
  const auto found = tickets_.find(ticket);
  if (found == tickets_.end()) return nullptr;
  const auto one = std::move(found->second);
  tickets_.erase(found);
  return one.origin == origin ? one.token : nullptr;
}

void Tickets::forget_until(SystemTime now) {
  while (!order_.empty() && order_.begin()->first <= now) {
    for (const auto& ticket : order_.begin()->second) tickets_.erase(ticket);
    order_.erase(order_.begin());
  }
}

bool Attempts::may_try(std::string_view address, TokenBucket::Time now) const {
  const auto known = failures_.find(address);
  return known == failures_.end() || known->second.ready_at(now) <= now;
}

void Attempts::failed(std::string_view address, TokenBucket::Time now) {
  auto known = failures_.find(address);
  if (known == failures_.end()) {
    if (failures_.size() >= most) std::erase_if(failures_, [&](const auto& item) { return item.second.is_full(now); });
    if (failures_.size() >= most) failures_.erase(failures_.begin());
    known = failures_.emplace(std::string{address}, TokenBucket{failures_at_once, failures_a_second}).first;
  }
  static_cast<void>(known->second.take(now));
}

}  // namespace isthmus::websocket
