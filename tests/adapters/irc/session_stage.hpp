#pragma once
// A session between a server and a users' side that are both played from a script (tests/transcripts/irc_*.txt). What
// comes in is written
//   irc>  a line from the server
//   in>   join CHANNEL NICK [key=K] [for=AUDIENCE] | leave CHANNEL [REASON] | lost CHANNEL | rename CHANNEL NICK |
//   subject CHANNEL TEXT
//         say|act|notice CHANNEL TEXT | tell PERSON TEXT
//   link> up | login NICK (up, and a login without surprises, whose output is not shown) | down REASON | shutdown
//   time> 30s
// and what must come out, in this order and nothing else:
//   irc<  a line to the server
//   out<  an event, or what became of one
//   link< connect | drop | finish
// \n, \r, \\ and \xHH stand for bytes. Messages count as written when the step that sent them is over.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/irc/session.hpp"

namespace isthmus::irc::test {

inline std::string unescaped(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const char kind = text[++i];
    if (kind == 'x' && i + 2 < text.size()) {
      bytes += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else {
      bytes += kind == 'n' ? '\n' : kind == 'r' ? '\r' : kind;
    }
  }
  return bytes;
}

inline std::string escaped(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      text += "\\n";
    } else if (c == '\r') {
      text += "\\r";
    } else if (byte < 0x20 || byte == 0x7f) {
      text.append("\\x").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    } else {
      text += c;
    }
  }
  return text;
}

inline std::string_view name_of(Affiliation affiliation) {
  constexpr std::string_view names[] = {"none", "member", "admin", "owner"};
  return names[static_cast<std::size_t>(affiliation)];
}
inline std::string_view name_of(Role role) {
  constexpr std::string_view names[] = {"none", "visitor", "participant", "moderator"};
  return names[static_cast<std::size_t>(role)];
}
inline std::string_view name_of(Change::Kind kind) {
  constexpr std::string_view names[] = {"join", "leave", "quit", "kick", "rename", "standing", "lost"};
  return names[static_cast<std::size_t>(kind)];
}
inline std::string_view name_of(Style style) {
  constexpr std::string_view names[] = {"says", "acts", "notes"};
  return names[static_cast<std::size_t>(style)];
}

inline std::string to_text(const Member& member) {
  std::string text = member.name;
  text.append("(").append(name_of(member.affiliation)).append("/").append(name_of(member.role));
  if (!member.address.empty()) text.append(" ").append(member.address);
  return text + ")";
}

inline std::string to_text(const Change& change) {
  std::string text{name_of(change.kind)};
  if (change.self) text += " self";
  text += " " + to_text(change.who);
  if (!change.new_name.empty()) text += " -> " + change.new_name;
  if (!change.by.empty()) text += " by " + change.by;
  if (!change.reason.empty()) text += ": " + escaped(change.reason);
  return text;
}

inline std::string to_text(const Refusal& why) {
  std::string text{isthmus::to_text(why.condition)};
  text.append("/").append(isthmus::to_text(why.remedy));
  if (!why.alternate.empty()) text += " -> " + why.alternate;
  return text + ": " + escaped(why.text);
}

/// The payload in a few words.
inline std::string to_text(const Payload& what, const Actor& actor) {
  return std::visit(overloaded{
                        [&](const Message& message) {
                          std::string who = actor.name.empty() ? "-" : actor.name;
                          if (!actor.address.empty()) who += "!" + actor.address;
                          return who.append(" ").append(name_of(message.style)).append(": ") + escaped(message.text);
                        },
                        [](const Membership& membership) {
                          std::string text;
                          for (const Change& change : membership.changes)
                            text += (text.empty() ? "" : "; ") + to_text(change);
                          return text;
                        },
                        [](const Roster& roster) {
                          std::vector<std::string> members;
                          members.reserve(roster.members.size());
                          for (const Member& member : roster.members) members.push_back(to_text(member));
                          std::ranges::sort(members);
                          std::string text = "roster of " + roster.self + ":";
                          for (const std::string& member : members) text += " " + member;
                          return text;
                        },
                        [](const RoomInfo& info) {
                          std::string text = "subject";
                          if (!info.subject->by.empty()) text += " by " + info.subject->by;
                          if (info.subject->at)
                            text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*info.subject->at));
                          return text + ": " + escaped(info.subject->text);
                        },
                        [](const LinkState& link) {
                          std::string text = link.state == LinkState::State::up ? "up" : "down";
                          if (link.retrying) text += ", retrying";
                          return link.reason.empty() ? text : text + ": " + link.reason;
                        },
                    },
                    what);
}

