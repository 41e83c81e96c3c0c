#pragma once
// One login to the user's account by SASL (https://ircv3.net/specs/extensions/sasl-3.2): which mechanism, the
// AUTHENTICATE lines, and what the numerics 900 to 908 say of it. Knows no sockets; the session keeps the time.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/irc/account.hpp"
#include "adapters/irc/capabilities.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/sasl.hpp"
#include "gateway/model/refusal.hpp"

namespace isthmus::irc {

class Authentication {
 public:
  enum class Progress : std::uint8_t {
    not_about_it,  // the line is something else
    going_on,
    done,    // the user is logged in, and the server has proved what the mechanism lets it prove
    failed,  // why() says it
  };

  /// `nick` stands for the account where none is set. `nonce`: see SaslExchange.
  Authentication(std::shared_ptr<const Account> account, std::string nick, std::string nonce);

  /// Chooses one of the mechanisms that are offered, and appends the first line. Failed: none will do.
  Progress begin(const SaslOffer& offer, std::string& out);
  /// Takes in a line and appends what it calls for.
  Progress on_line(const Line& line, std::string& out);

  const Refusal& why() const noexcept { return why_; }
  /// It would fail again with the settings as they are.
  bool is_permanent() const noexcept { return is_permanent_; }

 private:
  std::optional<SaslMechanism> choose(const SaslOffer& offer) const;
  Progress on_challenge(std::string_view piece, std::string& out);
  Progress on_refused(const Line& line, std::string& out);
  Progress abort(std::string why, std::string& out);

  std::shared_ptr<const Account> account_;
  std::string nick_;
  std::string nonce_;
  std::unique_ptr<SaslExchange> exchange_;  // empty: not begun
  SaslChallenge challenge_;
  std::vector<SaslMechanism> tried_;
  std::optional<SaslOffer> listed_;  // what the server has instead of what was tried
  Refusal why_;
  bool is_permanent_ = true;
};

}  // namespace isthmus::irc
