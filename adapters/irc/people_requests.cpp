#include "adapters/irc/people_requests.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

// Ours.
constexpr std::size_t max_waiting = 100;
constexpr std::size_t max_other = 30;           // lines of a WHOIS
constexpr std::size_t max_rooms = 500;          // of one person
constexpr std::size_t max_answer = 500;         // bytes of a CTCP answer
constexpr std::chrono::seconds end_timeout{2};  // for the end of a WHOIS that failed

AskClient& question_of(const EventPtr& event) { return std::get<AskClient>(std::get<Request>(event->what).what); }

std::string_view verb_of(AskClient::What what) {
  switch (what) {
    case AskClient::What::version: return "VERSION";
    case AskClient::What::ping: return "PING";
    case AskClient::What::time: break;
  }
  return "TIME";
}

Rejected no_nick() { return {{Condition::jid_malformed, Remedy::modify, "This cannot be a nick.", {}}}; }

bool is_about_person(Numeric numeric) noexcept {
  constexpr Numeric numerics[] = {ERR_NOSUCHNICK,    ERR_NOSUCHSERVER, ERR_WASNOSUCHNICK,  ERR_CANNOTSENDTOCHAN,
                                  ERR_TARGETTOOFAST, ERR_NONONREG,     ERR_CANTSENDTOUSER, RPL_TARGUMODEG};
  return std::ranges::find(numerics, numeric) != std::end(numerics);
}

/// What a line says after the nick.
std::string rest_of(const Line& line) {
  std::string text;
  std::string buffer;
  for (std::size_t i = 2; i < line.count; ++i) {
    if (i > 2) text += ' ';
    text += plain_text(line.values[i], buffer);
  }
  return text;
}

void add_rooms(Profile& profile, const Isupport& isupport, std::string_view list) {
  std::string buffer;
  while (!list.empty() && profile.rooms.size() < max_rooms) {
    std::string_view room = list.substr(0, list.find(' '));
    list.remove_prefix(std::min(list.size(), room.size() + 1));
    // '+' may be a rank and a channel type: it is a rank where a channel follows.
    const auto has_rank = [&] {
      return room.size() > 1 && isupport.rank_of_symbol(room.front()) &&
             (isupport.is_channel(room.substr(1)) || isupport.rank_of_symbol(room[1]));
    };
    while (has_rank()) room.remove_prefix(1);
    if (isupport.is_channel(room)) profile.rooms.emplace_back(to_utf8(room, buffer));
  }
}

void add_idle(Profile& profile, const Line& line) {
  const std::string_view idle = line.param(2);
  std::uint64_t seconds = 0;
  const auto [end, fault] = std::from_chars(idle.data(), idle.data() + idle.size(), seconds);
  if (fault == std::errc{} && end == idle.data() + idle.size()) profile.idle_seconds = seconds;
  if (line.count > 4) profile.since = parse_unix_time(line.param(3));
}

}  // namespace

void add_whois_line(Profile& profile, const Isupport& isupport, const Line& line) {
  std::string buffer;
  switch (line.numeric) {
    case RPL_WHOISUSER: {
      profile.name = to_utf8(line.param(1), buffer);
      const std::string address = std::string{line.param(2)}.append("@").append(line.param(3));
      profile.address = to_utf8(address, buffer);
      profile.full_name = plain_text(line.last(), buffer);
      return;
    }
    case RPL_WHOISSERVER: profile.service = to_utf8(line.param(2), buffer); return;
    case RPL_WHOISOPERATOR: profile.is_operator = true; return;
    case RPL_WHOISIDLE: return add_idle(profile, line);
    case RPL_WHOISCHANNELS: return add_rooms(profile, isupport, line.last());
    case RPL_WHOISACCOUNT: profile.account = to_utf8(line.param(2), buffer); return;
    case RPL_WHOISBOT: profile.is_bot = true; return;
    case RPL_WHOISSECURE: profile.is_secure = true; return;
    case RPL_AWAY:
      profile.is_away = true;
      profile.away = plain_text(line.last(), buffer);
      return;
    default:
      if (profile.other.size() >= max_other) return;
      if (std::string text = rest_of(line); !text.empty()) profile.other.push_back(std::move(text));
  }
}

Outcome WhoisRequests::ask(const SessionView& view, EventPtr& event) {
  if (!is_nick(event->about.conversation.native.view())) return no_nick();
  if (waiting_.size() >= max_waiting) return Rejected{too_much_asked()};
  waiting_.push_back(std::move(event));
  start(view);
  return Pending{};
}

void WhoisRequests::start(const SessionView& view) {
  while (nick_.empty() && !waiting_.empty()) {
    nick_ = waiting_.front()->about.conversation.native.str();
    is_over_ = false;
    profile_ = {};
    // The nick as the server too: their own server knows how long they have been idle.
    if (const auto sent = view.send("WHOIS", {nick_, nick_})) {
      due_ = *sent + answer_timeout;
    } else {
      const Refusal why = no_line();
      finish(view, &why);
      nick_.clear();
    }
  }
}

void WhoisRequests::finish(const SessionView& view, const Refusal* why) {
  for (EventPtr& event : waiting_) {
    if (!is_for(view, event)) continue;
    if (why != nullptr) {
      view.host.failed(std::move(event), *why);
    } else {
      std::get<ReadProfile>(std::get<Request>(event->what).what).found = profile_;
      view.host.confirmed(std::move(event));
    }
  }
  std::erase(waiting_, nullptr);
  due_ = never;
}

