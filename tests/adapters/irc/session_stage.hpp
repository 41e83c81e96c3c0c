#pragma once
// A session between a server and a users' side that are both played from a script (tests/transcripts/irc_*.txt). What
// comes in is written
//   irc>  a line from the server
//   in>   join CHANNEL NICK [key=K] [for=AUDIENCE] | leave CHANNEL [REASON] | lost CHANNEL | rename CHANNEL NICK |
//   subject CHANNEL TEXT
//         say|act|notice PLACE TEXT | pass CHANNEL TEXT (said by one who keeps it until it has arrived) | tell PERSON
//         TEXT | reply PLACE REF TEXT | react PLACE REF [EMOJI…] | retract|moderate PLACE REF [REASON] | type PLACE
//         composing|paused|idle | seen PLACE REF kick CHANNEL NICK [REASON] | affiliate|role CHANNEL NICK STANDING
//         [REASON] | invite CHANNEL NICK [REASON] ask PLACE
//         outcasts|admins|moderators|settings|directory|profile|version|ping|time ask CHANNEL change [+-]members_only
//         [+-]moderated … password=K max=N other=+n can (what can be said beyond plain messages) presence network SHOW
//         [STATUS] | watch|unwatch NICK
//       PLACE: a channel, a nick, or "network"
//   link> account KEY=VALUE … (the user's settings, with "_" for spaces) | plain (no TLS from now on)
//         recalled PLACE ID MSGID… (what a user said earlier, by the client's id and the server's) |
//         up | login NICK (up, and a login without surprises, whose output is not shown) | down REASON | shutdown
//   time> 30s
// and what must come out, in this order and nothing else:
//   irc<  a line to the server
//   out<  an event, or what became of one
//   link< connect | drop | finish | recall | remember PLACE ID MSGID… | secure PORT (connect with TLS there) | secure
//   for SECONDS
// The n-th in> has the stanza id "in<n>".
// \n, \r, \\ and \xHH stand for bytes. Messages count as written when the step that sent them is over.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/irc/session.hpp"
#include "tests/adapters/irc/describe.hpp"
#include "tests/source_tree.hpp"

