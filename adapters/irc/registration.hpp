#pragma once
// Logging in to a server: PASS, NICK, USER beside the capabilities, and other nicks when ours will not do
// (RFC 2812 §3.1; https://modern.ircdocs.horse/#connection-registration). Knows no sockets; the session keeps the time.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/irc/account.hpp"
#include "adapters/irc/capabilities.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/nick.hpp"
#include "gateway/model/refusal.hpp"

namespace isthmus::irc {

class Registration {
 public:
  enum class Progress : std::uint8_t {
    going_on,
    welcome,  // 001 came: nick() is what the server calls us; more about the server follows
    ready,    // the message of the day is over
    failed,   // why() says it
  };

  /// `wanted`: how the user wishes to be called. `seed` decides which nicks are tried when that and the account's
  /// others are taken.
  Registration(std::string_view wanted, std::uint64_t seed, std::shared_ptr<const Account> account);

  /// Appends the first lines. `password` empty: none. `is_plain`: nothing protects it on its way, so it waits until the
  /// server has said what it has (go_on()).
  void start(std::string_view password, bool is_plain, Capabilities& capabilities, std::string& out);
  /// Appends what waits, if anything does.
  void go_on(std::string& out);
  bool is_waiting() const noexcept { return !password_.empty(); }
  /// Takes in a line, CAP excepted, and appends what it calls for.
  Progress on_line(const Line& line, std::string& out);

  /// What is tried, and after welcome what the server gave.
  const std::string& nick() const noexcept { return nick_; }
  /// What the server would have to give for the wish to be met: `wanted` less what it does not allow.
  const std::string& wish() const noexcept { return wish_; }
  bool is_welcome() const noexcept { return welcome_; }
  const Refusal& why() const noexcept { return why_; }
  bool is_permanent() const noexcept { return permanent_; }

 private:
  Progress on_taken(const Line& line, std::string& out);
  Progress on_malformed(const Line& line, std::string& out);
  Progress fail(const Line& line);
  void introduce(std::string& out);
  void try_nick(std::string nick, std::string& out);

  std::shared_ptr<const Account> account_;
  std::string password_;  // empty: it was sent, or there is none
  std::string wanted_;
  std::uint64_t seed_;
  std::string wish_;
  std::string nick_;
  Refusal why_;
  std::uint8_t longest_;        // bytes of a nick
  std::uint8_t alternate_ = 0;  // how many of the account's were tried
  std::uint8_t attempt_ = 0;    // how often a nick was taken beside those
  NickCharset charset_ = NickCharset::utf8;
  bool welcome_ = false;
  bool permanent_ = false;
};

}  // namespace isthmus::irc