bool WhoisRequests::on_reply(const SessionView& view, const Line& line) {
  if (nick_.empty() || line.numeric == 0 || line.count < 2 || !view.is_same(line.param(1), nick_)) return false;
  if (line.numeric == RPL_ENDOFWHOIS) {
    if (!is_over_) finish(view, nullptr);
    nick_.clear();
    due_ = never;
    start(view);
    return true;
  }
  if (is_error(line.numeric)) {
    if (is_over_ || !is_about_person(line.numeric)) return false;
    // The end follows, or not, by server.
    const auto why = refusal(line, Asked::direct);
    finish(view, &*why);
    is_over_ = true;
    due_ = view.now + end_timeout;
    return true;
  }
  const bool is_whois = (line.numeric >= 200 && line.numeric < 400) || line.numeric == RPL_WHOISSECURE ||
                        (line.numeric >= 600 && line.numeric < 700) || line.numeric == RPL_LOGGEDIN;
  if (is_over_ || !is_whois || line.count < 3) return false;
  due_ = view.now + answer_timeout;
  add_whois_line(profile_, view.isupport, line);
  return true;
}

void WhoisRequests::fail_all(const SessionView& view, const Refusal& why) {
  for (EventPtr& event : std::exchange(waiting_, {})) view.host.failed(std::move(event), why);
  nick_.clear();
  due_ = never;
}

void WhoisRequests::on_tick(const SessionView& view) {
  if (view.now < due_) return;
  if (!is_over_) {
    view.host.count("irc_requests_failed", "timeout");
    const Refusal why = timed_out();
    finish(view, &why);
  }
  nick_.clear();
  due_ = never;
  start(view);
}

Outcome ClientRequests::ask(const SessionView& view, EventPtr& event) {
  const std::string_view nick = event->about.conversation.native.view();
  if (!is_nick(nick)) return no_nick();
  if (waiting_.size() >= max_waiting) return Rejected{too_much_asked()};
  const AskClient::What what = question_of(event).what;
  Waiting waiting;
  if (what == AskClient::What::ping)
    waiting.token = std::to_string(
        std::chrono::floor<std::chrono::milliseconds>(view.host.wall_clock()).time_since_epoch().count());
  std::string text;
  append_ctcp(text, verb_of(what), waiting.token);
  const auto sent = view.send("PRIVMSG", {nick}, text);
  if (!sent) return Rejected{no_line()};
  waiting.event = std::move(event);
  waiting.due = *sent + answer_timeout;
  waiting_.push_back(std::move(waiting));
  return Pending{};
}

bool ClientRequests::on_answer(const SessionView& view, std::string_view nick, std::string_view text) {
  const auto ctcp = parse_ctcp(text);
  if (!ctcp) return false;
  const bool is_error = is_verb(*ctcp, "ERRMSG");
  const auto found = std::ranges::find_if(waiting_, [&](const Waiting& waiting) {
    if (!view.is_same(waiting.event->about.conversation.native.view(), nick)) return false;
    const std::string_view verb = verb_of(question_of(waiting.event).what);
    if (is_error) return ctcp->arguments.starts_with(verb);
    return is_verb(*ctcp, verb) && (waiting.token.empty() || ctcp->arguments == waiting.token);
  });
  if (found == waiting_.end()) return false;
  EventPtr event = std::move(found->event);
  waiting_.erase(found);
  if (is_error) {
    view.host.failed(std::move(event),
                     {Condition::feature_not_implemented, Remedy::cancel, "Their client does not answer that.", {}});
    return true;
  }
  AskClient& question = question_of(event);
  std::string buffer;
  if (question.what != AskClient::What::ping)
    question.answer = plain_text(ctcp->arguments.substr(0, max_answer), buffer);
  view.host.confirmed(std::move(event));
  return true;
}

bool ClientRequests::on_refusal(const SessionView& view, const Line& line) {
  if (!is_about_person(line.numeric)) return false;
  const auto found = std::ranges::find_if(waiting_, [&](const Waiting& waiting) {
    return view.is_same(waiting.event->about.conversation.native.view(), line.param(1));
  });
  const auto why = refusal(line, Asked::direct);
  if (found == waiting_.end() || !why) return false;
  EventPtr event = std::move(found->event);
  waiting_.erase(found);
  view.host.failed(std::move(event), *why);
  return true;
}

void ClientRequests::fail_all(const SessionView& view, const Refusal& why) {
  for (Waiting& waiting : std::exchange(waiting_, {})) view.host.failed(std::move(waiting.event), why);
}

void ClientRequests::on_tick(const SessionView& view) {
  for (Waiting& waiting : waiting_) {
    if (view.now < waiting.due) continue;
    view.host.count("irc_requests_failed", "timeout");
    view.host.failed(std::move(waiting.event),
                     {Condition::remote_server_timeout, Remedy::wait, "Their client did not answer in time.", {}});
  }
  std::erase_if(waiting_, [](const Waiting& waiting) { return waiting.event == nullptr; });
}

SteadyTime ClientRequests::next_due() const noexcept {
  SteadyTime due = never;
  for (const Waiting& waiting : waiting_) due = std::min(due, waiting.due);
  return due;
}

}  // namespace isthmus::irc
