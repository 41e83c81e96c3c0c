// Session: what the server says, messages and refusals.
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/formatting.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

/// Errors whose first parameter is the nick that a message was for.
bool is_about_person(Numeric numeric) noexcept {
  constexpr Numeric numerics[] = {ERR_NOSUCHNICK,    ERR_CANNOTSENDTOCHAN, ERR_WASNOSUCHNICK,  ERR_TOOMANYTARGETS,
                                  ERR_TARGETTOOFAST, ERR_NONONREG,         ERR_CANTSENDTOUSER, RPL_TARGUMODEG};
  return std::ranges::find(numerics, numeric) != std::end(numerics);
}

/// Errors whose first parameter is the channel that a message was for.
bool is_about_message(Numeric numeric) noexcept {
  constexpr Numeric numerics[] = {ERR_CANNOTSENDTOCHAN, ERR_TOOMANYTARGETS, ERR_TARGETTOOFAST, ERR_NEEDREGGEDNICK};
  return std::ranges::find(numerics, numeric) != std::end(numerics);
}

}  // namespace

void Session::on_line(std::string_view bytes, SteadyTime now) {
  now_ = last_heard_ = now;
  pong_due_ = never;
  const auto parsed = parse_line(bytes);
  if (!parsed) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  const Line& line = *parsed;
  if (authentication_ != nullptr && on_authentication(line)) return;
  if (registration_ != nullptr && (line.numeric != 0 || line.command == "FAIL")) {
    on_login_line(line);
    // Once the login is through, some servers put us on channels before they end their greeting.
    const bool greeted = registration_ != nullptr && registration_->is_welcome();
    if (!over_ && (greeted || line.numeric == RPL_ISUPPORT) && !is_error(line.numeric)) on_numeric(line);
    return;
  }
  dispatch(line);
  if (over_ || requests_ == nullptr) return;
  go_on_with_requests();
  if (requests_ == nullptr) close_if_unused("");
}

void Session::dispatch(const Line& line) {
  struct Handler {
    std::string_view command;
    void (*handle)(Session&, const Line&);
  };
  // The commonest first.
  static constexpr Handler handlers[] = {
      {"PRIVMSG", [](Session& self, const Line& it) { self.on_privmsg(it, false); }},
      {"JOIN", [](Session& self, const Line& it) { self.on_join(it); }},
      {"QUIT", [](Session& self, const Line& it) { self.on_quit(it); }},
      {"PART", [](Session& self, const Line& it) { self.on_part(it); }},
      {"NICK", [](Session& self, const Line& it) { self.on_nick(it); }},
      {"MODE", [](Session& self, const Line& it) { self.on_mode(it); }},
      {"NOTICE", [](Session& self, const Line& it) { self.on_privmsg(it, true); }},
      {"PING", [](Session& self, const Line& it) { self.send(Urgency::now, "PONG", {}, it.last()); }},
      {"PONG", [](Session& self, const Line& it) { self.on_pong(it); }},
      {"TOPIC", [](Session& self, const Line& it) { self.on_topic(it); }},
      {"KICK", [](Session& self, const Line& it) { self.on_kick(it); }},
      {"BATCH", [](Session& self, const Line& it) { self.on_batch(it); }},
      {"CAP", [](Session& self, const Line& it) { self.on_cap(it); }},
      {"AWAY", [](Session& self, const Line& it) { self.on_away(it); }},
      {"ACCOUNT", [](Session& self, const Line& it) { self.on_account(it); }},
      {"CHGHOST", [](Session& self, const Line& it) { self.on_chghost(it); }},
      {"SETNAME", [](Session&, const Line&) {}},  // we keep nobody's real name
      {"RENAME", [](Session& self, const Line& it) { self.on_rename(it); }},
      {"INVITE", [](Session& self, const Line& it) { self.on_invite(it); }},
      {"ERROR", [](Session& self, const Line& it) { self.on_error(it); }},
      {"TAGMSG", [](Session& self, const Line& it) { self.on_tagmsg(it); }},
      {"REDACT", [](Session& self, const Line& it) { self.on_redact(it); }},
      {"MARKREAD", [](Session& self, const Line& it) { self.on_markread(it); }},
      {"ACK", [](Session&, const Line&) {}},  // of a label that nobody waits for any more
      {"FAIL", [](Session& self, const Line& it) { self.on_fail(it); }},
      {"WARN", [](Session& self, const Line& it) { self.notice_in(self.place_, numeric_text(it)); }},
      {"NOTE", [](Session& self, const Line& it) { self.notice_in(self.place_, numeric_text(it)); }},
  };
  if (!line.tags.empty() && extensions_ != nullptr && on_labelled(line)) return;
  if (line.numeric != 0) return on_numeric(line);
  for (const Handler& handler : handlers)
    if (handler.command == line.command) return handler.handle(*this, line);
  host_.count("irc_lines_dropped", "unknown_command");
}

