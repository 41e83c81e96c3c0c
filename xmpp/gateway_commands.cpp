#include "xmpp/gateway_commands.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "xmpp/jid.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::size_t max_listed = 500;  // sessions in one answer

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string{what} + (count == 1 ? "" : "s");
}

/// One line each, in the order of their names. `with_owner`: says whose they are.
std::string to_text(std::vector<SessionInfo> sessions, bool with_owner) {
  if (sessions.empty()) return "No connections.";
  std::ranges::sort(sessions, {}, [](const SessionInfo& it) { return std::pair{it.owner.view(), it.network.view()}; });
  std::string text = counted(sessions.size(), "connection");
  for (std::size_t i = 0; i < std::min(sessions.size(), max_listed); ++i) {
    text += "\n";
    if (with_owner) text.append(sessions[i].owner.view()).append(" on ");
    text.append(sessions[i].network.view()).append(": ").append(sessions[i].state);
  }
  if (sessions.size() > max_listed) text += "\n…";
  return text;
}

/// Where one network stands for the whole domain, its address is the gateway's too.
bool is_gateway(const Domain& domain, const Conversation& place) {
  if (place.kind == PlaceKind::gateway) return true;
  return place.kind == PlaceKind::network && domain.addresses->text(place).empty();
}

std::vector<SessionInfo> sessions_at(const Domain& domain, const CommandCall& call) {
  auto all = domain.foreign->sessions(call.owner);
  if (call.place.kind == PlaceKind::network)
    std::erase_if(all, [&](const SessionInfo& it) { return it.network != call.place.network; });
  return all;
}

}  // namespace

std::vector<Command> GatewayCommands::at(const Domain& domain, const Name& owner, const Conversation& place) const {
  if (place.kind == PlaceKind::room) return rooms_.at(domain, place);
  auto all = domain.foreign->commands(place);
  if (place.kind == PlaceKind::direct) return all;
  all.push_back(sessions(domain));
  all.push_back(disconnect(domain, place));
  if (!is_gateway(domain, place)) return all;
  all.push_back({.name = "ping", .label = "Is the gateway there?", .run = [](const CommandCall&, const Form&) {
                   return CommandDone{"Pong."};
                 }});
  all.push_back(forget());
  if (!access_.is_admin(owner.view())) return all;
  auto more = administration(domain, place);
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  return all;
}

std::vector<Command> GatewayCommands::administration(const Domain& domain, const Conversation& place) const {
  std::vector<Command> all;
  if (!is_gateway(domain, place)) return all;
  for (auto& command : domain.foreign->admin_commands()) all.push_back(std::move(command));
  all.push_back(everybodys_sessions(domain));
  all.push_back(disconnect_user(domain));
  all.push_back(counters());
  all.insert(all.end(), offered_.begin(), offered_.end());
  return all;
}

Refusal GatewayCommands::why_not(const Domain& domain, const Conversation& place, std::string_view name) const {
  const auto all = administration(domain, place);
  if (std::ranges::find(all, name, &Command::name) != all.end())
    return {Condition::forbidden, Remedy::auth, "This is for administrators of the gateway.", {}};
  return {Condition::item_not_found, Remedy::cancel, "There is no such command here.", {}};
}

Command GatewayCommands::sessions(const Domain& domain) const {
  return {.name = "connections",
          .label = "How you are connected",
          .run = [&domain](const CommandCall& call, const Form&) -> CommandOutcome {
            return CommandDone{to_text(sessions_at(domain, call), false)};
          }};
}

Command GatewayCommands::disconnect(const Domain& domain, const Conversation& place) const {
  const auto end = [&domain](const CommandCall& call, const Name& network) -> CommandOutcome {
    const auto count = domain.foreign->end_sessions(call.owner, network, "disconnected by the user");
    return CommandDone{counted(count, "connection") + " ended."};
  };
  if (place.kind == PlaceKind::network) {
    return {.name = "disconnect", .label = "Leave this network", .run = [end](const CommandCall& call, const Form&) {
              return end(call, call.place.network);
            }};
  }
  const auto form = [&domain](const CommandCall& call) {
    Form asked{.title = "Leave a network"};
    Field network{.name = "network", .label = "Network", .kind = Field::Kind::choice};
    network.options.push_back({"", "all"});
    for (const auto& session : domain.foreign->sessions(call.owner))
      network.options.push_back({session.network.str(), session.network.str()});
    asked.fields.push_back(std::move(network));
    return asked;
  };
  return {.name = "disconnect",
          .label = "Leave a network, or all of them",
          .form = form,
          .run = [this, end](const CommandCall& call, const Form& filled) {
            const auto network = filled.value("network");
            return end(call, network.empty() ? Name{} : context_.runtime.names.intern(network));
          }};
}

Command GatewayCommands::forget() const {
  const auto form = [](const CommandCall&) {
    Form asked{.title = "Be forgotten",
               .instructions = "Your connections end, and all that you have set or subscribed to here is removed."};
    asked.fields.push_back({.name = "sure", .label = "Forget me", .kind = Field::Kind::yes_no, .value = "false"});
    return asked;
  };
  return {.name = "forget",
          .label = "Forget all that is known of you",
          .form = form,
          .run = [this](const CommandCall& call, const Form& filled) -> CommandOutcome {
            if (filled.value("sure") != "true")
              return FormProblem{"sure", "Nothing was done: say yes if you are sure."};
            forget_(call.owner);
            return CommandDone{"You are forgotten."};
          }};
}

Command GatewayCommands::everybodys_sessions(const Domain& domain) const {
  return {.name = "users",
          .label = "Who is connected (administrators)",
          .run = [&domain](const CommandCall&, const Form&) -> CommandOutcome {
            return CommandDone{to_text(domain.foreign->sessions({}), true)};
          }};
}

Command GatewayCommands::disconnect_user(const Domain& domain) const {
  const auto form = [](const CommandCall&) {
    Form asked{.title = "End a user's connections"};
    asked.fields.push_back({.name = "user", .label = "Address of the user", .kind = Field::Kind::text});
    asked.fields.push_back({.name = "network", .label = "Network; empty: all", .kind = Field::Kind::text});
    return asked;
  };
  return {.name = "disconnect-user",
          .label = "End a user's connections (administrators)",
          .form = form,
          .run = [this, &domain](const CommandCall& call, const Form& filled) -> CommandOutcome {
            const auto jid = parse_jid(filled.value("user"));
            if (!jid || jid->is_full()) return FormProblem{"user", "This is no address of a user."};
            const auto network = filled.value("network");
            const auto count = domain.foreign->end_sessions(
                context_.runtime.names.intern(jid->str()),
                network.empty() ? Name{} : context_.runtime.names.intern(network), "disconnected by an administrator");
            context_.runtime.log.info("{} ended {} of {}", call.owner.view(), counted(count, "connection"), jid->str());
            return CommandDone{counted(count, "connection") + " ended."};
          }};
}

Command GatewayCommands::counters() const {
  return {.name = "counters",
          .label = "What was counted (administrators)",
          .run = [this](const CommandCall&, const Form&) -> CommandOutcome {
            auto text = context_.runtime.counters.to_text();
            return CommandDone{text.empty() ? "Nothing was counted yet." : std::move(text)};
          }};
}

}  // namespace isthmus::xmpp
