// Session: the network itself: what the user tells it, and what it says that belongs to nothing else.
#include <algorithm>
#include <utility>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/charset.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

/// What comes unasked with a login, a join or a question of ours; shown only after a command of the user's.
bool is_quiet(Numeric numeric) noexcept {
  constexpr Numeric numerics[] = {
      RPL_ISUPPORT,   RPL_CHANNELMODEIS, RPL_CREATIONTIME, RPL_NOTOPIC,  RPL_TOPIC,      RPL_TOPICWHOTIME, RPL_NAMREPLY,
      RPL_ENDOFNAMES, RPL_WHOREPLY,      RPL_WHOSPCRPL,    RPL_ENDOFWHO, RPL_ENDOFWHOIS, RPL_LISTSTART,    RPL_LIST,
      RPL_LISTEND,    RPL_AWAY,          RPL_VISIBLEHOST,  RPL_INVITING, RPL_BANLIST,    RPL_ENDOFBANLIST, ERR_NOMOTD};
  return std::ranges::find(numerics, numeric) != std::end(numerics);
}

std::string_view word_of(Presence::Show show) noexcept {
  switch (show) {
    case Presence::Show::xa: return "xa";
    case Presence::Show::dnd: return "dnd";
    case Presence::Show::gone:
    case Presence::Show::available:
    case Presence::Show::chat:
    case Presence::Show::away: break;
  }
  return "away";
}

}  // namespace

Session::Rare& Session::rare() {
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  return *rare_;
}

Outcome Session::tell_network(EventPtr& event) {
  if (phase_ != Phase::up)
    return Rejected{
        {Condition::remote_server_timeout, Remedy::wait, "There is no connection to the network at the moment.", {}}};
  const auto lines = parse_raw(std::get<Message>(event->what).text);
  if (!lines) return Rejected{lines.error()};
  std::string& out = host_.lines();
  const std::size_t from = out.size();
  const Line* quit = nullptr;
  for (const Line& line : *lines) {
    if (equals_ignoring_case(line.command, "QUIT")) quit = &line;
    if (quit != nullptr) break;
    if (equals_ignoring_case(line.command, "NICK")) rare().console_nick = line.param(0);
    if (append_raw(out, line, isupport_->line_length)) continue;
    out.resize(from);
    return Rejected{no_line()};
  }
  rare().console_until = now_ + answer_timeout;
  if (quit != nullptr) {
    const std::string text = out.substr(from);
    out.resize(from);
    if (!text.empty()) host_.send(text, Urgency::now);
    quit_by_command(quit->last());
    return Accepted{};
  }
  if (!host_.sent(event, from)) return Rejected{too_much_asked()};
  return Pending{};
}

void Session::leave_network(std::string_view reason, SteadyTime now) {
  now_ = now;
  quit_by_command(reason);
}

std::string Session::description(SteadyTime now) const {
  if (phase_ != Phase::up) return phase_ == Phase::idle ? "waits to connect again" : "connects";
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(now - phase_since_).count();
  return "connected as " + nick_ + " for " + std::to_string(minutes) + " min, " + std::to_string(channels_.size()) +
         (channels_.size() == 1 ? " room" : " rooms") + (network_->tls ? ", with TLS" : ", without TLS") +
         (is_authenticated_ ? ", logged in to the account" : "");
}

void Session::quit_by_command(std::string_view reason) {
  const std::string text = to_one_line(reason, max_reason);
  fail_all_wishes({Condition::not_acceptable, Remedy::cancel, "You have left the network.", {}});
  for (std::size_t i = 0; i < channels_.size(); ++i) announce_own(channels_.at(i), Change::Kind::leave, text);
  EventPtr event = host_.event(place_);
  event->what = LinkState{.state = LinkState::State::down, .reason = text, .retrying = false};
  host_.emit(std::move(event));
  end(text);
}

Outcome Session::tell_modes(EventPtr& event, const Channel& channel, std::string_view arguments) {
  std::vector<std::string_view> middle{channel.name};
  while (!arguments.empty()) {
    const std::string_view word = arguments.substr(0, arguments.find(' '));
    arguments.remove_prefix(std::min(arguments.size(), word.size() + 1));
    if (!word.empty()) middle.push_back(word);
  }
  std::string& out = host_.lines();
  const std::size_t from = out.size();
  const LineOptions options{.tags = {}, .max_bytes = isupport_->line_length};
  if (!append_line(out, "MODE", middle, std::nullopt, options)) return Rejected{no_line()};
  rare().console_until = now_ + answer_timeout;
  remember_said(event->about, channel.name);
  if (!host_.sent(event, from)) return Rejected{too_much_asked()};
  return Pending{};
}

