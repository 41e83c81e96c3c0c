#pragma once
// SASL for the login on a network (IRCv3 sasl 3.1 and 3.2; https://ircv3.net/specs/extensions/sasl-3.2): PLAIN (RFC
// 4616), EXTERNAL (RFC 4422 appendix A), SCRAM-SHA-256 (RFC 5802, RFC 7677). Pure but for the hashing's time: at most
// max_iterations of SCRAM.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::irc {

enum class SaslMechanism : std::uint8_t { plain, external, scram_sha_256 };

/// "PLAIN", "EXTERNAL", "SCRAM-SHA-256".
std::string_view to_text(SaslMechanism mechanism) noexcept;
/// The inverse; nullopt for others.
std::optional<SaslMechanism> parse_mechanism(std::string_view text) noexcept;

/// The mechanisms that a server says it has.
struct SaslOffer {
  bool is_listed = false;  // false: it says nothing of them, and may have any
  std::uint8_t mechanisms = 0;
  bool may_have(SaslMechanism mechanism) const noexcept {
    return !is_listed || (mechanisms >> static_cast<unsigned>(mechanism) & 1U) != 0;
  }
};
/// Of "PLAIN,EXTERNAL"; unknown ones are left out. Nothing is no list.
SaslOffer parse_sasl_offer(std::string_view list) noexcept;

/// One authentication. `nonce`: for SCRAM, printable, without commas, never used twice.
class SaslExchange {
 public:
  static constexpr std::uint32_t least_iterations = 4'096;  // RFC 7677 §4
  static constexpr std::uint32_t max_iterations = 200'000;  // about a tenth of a second

  SaslExchange(SaslMechanism mechanism, std::string account, std::string password, std::string nonce);
  ~SaslExchange();  // wipes the password
  SaslExchange(const SaslExchange&) = delete;
  SaslExchange& operator=(const SaslExchange&) = delete;

  /// What answers `challenge` (the first one is empty). nullopt: the server asks for nonsense, or proved not to know
  /// the password; then the exchange is to be aborted.
  std::optional<std::string> respond(std::string_view challenge);

  /// True when everything that the mechanism lets us check of the server was checked and is right. Success that comes
  /// before is no success.
  bool is_complete() const noexcept { return step_ == Step::done; }

 private:
  enum class Step : std::uint8_t { first, server_first, server_final, done, failed };
  std::optional<std::string> fail() noexcept;
  std::optional<std::string> begin_scram();
  std::optional<std::string> answer_server_first(std::string_view message);
  std::optional<std::string> check_server_final(std::string_view message);

  SaslMechanism mechanism_;
  std::string account_;
  std::string password_;
  std::string nonce_;
  std::string client_first_;  // without the GS2 header
  std::string server_signature_;
  Step step_ = Step::first;
};

/// Appends the AUTHENTICATE lines that carry `response`: base64 in pieces of 400 bytes, and "+" after a last piece of
/// 400, or for nothing.
void append_authenticate(std::string& out, std::string_view response);

/// Puts the pieces of a challenge together.
class SaslChallenge {
 public:
  static constexpr std::size_t max_bytes = 16 * 1024;  // of base64

  enum class State : std::uint8_t { more, whole, bad };
  /// Takes the parameter of one AUTHENTICATE line.
  State add(std::string_view piece);
  /// After `whole`: the challenge, decoded. The next add() begins another.
  std::string take();

 private:
  std::string base64_;
  std::string decoded_;
};

}  // namespace isthmus::irc