namespace isthmus::irc::test {

/// One line of a transcript.
struct Step {
  std::size_t number = 0;
  std::string kind;  // "irc>", "irc<", …
  std::string text;
  bool is_input() const { return kind.ends_with('>'); }
};

inline std::vector<std::filesystem::path> transcripts() {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator{isthmus::test::source_tree() / "tests/transcripts"})
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
    } else if (kind == "in>" && text == "can") {
      output_.push_back("out<  can:" + abilities());
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
  void secure(std::uint16_t port) override {
    output_.push_back("link< secure " + std::to_string(port));
    network_.tls = true;
  }
  void keep_secure(std::chrono::seconds duration) override {
    output_.push_back("link< secure for " + std::to_string(duration.count()));
  }
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
    if (event != nullptr) unwritten_.push_back(std::move(event));
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
    if (!event->about.ref.empty()) text += " ref=" + event->about.ref;
    if (event->about.origin == Origin::history) text += " history";
    if (event->about.at) text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*event->about.at));
    output_.push_back(text + " " + to_text(event->what, event->about.actor));
  }
  void confirmed(EventPtr event) override {
    answered(*event);
    output_.push_back("out<  confirmed " + request(*event));
  }
  void failed(EventPtr event, Refusal why) override {
    answered(*event);
    output_.push_back("out<  failed " + request(*event) + " " + to_text(why));
  }
  void remember(StoredIds ids) override {
    std::string text = "link< remember " + ids.native + " " + ids.id;
    for (const std::string& piece : ids.pieces) text += " " + piece;
    output_.push_back(std::move(text));
  }
  void recall(std::size_t) override { output_.emplace_back("link< recall"); }
  SystemTime wall_clock() const override { return SystemTime{std::chrono::seconds{1'700'000'000}} + (now_ - start); }
  double random() override { return 0.5; }
  std::string nonce() override { return "rOprNGfwEbeRWgbNEkqO"; }  // that of RFC 7677 §3
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

  /// What was written may be refused later: that is a second answer to the same.
  void answered(const Event& event) {
    if (answered_.insert(event.about.native.front().value).second) --waiting_;
  }

  static std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
  }

  std::string abilities() const {
    constexpr std::string_view names[] = {"edit",       "reply",  "reaction", "retraction",
                                          "moderation", "typing", "displayed"};
    std::string text;
    for (std::size_t i = 0; i < std::size(names); ++i)
      if (session_->capabilities().has(static_cast<Capability>(i))) text.append(" ").append(names[i]);
    return text;
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
    return place.kind == PlaceKind::network ? "network" : escaped(place.native.view());
  }

  std::string request(const Event& event) const {
    std::string text =
        std::visit(overloaded{
                       [](const Message&) { return std::string{"message"}; },
                       [](const Edit&) { return std::string{"edit"}; },
                       [](const Retract&) { return std::string{"retract"}; },
                       [](const Reactions&) { return std::string{"reactions"}; },
                       [](const Typing&) { return std::string{"typing"}; },
                       [](const Displayed&) { return std::string{"displayed"}; },
                       [](const Presence&) { return std::string{"presence"}; },
                       [](const Watch&) { return std::string{"watch"}; },
                       [](const Membership& it) { return std::string{name_of(it.changes.front().kind)}; },
                       [](const Roster&) { return std::string{"roster"}; },
                       [](const RoomInfo&) { return std::string{"subject"}; },
                       [](const Invitation&) { return std::string{"invite"}; },
                       [](const Request& it) { return to_text(it); },
                       [](const LinkState&) { return std::string{"link"}; },
                       [](const NewValue&) { return std::string{"value"}; },
                   },
                   event.what);
    if (!event.about.ref.empty()) text += " ref=" + event.about.ref;
    if (event.about.at) text += " at " + std::to_string(std::chrono::system_clock::to_time_t(*event.about.at));
    if (const auto* said = std::get_if<Message>(&event.what); said != nullptr && !event.about.ref.empty())
      text += " as " + escaped(said->text);
    text += " " + where(event);
    return event.about.audience.empty() ? text : text + " for " + event.about.audience;
  }

  static Moderate::Wish moderation(std::string_view verb, std::string_view rest) {
    Moderate::Wish wish{unescaped(take_word(rest)), {}, {}, {}};
    const auto find = [](std::string_view name, auto last) {
      using Value = decltype(last);
      for (std::size_t i = 0; i <= static_cast<std::size_t>(last); ++i)
        if (name_of(static_cast<Value>(i)) == name) return static_cast<Value>(i);
      throw std::runtime_error{"no such standing: " + std::string{name}};
    };
    if (verb == "kick") wish.role = Role::none;
    if (verb == "affiliate") wish.affiliation = find(take_word(rest), Affiliation::owner);
    if (verb == "role") wish.role = find(take_word(rest), Role::moderator);
    wish.reason = unescaped(rest);
    return wish;
  }

  static Payload presence(std::string_view rest) {
    constexpr std::string_view names[] = {"gone", "available", "chat", "away", "xa", "dnd"};
    const auto name = take_word(rest);
    const auto index = std::ranges::find(names, name) - std::begin(names);
    return Presence{static_cast<Presence::Show>(index), unescaped(rest)};
  }

  static Payload question(std::string_view rest) {
    const auto what = take_word(rest);
    if (what == "outcasts") return Request{ReadStandings{.affiliation = Affiliation::outcast, .role = {}, .found = {}}};
    if (what == "moderators") return Request{ReadStandings{.affiliation = {}, .role = Role::moderator, .found = {}}};
    if (what == "admins") return Request{ReadStandings{.affiliation = Affiliation::admin, .role = {}, .found = {}}};
    if (what == "settings") return Request{ReadSettings{}};
    if (what == "directory") return Request{ReadDirectory{}};
    if (what == "profile") return Request{ReadProfile{}};
    if (what == "version") return Request{AskClient{AskClient::What::version, {}}};
    if (what == "ping") return Request{AskClient{AskClient::What::ping, {}}};
    if (what == "time") return Request{AskClient{AskClient::What::time, {}}};
    if (what != "change") throw std::runtime_error{"no such question: " + std::string{what}};
    RoomSettings wished;  // change [+-]members_only … password=K max=N other=+n
    while (!rest.empty()) {
      const auto word = take_word(rest);
      const bool on = word.starts_with('+');
      const auto value = word.substr(word.find('=') + 1);
      if (word.substr(1) == "members_only") wished.members_only = on;
      if (word.substr(1) == "moderated") wished.moderated = on;
      if (word.substr(1) == "hidden") wished.hidden = on;
      if (word.substr(1) == "subject_locked") wished.subject_locked = on;
      if (word.starts_with("password=")) wished.password = unescaped(value);
      if (word.starts_with("max=")) wished.max_members = static_cast<std::uint32_t>(std::stoul(std::string{value}));
      if (word.starts_with("other=")) wished.other = std::string{value};
    }
    return Request{ChangeSettings{std::move(wished)}};
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
    } else if (verb == "kick" || verb == "affiliate" || verb == "role") {
      return Request{Moderate{{moderation(verb, rest)}}};
    } else if (verb == "invite") {
      std::string who = unescaped(take_word(rest));
      return Invitation{std::move(who), unescaped(rest)};
    } else if (verb == "ask") {
      return question(rest);
    } else if (verb == "presence") {
      return presence(rest);
    } else if (verb == "watch" || verb == "unwatch") {
      return Watch{verb == "watch"};
    } else if (verb == "type") {
      return Typing{rest == "composing" ? Typing::State::composing
                    : rest == "paused"  ? Typing::State::paused
                                        : Typing::State::idle};
    } else if (verb == "seen") {
      return Displayed{{std::string{rest}}, {}};
    } else if (verb == "retract" || verb == "moderate") {
      std::string target{take_word(rest)};
      return Retract{{std::move(target)}, verb == "moderate", unescaped(rest)};
    } else if (verb == "react") {
      Reactions reactions{{std::string{take_word(rest)}}, {}};
      while (!rest.empty()) reactions.emoji.emplace_back(take_word(rest));
      return reactions;
    } else if (verb == "reply") {
      Reply reply{{std::string{take_word(rest)}}, {}, {}};
      return Message{.style = Style::normal, .text = unescaped(rest), .reply = std::move(reply)};
    } else {
      const Style style = verb == "act" ? Style::action : verb == "notice" ? Style::notice : Style::normal;
      return Message{style, unescaped(rest)};
    }
    return Membership{{change}};
  }

  void ask(std::string_view text) {
    auto event = std::make_unique<Event>();
    const std::string_view verb = take_word(text);
    // The place: a channel, a nick (a word that begins with no channel type), or "network".
    const std::string native = unescaped(take_word(text));
    const bool is_network = native == "network";
    const bool is_channel = native.starts_with('#') || native.starts_with('&') || native.starts_with('+');
    const bool is_person = verb == "tell" || (!is_channel && verb != "join");
    const PlaceKind kind = is_network ? PlaceKind::network : is_person ? PlaceKind::direct : PlaceKind::room;
    event->about.conversation = {adapter, kind, place_.network, is_network ? Name{} : names_.intern(native)};
    event->about.owner = names_.intern("juliet@example.org");
    event->about.received_at = wall_clock();
    event->about.actor.name = "juliet";
    event->about.native.push_back({"xmpp.id", "in" + std::to_string(++asked_)});
    event->about.is_kept = verb == "pass";
    event->what = payload(verb, text, event->about.audience);
    const std::string asked = request(*event);
    const Outcome outcome = session_->deliver(event, now_);
    if (std::holds_alternative<Pending>(outcome) != (event == nullptr))
      throw std::runtime_error{"Pending keeps the event, all else leaves it"};
    if (event == nullptr) ++waiting_;
    if (std::holds_alternative<Accepted>(outcome))
      output_.push_back("out<  accepted " + (event != nullptr ? request(*event) : asked));
    if (const auto* refused = std::get_if<Rejected>(&outcome))
      output_.push_back("out<  rejected " + asked + " " + to_text(refused->why));
  }

  void link(std::string_view text) {
    const std::string_view what = take_word(text);
    if (what == "account") {
      Account account;
      while (!text.empty()) {
        std::string word{take_word(text)};
        std::ranges::replace(word, '_', ' ');
        const auto equals = word.find('=');
        std::string key = word.substr(0, equals);
        std::ranges::replace(key, ' ', '_');
        take_stored(account, key, unescaped(std::string_view{word}.substr(equals + 1)));
      }
      network_ = with_account(network_, account, true);
      session_->use(std::make_shared<const Account>(std::move(account)), network_);
    } else if (what == "plain") {
      network_.tls = false;
    } else if (what == "up") {
      session_->on_connected(now_);
    } else if (what == "down") {
      session_->on_disconnected({Condition::remote_server_timeout, Remedy::wait, std::string{text}, {}}, now_);
    } else if (what == "recalled") {
      StoredIds ids;
      ids.native = take_word(text);
      ids.id = take_word(text);
      while (!text.empty()) ids.pieces.emplace_back(take_word(text));
      session_->on_recalled({ids});
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
  IsupportTable isupports_;
  Session::Shared shared_{settings_, addresses_, scratch_, isupports_};
  Conversation place_;
  SteadyTime now_ = start;
  SteadyTime due_ = never;
  std::vector<std::string> output_;
  std::string lines_;
  std::vector<EventPtr> unwritten_;
  int waiting_ = 0;
  std::set<std::string> answered_;  // the ids of those
  int asked_ = 0;
  std::map<std::string, unsigned> counts_;
  std::optional<Session> session_;
};

}  // namespace isthmus::irc::test