/// One line of a transcript.
struct Step {
  std::size_t number = 0;
  std::string kind;  // "irc>", "irc<", …
  std::string text;
  bool is_input() const { return kind.ends_with('>'); }
};

inline std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{ISTHMUS_SOURCE_DIR "/tests/transcripts"})
    if (entry.path().filename().string().starts_with("irc_")) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

inline std::vector<Step> read_transcript(const std::filesystem::path& path) {
  std::vector<Step> steps;
  std::ifstream file{path};
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.empty() || line.front() == '#') continue;
    const std::size_t end = line.find(' ');
    const std::size_t text = line.find_first_not_of(' ', end);
    steps.push_back({number, line.substr(0, end), text == std::string::npos ? "" : line.substr(text)});
  }
  return steps;
}

class Stage final : public SessionHost {
 public:
  Stage() {
    network_.name = network_.host = "irc.test";
    settings_.linger = std::chrono::minutes{10};
    place_ = {adapter, PlaceKind::network, names_.intern("irc.test"), {}};
    session_.emplace(*this, shared_, network_, place_, 7);
  }

  /// Plays one input, "irc> …", "in> …", "link> …" or "time> …"; what came of it, as lines of a transcript.
  std::vector<std::string> play(std::string_view kind, std::string_view text) {
    output_.clear();
    if (session_->is_over()) throw std::runtime_error{"the session is over: nothing may be fed"};
    if (kind == "irc>") {
      session_->on_line(unescaped(text), now_);
    } else if (kind == "in>") {
      ask(text);
    } else if (kind == "link>") {
      link(text);
    } else if (kind == "time>") {
      pass(text);
    } else {
      throw std::runtime_error{"unknown input: " + std::string{kind}};
    }
    for (EventPtr& event : std::exchange(unwritten_, {})) confirmed(std::move(event));
    return output_;
  }

