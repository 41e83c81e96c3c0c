// Session: the login, to the server and to the user's account there.
#include <utility>

#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"

namespace isthmus::irc {

namespace {

/// Services may be away for a while: this is no refusal that lasts.
Refusal no_sasl() {
  return {Condition::not_authorized,
          Remedy::wait,
          "The network does not offer the login by SASL that you have set for it.",
          {}};
}

}  // namespace

void Session::use(std::shared_ptr<const Account> account, const Network& network) {
  if (!account->nick.empty() && account->nick != account_->nick) wanted_nick_ = account->nick;
  account_ = std::move(account);
  network_ = &network;
}

void Session::begin_login() {
  is_authenticated_ = false;
  authentication_.reset();
  registration_ = std::make_unique<Registration>(wanted_nick_, seed_, account_);
  std::string lines;
  registration_->start(network_->password, !network_->tls, capabilities_, lines);
  host_.send(lines, Urgency::now);
  want(next_due());
}

void Session::introduce() {
  std::string lines;
  registration_->go_on(lines);
  if (!lines.empty()) host_.send(lines, Urgency::now);
}

void Session::on_login_line(const Line& line) {
  std::string lines;
  const auto progress = registration_->on_line(line, lines);
  if (!lines.empty()) host_.send(lines, Urgency::now);
  switch (progress) {
    case Registration::Progress::going_on: break;
    case Registration::Progress::welcome:
      if (!account_->sasl.empty() && !is_authenticated_) return login_failed(no_sasl(), false);
      nick_ = registration_->nick();
      want(now_ + motd_timeout);
      phase_since_ = now_;
      break;
    case Registration::Progress::ready: become_ready(); break;
    case Registration::Progress::failed: {
      const Refusal why = registration_->why();
      if (registration_->is_permanent() || !established_) {
        give_up(why);
      } else {
        connection_dead(why);
      }
      break;
    }
  }
}

void Session::on_cap(const Line& line) {
  const bool is_login = registration_ != nullptr;
  const bool had_sasl = capabilities_.has(Cap::sasl);
  std::string lines;
  capabilities_.on_cap(line, is_login, lines);
  if (capabilities_.is_listed() && goes_over_to_tls(line)) return;
  if (is_login && capabilities_.is_listed()) registration_->go_on(lines);
  if (!lines.empty()) host_.send(lines, is_login ? Urgency::now : Urgency::later);
  if (account_->sasl.empty() || authentication_ != nullptr) return;
  // When the services were away and are back, whoever was logged in is so no more.
  const bool is_due = is_login ? capabilities_.is_settled() && !is_authenticated_ : !had_sasl;
  if (is_due && capabilities_.has(Cap::sasl)) return authenticate();
  if (is_due && is_login) login_failed(no_sasl(), false);
}

bool Session::goes_over_to_tls(const Line& line) {
  if (line.param(1) != "LS" && line.param(1) != "NEW") return false;
  const StsOffer sts = capabilities_.sts();
  if (network_->tls) {
    if (sts.duration) host_.keep_secure(*sts.duration);
    return false;
  }
  if (sts.port == 0 || registration_ == nullptr) return false;
  host_.log("the server wants TLS");
  host_.drop({Condition::remote_server_timeout, Remedy::wait, "The server wants to be connected to with TLS.", {}});
  registration_.reset();
  phase_ = Phase::connecting;
  phase_since_ = now_;
  host_.secure(sts.port);
  host_.connect(false);
  return true;
}

void Session::authenticate() {
  authentication_ = std::make_unique<Authentication>(account_, wanted_nick_, host_.nonce());
  std::string lines;
  const auto progress = authentication_->begin(capabilities_.sasl(), lines);
  if (!lines.empty()) host_.send(lines, Urgency::now);
  go_on_with(progress);
}

bool Session::on_authentication(const Line& line) {
  std::string lines;
  const auto progress = authentication_->on_line(line, lines);
  if (!lines.empty()) host_.send(lines, Urgency::now);
  go_on_with(progress);
  return progress != Authentication::Progress::not_about_it;
}

void Session::go_on_with(Authentication::Progress progress) {
  if (progress == Authentication::Progress::done) {
    is_authenticated_ = true;
    authentication_.reset();
    std::string lines;
    if (registration_ != nullptr) capabilities_.end(lines);
    if (!lines.empty()) host_.send(lines, Urgency::now);
  }
  if (progress == Authentication::Progress::failed) {
    const auto failed = std::move(authentication_);
    if (registration_ != nullptr) return login_failed(failed->why(), failed->is_permanent());
    notice_in(place_, "You are not logged in to your account any more: " + failed->why().text);
  }
}

void Session::login_failed(const Refusal& why, bool is_permanent) {
  host_.count("irc_logins_refused", is_permanent ? "account" : "no_sasl");
  if (is_permanent) login_refusal_ = std::make_unique<Refusal>(why);
  if (!is_permanent && established_) return connection_dead(why);
  give_up(why);
}

void Session::send_commands() {
  for (const std::string& command : account_->commands) host_.send(command + "\r\n", Urgency::user);
}

}  // namespace isthmus::irc