void Session::show_numeric(const Line& line) {
  const bool is_asked = rare_ != nullptr && now_ < rare_->console_until;
  if (!is_asked && is_quiet(line.numeric)) return;
  if (!rare().shown.take(now_)) {
    host_.count("irc_lines_dropped", "too_much_server_text");
    return;
  }
  const Channel* channel = isupport_->is_channel(line.param(1)) ? find(line.param(1)) : nullptr;
  const bool is_in_room = channel != nullptr && channel->state == Channel::State::joined;
  notice_in(is_in_room ? channel->place : place_, numeric_text(line));
}

void Session::tell_motd() {
  const auto motd = std::exchange(motd_, nullptr);
  if (motd == nullptr) return;
  std::string text = motd->take();
  const std::size_t hash = TextHash{}(text);
  const bool is_asked = rare_ != nullptr && now_ < rare_->console_until;
  // After a loss of the link nobody wants to read it again.
  if (text.empty() || (hash == motd_told_ && !is_asked)) return;
  motd_told_ = hash;
  notice_in(place_, std::move(text));
}

Outcome Session::set_away(const Presence& presence) {
  const bool is_away = presence.show == Presence::Show::away || presence.show == Presence::Show::xa ||
                       presence.show == Presence::Show::dnd;
  std::string text;
  if (is_away) {
    text = to_one_line(presence.status, isupport_->away_length > 0 ? isupport_->away_length : max_reason);
    if (text.empty()) text = word_of(presence.show);
  }
  if (text == (away_ == nullptr ? std::string{} : *away_)) return Accepted{};
  away_ = is_away ? std::make_unique<std::string>(std::move(text)) : nullptr;
  if (phase_ == Phase::up) send_away();
  return Accepted{};
}

void Session::send_away() {
  if (away_ == nullptr) {
    send(Urgency::later, "AWAY", {});
  } else {
    send(Urgency::later, "AWAY", {}, *away_);
  }
}

void Session::on_away_reply(const Line& line) {
  const std::string_view nick = line.param(1);
  const auto said = std::ranges::find(said_, folded(nick), &Said::target);
  if (line.count < 3 || !is_nick(nick) || said == said_.end() || now_ - said->at > answer_timeout)
    return show_numeric(line);
  std::string text{plain_text(line.last(), shared_.scratch.text)};
  auto& told = rare().told_away;
  const std::size_t hash = TextHash{}(text);
  const auto before = std::ranges::find(told, said->target, &ToldAway::nick);
  if (before != told.end() && before->hash == hash) return;
  if (before != told.end()) told.erase(before);
  if (told.size() >= max_told_away) told.erase(told.begin());
  told.push_back({said->target, hash});
  std::string name{to_utf8(nick, shared_.scratch.text)};
  notice_in(shared_.addresses.direct(place_.network, nick), name + " is away: " + text);
}

void Session::on_invite(const Line& line) {
  const std::string_view name = line.param(1);
  if (line.nick.empty() || !is_channel_name(name)) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  if (on_invitation_of_another(line)) return;
  const Channel* channel = find(name);
  EventPtr event = host_.event(channel != nullptr ? channel->place : shared_.addresses.room(place_.network, name));
  std::string buffer;
  event->about.actor.name = to_utf8(line.nick, buffer);
  event->what = Invitation{};
  host_.emit(std::move(event));
}

void Session::offer(std::string_view name) {
  auto& offered = rare().offered;
  const std::string_view key = folded(name);
  if (std::ranges::find(offered, key) != offered.end()) return;
  if (!is_channel_name(name) || offered.size() >= max_offered) {
    host_.count("irc_channels_left", "forced");
    send(Urgency::later, "PART", {name}, "not asked for");
    return;
  }
  offered.emplace_back(key);
  EventPtr event = host_.event(shared_.addresses.room(place_.network, name));
  event->what = Invitation{.who = {}, .reason = "The network put you on this channel."};
  host_.emit(std::move(event));
}

bool Session::take_offer(std::string_view name) {
  if (rare_ == nullptr) return false;
  return std::erase(rare_->offered, folded(name)) > 0;
}

}  // namespace isthmus::irc
