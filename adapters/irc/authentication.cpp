#include "adapters/irc/authentication.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/numerics.hpp"
#include "adapters/irc/replies.hpp"

namespace isthmus::irc {
namespace {

constexpr std::string_view automatic = "auto";
constexpr std::string_view lasting =
    " (login by SASL with your settings for this network; nothing is tried again until you change them)";

Refusal not_authorized(std::string text) { return {Condition::not_authorized, Remedy::auth, std::move(text), {}}; }

}  // namespace

Authentication::Authentication(std::shared_ptr<const Account> account, std::string nick, std::string nonce)
    : account_{std::move(account)}, nick_{std::move(nick)}, nonce_{std::move(nonce)} {}

/// The best of what the user has the means for. Without a list, one that every server knows.
std::optional<SaslMechanism> Authentication::choose(const SaslOffer& offer) const {
  const auto fits = [&](SaslMechanism mechanism) {
    const bool has_means =
        mechanism == SaslMechanism::external ? !account_->identity.empty() : !account_->sasl_password.empty();
    return has_means && offer.may_have(mechanism) && std::ranges::find(tried_, mechanism) == tried_.end();
  };
  if (account_->sasl != automatic) {
    const auto named = parse_mechanism(account_->sasl);
    return named && fits(*named) ? named : std::nullopt;
  }
  if (!offer.is_listed && fits(SaslMechanism::plain)) return SaslMechanism::plain;
  for (const auto mechanism : {SaslMechanism::scram_sha_256, SaslMechanism::plain, SaslMechanism::external})
    if (fits(mechanism)) return mechanism;
  return std::nullopt;
}

Authentication::Progress Authentication::begin(const SaslOffer& offer, std::string& out) {
  const auto mechanism = choose(offer);
  if (!mechanism) {
    why_ = not_authorized("The network does not have the way to log in that you have set." + std::string{lasting});
    return Progress::failed;
  }
  tried_.push_back(*mechanism);
  challenge_ = {};
  // With EXTERNAL the certificate says who it is, unless the user does.
  const bool is_unnamed = account_->sasl_account.empty() && *mechanism != SaslMechanism::external;
  exchange_ = std::make_unique<SaslExchange>(*mechanism, is_unnamed ? nick_ : account_->sasl_account,
                                             account_->sasl_password, nonce_);
  const auto added = append_line(out, "AUTHENTICATE", {to_text(*mechanism)});
  static_cast<void>(added);  // literals: it cannot fail
  return Progress::going_on;
}

Authentication::Progress Authentication::on_line(const Line& line, std::string& out) {
  if (line.command == "AUTHENTICATE") return on_challenge(line.param(0), out);
  switch (line.numeric) {
    case RPL_LOGGEDIN: return Progress::going_on;
    case ERR_SASLALREADY: return Progress::done;
    case RPL_SASLSUCCESS:
      if (exchange_ != nullptr && exchange_->is_complete()) return Progress::done;
      return abort("The server let us in without proving that it knows the account.", out);
    case RPL_SASLMECHS: listed_ = parse_sasl_offer(line.param(1)); return Progress::going_on;  // 904 follows
    case ERR_NICKLOCKED:
    case ERR_SASLFAIL:
    case ERR_SASLTOOLONG:
    case ERR_SASLABORTED: return on_refused(line, out);
    default: return Progress::not_about_it;
  }
}

Authentication::Progress Authentication::on_challenge(std::string_view piece, std::string& out) {
  if (exchange_ == nullptr) return Progress::going_on;
  switch (challenge_.add(piece)) {
    case SaslChallenge::State::more: return Progress::going_on;
    case SaslChallenge::State::bad: return abort("The server asked for nonsense during the login.", out);
    case SaslChallenge::State::whole: break;
  }
  const auto response = exchange_->respond(challenge_.take());
  if (!response) return abort("The server did not prove that it knows the password.", out);
  append_authenticate(out, *response);
  return Progress::going_on;
}

Authentication::Progress Authentication::on_refused(const Line& line, std::string& out) {
  if (const auto listed = std::exchange(listed_, std::nullopt); listed && choose(*listed)) return begin(*listed, out);
  why_ = refusal(line, Asked::connect).value_or(not_authorized(std::string{line.last()}));
  why_.text += lasting;
  return Progress::failed;
}

Authentication::Progress Authentication::abort(std::string why, std::string& out) {
  const auto added = append_line(out, "AUTHENTICATE", {"*"});
  static_cast<void>(added);
  exchange_.reset();
  why_ = not_authorized(std::move(why) + std::string{lasting});
  return Progress::failed;
}

}  // namespace isthmus::irc
