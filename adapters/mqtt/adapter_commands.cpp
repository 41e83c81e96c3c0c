// What users may have done, their own logins, and what operators see.
#include <algorithm>
#include <utility>

#include "adapters/mqtt/line.hpp"
#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

Refusal no_such_thing(std::string text) { return {Condition::item_not_found, Remedy::cancel, std::move(text), {}}; }

std::string_view state_text(LinkState::State state) {
  switch (state) {
    case LinkState::State::up: return "connected";
    case LinkState::State::connecting: return "connecting";
    case LinkState::State::down: break;
  }
  return "not connected";
}

}  // namespace

std::vector<Command> MqttAdapter::commands(const Conversation& place) {
  const auto line = lines_.find(place.network);
  if (line == lines_.end()) return {};
  const auto& settings = line->second->settings;
  std::vector<Command> all;
  if (place.kind == PlaceKind::network && settings.own_rights) all.push_back(login_command());
  if (place.kind != PlaceKind::direct) return all;
  if (!slug_of(place.native.view()).empty()) {
    all.push_back(set_command());
  } else if (settings.connect.version == Version::v5 && !settings.answer_topic.empty() &&
             !has_wildcard(place.native.view())) {
    all.push_back(ask_command());
  }
  return all;
}

Command MqttAdapter::set_command() {
  const auto contact_of = [this](const CommandCall& call) {
    auto* session = find_or_open(call.owner, call.place.network);
    return session == nullptr ? nullptr : session->device(call.place.native.view());
  };
  Command set{.name = "set", .label = "Set switches", .run = {}};
  set.form = [contact_of](const CommandCall& call) {
    auto* contact = contact_of(call);
    return contact == nullptr ? Form{"There is no such device", {}, {}} : contact->form();
  };
  set.run = [contact_of](const CommandCall& call, const Form& filled) -> CommandOutcome {
    auto* contact = contact_of(call);
    if (contact == nullptr) return no_such_thing("There is no such device.");
    return contact->set(filled);
  };
  return set;
}

Command MqttAdapter::ask_command() {
  Command ask{.name = "ask", .label = "Publish a question", .run = {}};
  ask.form = [](const CommandCall& call) {
    return Form{"Ask " + call.place.native.str(),
                "It is published with a topic for the answer, which you get as a message.",
                {{.name = "question", .label = "Question"}}};
  };
  ask.run = [this](const CommandCall& call, const Form& filled) -> CommandOutcome {
    auto* session = find_or_open(call.owner, call.place.network);
    if (session == nullptr) return no_such_thing("There is no such broker.");
    if (auto why = session->ask(call.place, std::string{filled.value("question")})) return *std::move(why);
    return CommandDone{"It is asked; the answer comes as a message."};
  };
  return ask;
}

// --- Users' own logins.

Command MqttAdapter::login_command() {
  Command login{.name = "login", .label = "Your own login", .run = {}};
  login.form = [this](const CommandCall& call) {
    const auto line = lines_.find(call.place.network);
    if (line == lines_.end()) return Form{"There is no such broker", {}, {}};
    return to_form(logins_.of({call.owner, call.place.network}), line->second->settings, call.owner.view());
  };
  login.run = [this](const CommandCall& call, const Form& filled) {
    return change_login({call.owner, call.place.network}, filled);
  };
  return login;
}

CommandOutcome MqttAdapter::change_login(const AccountKey& key, const Form& filled) {
  const auto& before = logins_.of(key);
  auto read = to_login(filled, before);
  if (auto* problem = std::get_if<FormProblem>(&read)) return std::move(*problem);
  const auto& login = std::get<Login>(read);
  if (login == before) return CommandDone{"Nothing was changed."};
  if (!logins_.set(key, login))
    return Refusal{Condition::resource_constraint,
                   Remedy::wait,
                   "You may have " + std::to_string(Logins::max_of_one_user) + " logins; remove one.",
                   {}};
  end(key, "Your login has changed; enter again.");
  find_or_open(key.owner, key.network);
  return CommandDone{login.is_set() ? "You log in as yourself from now on. The broker's contact tells whether it works."
                                    : "You share the gateway's login from now on."};
}

MqttAdapter::Line* MqttAdapter::line_of(const AccountKey& key) {
  const auto line = lines_.find(key.network);
  if (line == lines_.end()) return nullptr;
  const auto& login = logins_.of(key);
  // The operator may have taken it back.
  if (!login.is_set() || !line->second->settings.own_rights) return line->second.get();
  auto& own = own_lines_[key];
  if (own == nullptr) own = make_line(with_login(line->second->settings, login, key.owner.view()), nullptr);
  return own.get();
}

void MqttAdapter::end(const AccountKey& key, std::string_view reason) {
  const auto session = sessions_.find(key);
  if (session != sessions_.end()) {
    session->second->end(reason);
    for (const auto& [name, line] : lines_) std::erase(line->sessions, session->second.get());
    for (const auto& [account, line] : own_lines_) std::erase(line->sessions, session->second.get());
    sessions_.erase(session);
  }
  const auto own = own_lines_.find(key);
  if (own == own_lines_.end()) return;
  own->second->broker.stop();
  ending_lines_.push_back(std::move(own->second));
  own_lines_.erase(own);
}

void MqttAdapter::sweep() {
  std::erase_if(ending_lines_, [](const auto& line) { return line->broker.is_closed(); });
}

// --- What operators and users see.

std::vector<SessionInfo> MqttAdapter::sessions(const Name& owner) const {
  std::vector<SessionInfo> all;
  for (const auto& [key, session] : sessions_) {
    if (!owner.empty() && key.owner != owner) continue;
    std::string state{state_text(session->broker().link().state)};
    if (own_lines_.contains(key)) state += ", own login";
    all.push_back({key.owner, key.network, std::move(state)});
  }
  return all;
}

std::size_t MqttAdapter::end_sessions(const Name& owner, const Name& network, std::string_view reason) {
  std::vector<AccountKey> ended;
  for (const auto& [key, session] : sessions_) {
    if (key.owner == owner && (network.empty() || key.network == network)) ended.push_back(key);
  }
  for (const auto& key : ended) end(key, reason);
  return ended.size();
}

std::vector<LinkReport> MqttAdapter::links() const {
  std::vector<LinkReport> all;
  const auto count = [](LinkReport& report, const Broker& broker) {
    if (!broker.is_started()) return;
    ++report.sessions;
    report.up += broker.link().state == LinkState::State::up ? 1U : 0U;
    report.queued += broker.waiting_bytes();
  };
  for (const auto& [name, line] : lines_) {
    LinkReport report{.name = name.str()};
    count(report, line->broker);
    for (const auto& [key, own] : own_lines_) {
      if (key.network == name) count(report, own->broker);
    }
    if (report.sessions > 0) all.push_back(std::move(report));
  }
  std::ranges::sort(all, {}, &LinkReport::name);
  return all;
}

}  // namespace isthmus::mqtt
