// Session: what time brings, and the ways in which a session ends.
#include <algorithm>
#include <utility>

#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

Refusal timed_out(std::string text) { return {Condition::remote_server_timeout, Remedy::wait, std::move(text), {}}; }

}  // namespace

void Session::want(SteadyTime due) {
  if (due >= alarm_) return;
  alarm_ = due;
  host_.wake(due);
}

SteadyTime Session::next_due() const {
  SteadyTime due = std::min(reconnect_due_, regain_due_);
  if (phase_ == Phase::registering) {
    const bool welcome = registration_->is_welcome();
    due = std::min(due, phase_since_ + (welcome ? SteadyTime::duration{motd_timeout}
                                                : SteadyTime::duration{registration_timeout}));
    if (registration_->is_waiting()) due = std::min(due, phase_since_ + list_timeout);
  }
  if (phase_ == Phase::up) due = std::min(due, pong_due_ != never ? pong_due_ : last_heard_ + idle_before_ping);
  for (const Wish& wish : wishes_) due = std::min(due, wish.due);
  if (requests_ != nullptr) due = std::min(due, requests_->next_due());
  if (extensions_ != nullptr) due = std::min(due, extensions_->next_due());
  if (private_ != nullptr) due = std::min({due, private_->due(), private_due_, private_expiry()});
  for (std::size_t i = 0; i < channels_.size(); ++i)
    due = std::min({due, channels_.at(i).due, channels_.at(i).lost_until});
  if (last_private_ != SteadyTime::min() && now_ < last_private_ + shared_.settings.linger)
    due = std::min(due, last_private_ + shared_.settings.linger);
  return due;
}

void Session::on_tick(SteadyTime now) {
  now_ = now;
  alarm_ = never;
  end_bursts();
  tick_link();
  if (!over_) tick_wishes();
  if (!over_ && requests_ != nullptr) requests_->on_tick(view());
  if (!over_) tick_unanswered();
  if (!over_) tick_private();
  if (!over_) ask_ison();
  if (!over_) tick_typing();
  if (!over_) tick_channels();
  if (!over_) close_if_unused("");
  if (!over_) go_on_with_requests();
  if (!over_) want(std::max(next_due(), now_ + std::chrono::milliseconds{1}));
}

void Session::tick_link() {
  if (phase_ == Phase::idle && now_ >= reconnect_due_) {
    reconnect_due_ = never;
    phase_ = Phase::connecting;
    phase_since_ = now_;
    host_.connect(wishes_.empty());
    return;
  }
  if (phase_ == Phase::registering) {
    if (registration_->is_welcome()) {
      if (now_ >= phase_since_ + motd_timeout) become_ready();
    } else if (now_ >= phase_since_ + registration_timeout) {
      connection_dead(timed_out("The server did not finish the login in time."));
    } else if (now_ >= phase_since_ + list_timeout) {
      introduce();
    }
    return;
  }
  if (phase_ != Phase::up) return;
  if (now_ >= pong_due_) {
    connection_dead(timed_out("The server does not answer any more."));
    return;
  }
  if (pong_due_ == never && now_ >= last_heard_ + idle_before_ping) {
    send(Urgency::now, "PING", {"isthmus"});
    pong_due_ = now_ + pong_timeout;
  }
  if (now_ >= regain_due_) regain_nick();
}

void Session::regain_nick() {
  regain_pause_ = std::min<std::chrono::seconds>(regain_pause_ * 2, longest_regain_pause);
  regain_due_ = now_ + regain_pause_;
  if (has_wish(Wish::Kind::rename, {})) return;
  regaining_ = true;
  send(Urgency::later, "NICK", {wanted_nick_});
}

void Session::tick_wishes() {
  for (std::size_t i = wishes_.size(); i-- > 0;) {
    if (now_ < wishes_[i].due) continue;
    EventPtr event = std::move(wishes_[i].event);
    if (wishes_[i].kind == Wish::Kind::watch) extensions().watches.remove(wishes_[i].key);
    wishes_.erase(wishes_.begin() + static_cast<std::ptrdiff_t>(i));
    host_.count("irc_wishes_failed", "timeout");
    host_.failed(std::move(event), timed_out("The server did not answer in time."));
  }
}

void Session::tick_channels() {
  for (std::size_t i = channels_.size(); i-- > 0;) {
    tick_channel(channels_.at(i));
    if (over_) return;
  }
}

void Session::tick_channel(Channel& channel) {
  if (now_ >= channel.lost_until) {
    const std::string reason = "the client is gone";
    channel.lost_until = never;
    announce_own(channel, Change::Kind::leave, reason);
    host_.count("irc_channels_left", "lost");
    part(channel, reason);
    return;
  }
  if (now_ < channel.due) return;
  switch (channel.state) {
    case Channel::State::joining:
      // The answer may still come: leave, so that we are not on a channel that nobody here knows of.
      fail_wishes(Wish::Kind::join, channel.folded, timed_out("The server did not answer the JOIN in time."));
      if (channel.known) {
        forget(channel, Change::Kind::leave, {}, "The server did not answer the JOIN in time.");
      } else {
        part(channel, {});
      }
      break;
    case Channel::State::syncing:
      finish_sync(channel);  // the list of names never ended: what came of it will do
      break;
    case Channel::State::leaving: left(channel); break;
    case Channel::State::wanted:
    case Channel::State::joined: channel.due = never; break;
  }
}

void Session::give_up(const Refusal& why) {
  fail_all_wishes(why);
  fail_private(why);
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    const Channel& channel = channels_.at(i);
    if (!channel.known) continue;
    announce_own(channel, Change::Kind::leave, why.text);
  }
  lose_watched();
  if (established_) {
    EventPtr event = host_.event(place_);
    event->what = LinkState{.state = LinkState::State::down, .reason = why.text, .retrying = false};
    host_.emit(std::move(event));
  }
  host_.log("given up: " + why.text);
  over_ = true;
  host_.finish();
}

void Session::close_if_unused(std::string_view reason) {
  if (over_ || !wishes_.empty() || private_ != nullptr || (requests_ != nullptr && !requests_->is_idle())) return;
  for (std::size_t i = 0; i < channels_.size(); ++i)
    if (channels_.at(i).state != Channel::State::leaving) return;
  if (last_private_ != SteadyTime::min() && now_ < last_private_ + shared_.settings.linger) {
    want(last_private_ + shared_.settings.linger);
    return;
  }
  end(reason);
}

void Session::end(std::string_view reason) {
  fail_requests({Condition::remote_server_timeout, Remedy::cancel, "The connection to the network ends.", {}});
  if (phase_ == Phase::up || phase_ == Phase::registering) {
    const std::string text = to_one_line(reason, max_reason);
    send(Urgency::now, "QUIT", {}, text.empty() ? std::nullopt : std::optional<std::string_view>{text});
  }
  confirm_unanswered();
  confirm_said();  // the server reads it before the QUIT
  fail_private({Condition::remote_server_timeout, Remedy::cancel, "The connection to the network ends.", {}});
  lose_watched();
  over_ = true;
  host_.finish();
}

void Session::shut_down(std::string_view reason, SteadyTime now) {
  now_ = now;
  const Refusal why{Condition::remote_server_timeout, Remedy::wait, "The gateway is shutting down.", {}};
  fail_all_wishes(why);
  leave_private_to_the_store(why);
  end(reason);
}

}  // namespace isthmus::irc