void Session::on_privmsg(const Line& line, bool notice) {
  if (line.count < 2) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  const Tags tags = read_tags(line.tags);
  if (tags.batch && is_collected(line, tags, notice)) return;
  if (tags.label && *tags.label == own_label && is_ours(line)) return;
  std::string_view text = line.param(1);
  Style style = notice ? Style::notice : Style::normal;
  if (text.starts_with('\x01')) {
    const auto ctcp = parse_ctcp(text);
    if (!ctcp || notice || !is_verb(*ctcp, "ACTION")) {
      if (!is_ours(line)) on_ctcp(line, text, notice);  // what we asked or answered comes back too
      return;
    }
    style = Style::action;
    text = ctcp->arguments;
  }
  Message said{.style = style, .text = {}};
  append_text(said, text, shared_.scratch.text, charset_of(isupport_->channel_of(line.param(0))));
  if (said.text.empty()) {
    host_.count("irc_lines_dropped", "no_text");
    return;
  }
  on_message(line, tags, std::move(said));
}

void Session::on_message(const Line& line, const Tags& tags, Message&& said) {
  if (is_ours(line) && capabilities_.has(Cap::echo_message) && !capabilities_.has_echo()) {
    host_.count("irc_lines_dropped", "echo");  // its label was to say what it is the echo of; it was confirmed without
    return;
  }
  const std::string_view target = isupport_->channel_of(line.param(0));
  if (isupport_->is_channel(target)) return on_room_message(line, tags, target, std::move(said));
  // Before the login is through, servers call us "*" or "AUTH".
  if (is_me(target) || is_ours(line) || registration_ != nullptr || is_from_server(line))
    return on_direct_message(line, tags, std::move(said));
  host_.count("irc_lines_dropped", "not_for_us");
}

void Session::on_room_message(const Line& line, const Tags& tags, std::string_view target, Message&& said) {
  Channel* channel = find(target);
  if (channel == nullptr || !channel->is_on()) {
    host_.count("irc_lines_dropped", "unknown_channel");
    return;
  }
  const std::string_view asked = line.param(0);
  if (target.size() < asked.size()) said.only_for = std::string{asked.substr(0, asked.size() - target.size())};
  if (!line.tags.empty() && on_reaction(line, tags, channel->place, said.text)) return;
  EventPtr event = message_event(line, tags, channel->place, std::move(said));
  if (line.tags.empty() || is_news(line, tags, event->about)) emit_in(channel, std::move(event));
}

void Session::on_direct_message(const Line& line, const Tags& tags, Message&& said) {
  if (is_from_server(line) || registration_ != nullptr) {
    std::string from;
    return notice_in(place_, std::move(said.text), to_utf8(line.nick, from));
  }
  if (said.style != Style::notice) last_private_ = now_;
  const Conversation place = shared_.addresses.direct(place_.network, is_ours(line) ? line.param(0) : line.nick);
  if (!line.tags.empty() && on_reaction(line, tags, place, said.text)) return;
  EventPtr event = message_event(line, tags, place, std::move(said));
  if (line.tags.empty() || is_news(line, tags, event->about)) host_.emit(std::move(event));
}

