#include "adapters/irc/session.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/replies.hpp"
#include "adapters/irc/timing.hpp"

namespace isthmus::irc {

namespace {

/// Until the server says otherwise. This case mapping never takes two names for one.
Isupport unannounced() {
  Isupport isupport;
  isupport.casemapping = CaseMapping::ascii;
  return isupport;
}

}  // namespace

Session::Session(SessionHost& host, const Shared& shared, const Network& network, Conversation place,
                 std::uint64_t seed)
    : host_{host},
      shared_{shared},
      network_{&network},
      account_{no_account()},
      place_{std::move(place)},
      seed_{seed},
      isupport_{shared.isupports.share(unannounced())} {}

SteadyTime Session::send(Urgency urgency, std::string_view command, std::initializer_list<std::string_view> middle,
                         std::optional<std::string_view> trailing) {
  std::string& line = shared_.scratch.line;
  line.clear();
  TagList tags;
  if (command == "NOTICE" && capabilities_.has_echo()) tags.add("label", own_label);
  const auto added = append_line(line, command, middle, trailing, {.tags = tags.all()});
  if (!added) {
    // What comes from outside was checked where it came in; a line too long for the server is the likeliest.
    host_.count("irc_lines_not_sent", "malformed");
    return now_;
  }
  return host_.send(line, urgency);
}

void Session::open() {
  if (phase_ != Phase::idle) return;
  // A user who asks need not wait for a long pause to end, but cannot make us try more often than the shortest one.
  if (established_ && now_ < phase_since_ + shared_.settings.reconnect_base) {
    reconnect_due_ = std::min(reconnect_due_, phase_since_ + shared_.settings.reconnect_base);
    want(reconnect_due_);
    return;
  }
  reconnect_due_ = never;
  phase_ = Phase::connecting;
  phase_since_ = now_;
  host_.connect(established_ && wishes_.empty());
}

void Session::on_connected(SteadyTime now) {
  now_ = now;
  phase_ = Phase::registering;
  phase_since_ = last_heard_ = now;
  pong_due_ = regain_due_ = never;
  regaining_ = false;
  capabilities_ = {};
  isupport_ = shared_.isupports.share(unannounced());
  rekey();
  user_length_ = host_length_ = 0;
  parting_.reset();
  rare_.reset();
  forget_connection();
  motd_.reset();
  begin_login();
}

void Session::become_ready() {
  wanted_nick_ = irc_nick(registration_->wish(), std::max<std::size_t>(isupport_->nick_length, 1), NickCharset::utf8);
  registration_.reset();
  phase_ = Phase::up;
  phase_since_ = now_;
  established_ = true;
  told_down_ = false;
  host_.log("logged in as " + nick_);
  EventPtr event = host_.event(place_);
  event->what = LinkState{.state = LinkState::State::up, .reason = {}, .retrying = false};
  host_.emit(std::move(event));
  tell_motd();
  if (away_ != nullptr) send_away();
  if (capabilities_.has_echo() && (extensions_ == nullptr || extensions_->own.empty())) host_.recall(OwnMessages::max);
  send_commands();
  join_wanted();
  say_waiting();
  resume_watches();
  if (!is_me(wanted_nick_)) {
    watch_wanted_nick();
    regain_pause_ = first_regain_pause;
    regain_due_ = now_ + regain_pause_;
  }
  close_if_unused("");
  if (!over_) want(next_due());
}

void Session::join_wanted() {
  // Channels with keys first, since keys are matched with channels by position; as few lines as will do.
  std::string names;
  std::string keys;
  std::vector<Channel*> packed;
  // RFC 2812 §3.2.1 allows lists; only TARGMAX is about them.
  const std::uint16_t most = isupport_->target_limits.empty() ? std::uint16_t{0} : isupport_->targets("JOIN");
  bool asked_for = false;
  const auto flush = [&] {
    if (packed.empty()) return;
    const Urgency urgency = asked_for ? Urgency::user : Urgency::later;
    const SteadyTime sent = keys.empty() ? send(urgency, "JOIN", {names}) : send(urgency, "JOIN", {names, keys});
    for (Channel* channel : packed) {
      channel->state = Channel::State::joining;
      channel->due = sent + answer_timeout;
    }
    packed.clear();
    names.clear();
    keys.clear();
    asked_for = false;
  };
  for (const bool with_key : {true, false}) {
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      Channel& channel = channels_.at(i);
      if (channel.state != Channel::State::wanted || channel.key().empty() == with_key) continue;
      const bool full = most > 0 && packed.size() >= most;
      if (full || names.size() + keys.size() + channel.name.size() + channel.key().size() > max_packed_join) flush();
      if (!packed.empty()) names += ',';
      names += channel.name;
      if (with_key) keys.append(keys.empty() ? "" : ",").append(channel.key());
      packed.push_back(&channel);
      asked_for = asked_for || has_wish(Wish::Kind::join, channel.folded);
    }
  }
  flush();
}

void Session::connection_dead(const Refusal& why) {
  host_.drop(why);
  on_disconnected(why, now_);
}

void Session::on_disconnected(const Refusal& reason, SteadyTime now) {
  now_ = now;
  note_loss();
  keep_unproved();
  const std::unique_ptr<Refusal> parting = std::move(parting_);
  const Refusal& why = parting != nullptr ? *parting : reason;
  const SteadyTime::duration uptime = phase_ == Phase::up ? now - phase_since_ : SteadyTime::duration::zero();
  phase_ = Phase::idle;
  registration_.reset();
  authentication_.reset();
  pong_due_ = regain_due_ = never;
  fail_all_wishes(why);
  for (std::size_t i = channels_.size(); i-- > 0;) {
    Channel& channel = channels_.at(i);
    if (!channel.known || channel.state == Channel::State::leaving) {
      channels_.erase(channel);
      continue;
    }
    channel.reset();
    channel.state = Channel::State::wanted;
  }
  // What may have been said by an earlier run of the gateway was taken for good then.
  const bool is_first = !established_ && (private_ == nullptr || !private_->has_repeated());
  const bool is_unused = channels_.empty() && private_ == nullptr;
  if (is_first || is_unused || hopeless_ || why.condition == Condition::forbidden) {
    give_up(why);
    return;
  }
  retry(why, uptime);
}

void Session::retry(const Refusal& why, SteadyTime::duration uptime) {
  using namespace std::chrono;
  if (!told_down_) {
    told_down_ = true;
    EventPtr event = host_.event(place_);
    event->what = LinkState{.state = LinkState::State::down, .reason = why.text, .retrying = true};
    host_.emit(std::move(event));
  }
  if (uptime >= stable_after) attempts_ = 0;
  const milliseconds base = shared_.settings.reconnect_base;
  milliseconds pause = min<milliseconds>(first_retry_jitter, base);
  if (attempts_ == 0) {
    pause = duration_cast<milliseconds>(host_.random() * pause);
  } else {
    pause = std::min<milliseconds>(base * (1 << std::min(attempts_ - 1, 16)), longest_retry_pause);
    pause += duration_cast<milliseconds>(0.2 * host_.random() * pause);
  }
  if (now_ < paused_until_) pause = std::max(pause, duration_cast<milliseconds>(paused_until_ - now_));
  if (attempts_ < 255) ++attempts_;
  phase_since_ = now_;
  reconnect_due_ = now_ + pause;
  host_.log("link lost: " + why.text);
  want(next_due());
}

}  // namespace isthmus::irc
