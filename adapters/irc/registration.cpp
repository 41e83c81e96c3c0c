#include "adapters/irc/registration.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/numerics.hpp"
#include "adapters/irc/replies.hpp"

namespace isthmus::irc {

namespace {

// NICKLEN is not known before 005. Most networks allow 30 or so; who allows less says 432, or cuts.
constexpr std::uint8_t hopeful_nick_length = 30;
constexpr std::uint8_t safe_nick_length = 9;  // RFC 2812 §1.2.1
constexpr std::size_t max_user_length = 10;

/// A user name made of the nick alone: nothing of the user's address shows.
std::string user_name(std::string_view nick) {
  std::string user;
  for (const char c : nick) {
    if (user.size() == max_user_length) break;
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) user += c;
    if (c >= 'A' && c <= 'Z') user += static_cast<char>(c | 0x20);
  }
  return user.empty() ? "user" : user;
}

}  // namespace

Registration::Registration(std::string_view wanted, std::uint64_t seed, std::shared_ptr<const Account> account)
    : account_{std::move(account)},
      wanted_{wanted},
      seed_{seed},
      wish_{irc_nick(wanted, hopeful_nick_length, NickCharset::utf8)},
      longest_{hopeful_nick_length} {}

void Registration::start(std::string_view password, bool is_plain, Capabilities& capabilities, std::string& out) {
  capabilities.start(!account_->sasl.empty(), out);
  password_ = password;
  nick_ = wish_;
  if (!password.empty() && is_plain) return;
  introduce(out);
}

void Registration::go_on(std::string& out) {
  if (is_waiting()) introduce(out);
}

void Registration::introduce(std::string& out) {
  if (!password_.empty()) {
    const auto added = append_line(out, "PASS", {}, password_);
    static_cast<void>(added);  // a password that fits in no line is refused by the server
  }
  password_.clear();
  try_nick(wish_, out);
  const std::string user = account_->user_name.empty() ? user_name(nick_) : account_->user_name;
  const auto added =
      append_line(out, "USER", {user, "0", "*"}, account_->real_name.empty() ? nick_ : account_->real_name);
  static_cast<void>(added);  // irc_nick(), user_name() and the account's settings are valid parameters
}

Registration::Progress Registration::on_line(const Line& line, std::string& out) {
  switch (line.numeric) {
    case RPL_WELCOME:
      nick_ = line.param(0);
      welcome_ = true;
      return Progress::welcome;
    case RPL_ENDOFMOTD:
    case ERR_NOMOTD: return welcome_ ? Progress::ready : Progress::going_on;
    case ERR_NICKNAMEINUSE:
    case ERR_NICKCOLLISION:
    case ERR_UNAVAILRESOURCE: return welcome_ ? Progress::going_on : on_taken(line, out);
    case ERR_ERRONEUSNICKNAME: return welcome_ ? Progress::going_on : on_malformed(line, out);
    case ERR_UNKNOWNCOMMAND:  // a server without CAP
    case ERR_INVALIDCAPCMD:
    case ERR_NOTREGISTERED: go_on(out); return Progress::going_on;
    default: break;
  }
  const bool refused = is_error(line.numeric) || line.command == "FAIL";
  return refused && !welcome_ && irc::is_permanent(line) ? fail(line) : Progress::going_on;
}

Registration::Progress Registration::on_taken(const Line& line, std::string& out) {
  if (attempt_ == 0 && alternate_ < account_->alternates.size()) {
    try_nick(account_->alternates[alternate_++], out);
    return Progress::going_on;
  }
  auto other = fallback_nick(wish_, ++attempt_, longest_, seed_);
  if (!other) return fail(line);
  try_nick(std::move(*other), out);
  return Progress::going_on;
}

Registration::Progress Registration::on_malformed(const Line& line, std::string& out) {
  // It may be the characters or the length. A fallback for a taken nick had the right characters: it is the length.
  if (charset_ == NickCharset::utf8 && attempt_ == 0) {
    charset_ = NickCharset::rfc;
    std::string plain = irc_nick(wanted_, longest_, charset_);
    if (plain != wish_) {
      wish_ = std::move(plain);
      try_nick(wish_, out);
      return Progress::going_on;
    }
  }
  if (longest_ == safe_nick_length) return fail(line);
  longest_ = safe_nick_length;
  wish_ = irc_nick(wanted_, longest_, charset_);
  if (attempt_ > 0) {
    --attempt_;
    return on_taken(line, out);
  }
  try_nick(wish_, out);
  return Progress::going_on;
}

Registration::Progress Registration::fail(const Line& line) {
  permanent_ = irc::is_permanent(line);
  const bool about_nick = line.numeric >= ERR_ERRONEUSNICKNAME && line.numeric <= ERR_UNAVAILRESOURCE;
  why_ = refusal(line, about_nick ? Asked::nick : Asked::connect)
             .value_or(Refusal{Condition::undefined_condition, Remedy::cancel, std::string{line.last()}, {}});
  return Progress::failed;
}

void Registration::try_nick(std::string nick, std::string& out) {
  nick_ = std::move(nick);
  const auto added = append_line(out, "NICK", {nick_});
  static_cast<void>(added);  // irc_nick() and fallback_nick() give valid parameters
}

}  // namespace isthmus::irc
