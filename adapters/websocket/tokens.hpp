#pragma once
// Who may connect: bearer tokens with scopes, known by their SHA-256 alone; tickets, which stand for a token once; and
// how often an address may fail.
#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/time.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus::websocket {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view text);
/// 64 hexadecimal digits, with "sha256:" before them or without. nullopt: something else.
std::optional<Digest> parse_digest(std::string_view text);

/// `bytes` in base64url without padding (RFC 4648 §5), and back; nullopt: not that.
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

struct Token {
  std::string name;  // for people, and what its clients are called in a channel
  Digest digest{};
  std::vector<std::string> read;  // patterns that may be subscribed to
  std::vector<std::string> send;  // patterns of addresses that may be written to
  bool may_see_state = false;     // last values
  std::optional<SystemTime> expires;

  bool may_read(std::string_view pattern) const noexcept;
  bool may_send(std::string_view address) const noexcept;
};
using TokenPtr = std::shared_ptr<const Token>;

/// A token as it is stored: its digest, scopes and expiry as JSON; and back, nullopt when it is none.
std::string to_stored(const Token& token);
std::optional<Token> from_stored(std::string_view name, std::string_view stored);
/// "read:ws:#", "send:ws:plant", "state".
std::vector<std::string> scopes_of(const Token& token);

/// Adds "read:PATTERN", "send:PATTERN" or "state" to `token`. False: that is no scope.
bool add_scope(Token& token, std::string_view scope);

class Tokens {
 public:
  static constexpr std::size_t longest = 512;  // bytes of a token

  /// Replaces one of the same name.
  void add(Token token);
  /// False when there is none of that name.
  bool remove(std::string_view name);
  bool empty() const noexcept { return tokens_.empty(); }
  const std::vector<TokenPtr>& all() const noexcept { return tokens_; }
  /// Null when there is none of that name.
  TokenPtr named(std::string_view name) const;

  /// The token that `secret` is; null when it is none, or has expired. Takes the same time whatever differs.
  TokenPtr find(std::string_view secret, SystemTime now) const;
  /// Whether `token` is still as good as when it was found.
  bool is_good(const TokenPtr& token, SystemTime now) const;

 private:
  std::vector<TokenPtr> tokens_;
};

/// Each is good once, for 30 s, and for the origin that asked for it.
class Tickets {
 public:
  static constexpr std::chrono::seconds lifetime{30};
  static constexpr std::size_t most = 10'000;  // at a time; more, and the oldest go

  /// `random`: 32 bytes that nobody can guess.
  std::string make(TokenPtr token, std::string_view origin, std::string_view random, SystemTime now);
  /// Null when it is none, was used, is too old, or was made for another origin.
  TokenPtr use(std::string_view ticket, std::string_view origin, SystemTime now);

 private:
  struct Ticket {
    TokenPtr token;
    std::string origin;
    SystemTime until;
  };
  std::map<std::string, Ticket, std::less<>> tickets_;
  std::map<SystemTime, std::vector<std::string>> order_;
  void forget_until(SystemTime now);
};

/// Failed attempts, by address: 10 at once, then one every 10 s.
class Attempts {
 public:
  /// Whether `address` may try now.
  bool may_try(std::string_view address, TokenBucket::Time now) const;
  void failed(std::string_view address, TokenBucket::Time now);

 private:
  static constexpr std::size_t most = 4'096;  // addresses that are remembered
  std::map<std::string, TokenBucket, std::less<>> failures_;
};

}  // namespace isthmus::websocket