  // SessionHost
  void connect(bool) override { output_.emplace_back("link< connect"); }
  void drop(const Refusal&) override { output_.emplace_back("link< drop"); }
  void finish() override { output_.emplace_back("link< finish"); }
  SteadyTime send(std::string_view lines, Urgency) override {
    say_lines(lines);
    return now_;
  }
  std::string& lines() override { return lines_; }
  bool sent(EventPtr& event, std::size_t from) override {
    say_lines(std::string_view{lines_}.substr(from));
    lines_.clear();
    unwritten_.push_back(std::move(event));
    return true;
  }
  void wake(SteadyTime due) override { due_ = due; }
  EventPtr event(const Conversation& place) override {
    auto event = std::make_unique<Event>();
    event->about.conversation = place;
    event->about.received_at = wall_clock();
    return event;
  }
  void emit(EventPtr event) override {
    std::string text = "out<  " + where(*event);
    if (!event->about.audience.empty()) text += " for " + event->about.audience;
    if (event->about.origin == Origin::history) text += " history";
    if (event->about.at) text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*event->about.at));
    output_.push_back(text + " " + to_text(event->what, event->about.actor));
  }
  void confirmed(EventPtr event) override {
    --waiting_;
    output_.push_back("out<  confirmed " + request(*event));
  }
  void failed(EventPtr event, Refusal why) override {
    --waiting_;
    output_.push_back("out<  failed " + request(*event) + " " + to_text(why));
  }
  SystemTime wall_clock() const override { return SystemTime{std::chrono::seconds{1'700'000'000}} + (now_ - start); }
  double random() override { return 0.5; }
  void count(std::string_view name, std::string_view reason) override {
    ++counts_[std::string{name} + " " + std::string{reason}];
  }
  void log(std::string_view) override {}

  unsigned counted(const std::string& what) const {
    const auto found = counts_.find(what);
    return found == counts_.end() ? 0 : found->second;
  }
  /// What the users' side has no answer to yet.
  int waiting() const { return waiting_; }
  bool is_over() const { return session_->is_over(); }

 private:
  static constexpr AdapterId adapter{1};
  static constexpr SteadyTime start{std::chrono::hours{1}};

  static std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
  }

  void say_lines(std::string_view lines) {
    while (!lines.empty()) {
      const std::size_t end = lines.find("\r\n");
      if (end == std::string_view::npos) throw std::runtime_error{"a line without its end"};
      output_.push_back("irc<  " + escaped(lines.substr(0, end)));
      lines.remove_prefix(end + 2);
    }
  }

  std::string where(const Event& event) const {
    const Conversation& place = event.about.conversation;
    if (place.network != place_.network) throw std::runtime_error{"an event of another network"};
    return place.kind == PlaceKind::network ? "network" : place.native.str();
  }

  std::string request(const Event& event) const {
    std::string text =
        std::visit(overloaded{
                       [](const Message&) { return std::string{"message"}; },
                       [](const Membership& it) { return std::string{name_of(it.changes.front().kind)}; },
                       [](const Roster&) { return std::string{"roster"}; },
                       [](const RoomInfo&) { return std::string{"subject"}; },
                       [](const LinkState&) { return std::string{"link"}; },
                   },
                   event.what);
    text += " " + where(event);
    return event.about.audience.empty() ? text : text + " for " + event.about.audience;
  }

  Payload payload(std::string_view verb, std::string_view rest, std::string& audience) {
    Change change;
    if (verb == "join") {
      change.kind = Change::Kind::join;
      change.who.name = take_word(rest);
      while (!rest.empty()) {
        const std::string_view option = take_word(rest);
        if (option.starts_with("key=")) change.key = unescaped(option.substr(4));
        if (option.starts_with("for=")) audience = option.substr(4);
      }
    } else if (verb == "leave" || verb == "lost") {
      change.kind = verb == "leave" ? Change::Kind::leave : Change::Kind::lost;
      change.reason = unescaped(rest);
    } else if (verb == "rename") {
      change.kind = Change::Kind::rename;
      change.new_name = unescaped(rest);
    } else if (verb == "subject") {
      return RoomInfo{RoomInfo::Subject{unescaped(rest), {}, {}}};
    } else {
      const Style style = verb == "act" ? Style::action : verb == "notice" ? Style::notice : Style::normal;
      return Message{style, unescaped(rest)};
    }
    return Membership{{change}};
  }

  void ask(std::string_view text) {
    auto event = std::make_unique<Event>();
    const std::string_view verb = take_word(text);
    const std::string native = unescaped(take_word(text));
    const PlaceKind kind = verb == "tell" ? PlaceKind::direct : PlaceKind::room;
    event->about.conversation = {adapter, kind, place_.network, names_.intern(native)};
    event->about.owner = names_.intern("juliet@example.org");
    event->about.actor.name = "juliet";
    event->what = payload(verb, text, event->about.audience);
    const std::string asked = request(*event);
    const Outcome outcome = session_->deliver(event, now_);
    if (std::holds_alternative<Pending>(outcome) != (event == nullptr))
      throw std::runtime_error{"Pending keeps the event, all else leaves it"};
    if (event == nullptr) ++waiting_;
    if (std::holds_alternative<Accepted>(outcome)) output_.push_back("out<  accepted " + asked);
    if (const auto* refused = std::get_if<Rejected>(&outcome))
      output_.push_back("out<  rejected " + asked + " " + to_text(refused->why));
  }

  void link(std::string_view text) {
    const std::string_view what = take_word(text);
    if (what == "up") {
      session_->on_connected(now_);
    } else if (what == "down") {
      session_->on_disconnected({Condition::remote_server_timeout, Remedy::wait, std::string{text}, {}}, now_);
    } else if (what == "shutdown") {
      session_->shut_down(text, now_);
    } else if (what == "login") {
      log_in(std::string{text});
    } else {
      throw std::runtime_error{"unknown: link> " + std::string{what}};
    }
  }

  void log_in(const std::string& nick) {
    session_->on_connected(now_);
    session_->on_line(":irc.test 001 " + nick + " :Welcome", now_);
    session_->on_line(":irc.test 005 " + nick +
                          " CASEMAPPING=rfc1459 NICKLEN=16 PREFIX=(qaohv)~&@%+ STATUSMSG=@+ CHANTYPES=# :are supported",
                      now_);
    const auto before = output_.size();
    session_->on_line(":irc.test 422 " + nick + " :no motd", now_);
    output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(before));
  }

  void pass(std::string_view text) {
    const SteadyTime until = now_ + std::chrono::seconds{std::stoi(std::string{text})};
    while (due_ <= until && !session_->is_over()) {
      now_ = std::max(now_, std::exchange(due_, never));
      session_->on_tick(now_);
    }
    now_ = until;
  }

  NameTable names_;
  Settings settings_;
  Network network_;
  IrcAddressBook addresses_{adapter, names_, "", {"irc.test"}};
  Scratch scratch_;
  Session::Shared shared_{settings_, addresses_, scratch_};
  Conversation place_;
  SteadyTime now_ = start;
  SteadyTime due_ = never;
  std::vector<std::string> output_;
  std::string lines_;
  std::vector<EventPtr> unwritten_;
  int waiting_ = 0;
  std::map<std::string, unsigned> counts_;
  std::optional<Session> session_;
};

}  // namespace isthmus::irc::test