EventPtr Session::message_event(const Line& line, const Tags& tags, const Conversation& place, Message&& said) {
  EventPtr event = host_.event(place);
  Message& message = event->what.emplace<Message>(std::move(said));
  if (tags.reply) {
    const std::string_view msgid = unescaped_tag(*tags.reply, shared_.scratch.text);
    if (!msgid.empty()) message.reply = Reply{to_ref(msgid, place.kind), {}, {}};
  }
  stamp(line, tags, event->about);
  return event;
}

void Session::on_ctcp(const Line& line, std::string_view text, bool notice) {
  const auto ctcp = parse_ctcp(text);
  if (!ctcp || notice || is_from_server(line)) {
    if (ctcp && notice && requests_ != nullptr && requests_->on_ctcp_answer(view(), line.nick, text)) return;
    // An answer to what nobody asked, or nothing: a NOTICE is never answered (RFC 2812 §3.3.2).
    host_.count("irc_lines_dropped", "ctcp");
    return;
  }
  if (is_verb(*ctcp, "DCC")) {
    host_.count("irc_lines_dropped", "dcc");
    if (!is_me(line.param(0))) return;
    notice_in(shared_.addresses.direct(place_.network, line.nick),
              "A file or a direct chat was offered (DCC). The gateway does not take those; ask for a link.");
    return;
  }
  if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
  if (now_ < rare_->ctcp_after) {
    host_.count("irc_lines_dropped", "ctcp_too_fast");
    return;
  }
  const std::optional<std::string> answer = ctcp_answer(*ctcp, host_.wall_clock());
  if (!answer) {
    host_.count("irc_lines_dropped", "ctcp");
    return;
  }
  rare_->ctcp_after = now_ + ctcp_pause;
  send(Urgency::later, "NOTICE", {line.nick}, *answer);
}

void Session::on_numeric(const Line& line) {
  if (line.numeric == ERR_MONLISTFULL) return on_monitor_full(line);
  if (is_error(line.numeric)) return on_error_numeric(line);
  if (!take_in_numeric(line) && registration_ == nullptr) show_numeric(line);
}

bool Session::take_in_numeric(const Line& line) {
  const auto is_syncing = [&](std::string_view name) {
    const Channel* channel = find(name);
    return channel != nullptr && channel->state == Channel::State::syncing;
  };
  switch (line.numeric) {
    case RPL_ISUPPORT: on_isupport(line); return false;
    case RPL_NAMREPLY: on_names(line); return is_syncing(line.param(2));
    case RPL_ENDOFNAMES:
      if (!is_syncing(line.param(1))) return false;
      finish_sync(*find(line.param(1)));
      return true;
    case RPL_CHANNELMODEIS: return on_channel_modes(line);
    case RPL_WHOSPCRPL: on_who(line); return true;
    case RPL_ENDOFWHO:
      if (Channel* channel = find(line.param(1)); channel != nullptr) end_burst(*channel);
      return true;
    case RPL_MONONLINE:
    case RPL_MONOFFLINE: on_monitor(line); return true;
    case RPL_ISON: on_ison(line); return true;
    case RPL_NOTOPIC:
    case RPL_TOPIC:
    case RPL_TOPICWHOTIME: on_topic_numeric(line); return is_syncing(line.param(1));
    case RPL_VISIBLEHOST: on_visible_host(line.param(1)); return false;
    case RPL_UNAWAY:
    case RPL_NOWAWAY: return true;
    case RPL_MOTDSTART:
    case RPL_MOTD:
      if (motd_ == nullptr) motd_ = std::make_unique<MessageOfTheDay>();
      motd_->add(line);
      return true;
    case RPL_ENDOFMOTD: tell_motd(); return true;
    default: break;
  }
  if (requests_ != nullptr && requests_->on_reply(view(), line)) return true;
  if (line.numeric != RPL_AWAY || registration_ != nullptr) return false;
  on_away_reply(line);
  return true;
}

void Session::on_visible_host(std::string_view host) {
  const std::size_t at = host.find('@');
  if (at == std::string_view::npos) return learn_own_address({}, host);
  learn_own_address(host.substr(0, at), host.substr(at + 1));
}

