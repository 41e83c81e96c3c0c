#include "xmpp/room_commands.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace isthmus::xmpp {
namespace {

constexpr std::string_view settings_name = "settings";
constexpr std::string_view persistent = "persistent";

std::optional<Command> foreign_settings(const Domain& domain, const Conversation& place) {
  auto all = domain.foreign->commands(place);
  const auto found = std::ranges::find(all, settings_name, &Command::name);
  return found == all.end() ? std::nullopt : std::optional{std::move(*found)};
}

}  // namespace

std::vector<Command> RoomCommands::at(const Domain& domain, const Conversation& place) const {
  std::vector<Command> all{settings(domain, place)};
  for (auto& command : domain.foreign->commands(place))
    if (command.name != settings_name) all.push_back(std::move(command));
  return all;
}

Command RoomCommands::settings(const Domain& domain, const Conversation& place) const {
  const auto foreign = foreign_settings(domain, place);
  const auto form = [this, &domain, foreign](const CommandCall& call) {
    Form asked{.title = "How this room is for you"};
    if (foreign) asked = foreign->form(call);
    asked.fields.insert(asked.fields.begin(), {.name = std::string{persistent},
                                               .label = "Stay here while none of your clients does",
                                               .kind = Field::Kind::yes_no,
                                               .value = stays(domain, call) ? "true" : "false"});
    return asked;
  };
  const auto run = [this, &domain, foreign](const CommandCall& call, const Form& filled) -> CommandOutcome {
    const bool is_wanted = filled.value(persistent) == "true";
    if (is_wanted && !stays(domain, call)) {
      auto possible = check(call);
      if (!std::holds_alternative<CommandDone>(possible)) return possible;
    }
    CommandOutcome outcome = CommandDone{"Saved."};
    if (foreign) outcome = foreign->run(call, filled);
    if (std::holds_alternative<CommandDone>(outcome)) stay(domain, call, is_wanted);
    return outcome;
  };
  return {.name = settings_name,
          .label = foreign ? foreign->label : std::string_view{"How this room is for you"},
          .form = form,
          .run = run};
}

std::string RoomCommands::jid_of(const Domain& domain, const CommandCall& call) const {
  const auto* room = context_.rooms.find(call.owner, call.place);
  return room != nullptr ? room->jid : bare_jid(domain, call.place);
}

bool RoomCommands::stays(const Domain& domain, const CommandCall& call) const {
  return persistent_.has(call.owner, jid_of(domain, call));
}

CommandOutcome RoomCommands::check(const CommandCall& call) const {
  const auto* room = context_.rooms.find(call.owner, call.place);
  if (room == nullptr || room->nick.empty())
    return FormProblem{std::string{persistent}, "Enter the room first: whoever stays there needs a nick."};
  if (!persistent_.has_space(call.owner))
    return Refusal{Condition::resource_constraint, Remedy::cancel, "You stay in too many rooms already.", {}};
  return CommandDone{};
}

void RoomCommands::stay(const Domain& domain, const CommandCall& call, bool is_wanted) const {
  auto* room = context_.rooms.find(call.owner, call.place);
  if (is_wanted) {
    if (room != nullptr) persistent_.add(*room);
  } else if (persistent_.remove(call.owner, jid_of(domain, call)) && room != nullptr) {
    muc_.on_not_staying(*room);
  }
}

}  // namespace isthmus::xmpp