void Session::on_error_numeric(const Line& line) {
  if (on_nick_error(line) || is_refused_request(line)) return;
  const std::string_view target = line.param(1);
  std::string text{plain_text(line.last(), shared_.scratch.text)};
  if (isupport_->is_channel(target)) {
    Channel* channel = find(target);
    if (channel != nullptr && on_channel_error(line, *channel)) return;
    if (is_about_message(line.numeric) && refuse_said(target, refusal(line, Asked::message))) return;
    if (channel != nullptr && channel->is_on()) return notice_in(channel->place, std::move(text));
  } else if (Channel* channel = joining_of(line); channel != nullptr) {
    return refuse_channel(*channel, refusal(line, Asked::join).value_or(no_line()));
  } else if (line.count > 2 && is_about_person(line.numeric) && is_nick(target)) {
    if (refuse_said(target, refusal(line, Asked::direct))) return;
    return notice_in(shared_.addresses.direct(place_.network, target), std::move(text));
  }
  notice_in(place_, numeric_text(line));
}

Channel* Session::joining_of(const Line& line) {
  for (std::size_t i = 2; i + 1 < line.count; ++i) {
    Channel* channel = isupport_->is_channel(line.values[i]) ? find(line.values[i]) : nullptr;
    if (channel != nullptr && channel->state == Channel::State::joining) return channel;
  }
  return nullptr;
}

bool Session::on_nick_error(const Line& line) {
  switch (line.numeric) {
    case ERR_NONICKNAMEGIVEN:
    case ERR_ERRONEUSNICKNAME:
    case ERR_NICKNAMEINUSE:
    case ERR_NICKCOLLISION:
    case ERR_NICKTOOFAST:
    case ERR_CANTCHANGENICK: break;
    case ERR_UNAVAILRESOURCE:
      if (isupport_->is_channel(line.param(1))) return false;
      break;
    default:
      // Whatever else names the nick that is asked for, and is not about somebody who has it.
      if (line.count < 3 || is_about_person(line.numeric) || line.param(1).empty() ||
          !has_wish(Wish::Kind::rename, line.param(1)))
        return false;
  }
  const auto why = refusal(line, Asked::nick);
  const std::string_view tried = line.param(1);
  const bool named = line.count > 2;
  if (why && named && has_wish(Wish::Kind::rename, tried)) return fail_wishes(Wish::Kind::rename, tried, *why);
  if (std::exchange(regaining_, false)) return true;  // the next attempt has its time already
  return why && fail_wishes(Wish::Kind::rename, {}, *why);
}

bool Session::on_channel_error(const Line& line, Channel& channel) {
  switch (channel.state) {
    case Channel::State::wanted: return false;
    case Channel::State::leaving:
      if (line.numeric == ERR_NOTONCHANNEL || line.numeric == ERR_NOSUCHCHANNEL) left(channel);
      return true;
    case Channel::State::joining: {
      const auto why = refusal(line, Asked::join);
      if (!why) return false;
      host_.count("irc_joins_refused", "by_server");
      refuse_channel(channel, *why);
      return true;
    }
    case Channel::State::syncing:
    case Channel::State::joined: break;
  }
  if (line.numeric != ERR_NOTONCHANNEL) return false;
  forget(channel, Change::Kind::leave, {}, std::string{plain_text(line.last(), shared_.scratch.text)});
  return true;
}

void Session::on_isupport(const Line& line) {
  const CaseMapping before = isupport_->casemapping;
  Isupport said = *isupport_;
  said.add(line);
  isupport_ = shared_.isupports.share(std::move(said));
  if (isupport_->casemapping != before) rekey();
}

void Session::on_error(const Line& line) {
  const std::string_view text = line.last();
  parting_ = std::make_unique<Refusal>(refusal_of_error(text));
  switch (farewell(text)) {
    case Farewell::ordinary: break;
    case Farewell::throttled: paused_until_ = now_ + longest_retry_pause; break;
    case Farewell::banned:
    case Farewell::denied: hopeless_ = true; break;
  }
}

void Session::notice_in(const Conversation& place, std::string text, std::string_view from) {
  if (text.empty()) return;
  EventPtr event = host_.event(place);
  event->about.actor.name = from;
  event->what.emplace<Message>(Style::notice, std::move(text));
  host_.emit(std::move(event));
}

}  // namespace isthmus::irc
