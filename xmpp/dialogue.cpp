#include "xmpp/dialogue.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {
namespace {

constexpr std::string_view settings = "settings";
constexpr std::string_view nothing = "-";

/// Cuts the first word off.
std::string_view take_word(std::string_view& text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  text.remove_prefix(std::min(begin, text.size()));
  const auto word = text.substr(0, text.find_first_of(" \t\r\n"));
  text.remove_prefix(word.size());
  if (!text.empty()) text.remove_prefix(1);
  return word;
}

const Command* find(std::span<const Command> commands, std::string_view name) {
  const auto found = std::ranges::find(commands, name, &Command::name);
  return found == commands.end() ? nullptr : &*found;
}

std::string list(std::span<const Command> commands) {
  std::string text = "You can write here:\nhelp";
  for (const auto& command : commands) text.append("\n").append(command.name).append(" – ").append(command.label);
  if (find(commands, settings) != nullptr) text += "\nset FIELD VALUE – change one of your settings; “-” empties it";
  return text;
}

std::string show(const Field& field) {
  std::string text = field.name + " = ";
  text += field.kind == Field::Kind::secret ? "(not shown)" : field.value.empty() ? "(nothing)" : field.value;
  text += "\n    " + field.label;
  if (!field.help.empty()) text += ". " + field.help;
  if (field.kind == Field::Kind::number)
    text += " (" + std::to_string(field.least) + " to " + std::to_string(field.most) + ")";
  if (field.options.empty()) return text;
  text += " One of:";
  for (const auto& option : field.options) text += " " + (option.value.empty() ? std::string{nothing} : option.value);
  return text;
}

std::string show(const Command& command, const Form& form) {
  std::string text = form.title;
  if (!form.instructions.empty()) text += "\n" + form.instructions;
  std::string_view page;
  for (const auto& field : form.fields) {
    if (field.page != page && !field.page.empty()) text.append("\n— ").append(field.page).append(" —");
    page = field.page;
    text += "\n" + show(field);
  }
  const bool is_single = form.fields.size() == 1;
  return text + "\nTo go on, write: " + std::string{command.name} + (is_single ? " VALUE" : " FIELD VALUE");
}

std::string to_text(CommandOutcome outcome) {
  if (auto* done = std::get_if<CommandDone>(&outcome)) return std::move(done->text);
  if (auto* problem = std::get_if<FormProblem>(&outcome)) return problem->field + ": " + problem->text;
  auto& refusal = std::get<Refusal>(outcome);
  return refusal.text.empty() ? std::string{isthmus::to_text(refusal.condition)} : std::move(refusal.text);
}

std::string run(const Command& command, const CommandCall& call, const FilledValues& values) {
  auto filled = fill(command.form(call), values);
  if (auto* problem = std::get_if<FormProblem>(&filled)) return to_text(std::move(*problem));
  return to_text(command.run(call, std::get<Form>(filled)));
}

/// `rest` is what stands behind the command's name.
std::string run_in_words(const Command& command, const CommandCall& call, std::string_view rest) {
  if (!command.form) return to_text(command.run(call, {}));
  const auto form = command.form(call);
  auto after = rest;
  const auto word = take_word(after);
  if (word.empty()) return show(command, form);
  std::string name{word};
  if (form.find(name) == nullptr) {
    if (form.fields.size() != 1) return "There is no “" + name + "” to fill in.\n" + show(command, form);
    name = form.fields.front().name;
    after = rest;
  }
  const auto begin = after.find_first_not_of(" \t");
  std::string value{begin == std::string_view::npos ? std::string_view{} : after.substr(begin)};
  while (!value.empty() && (value.back() == ' ' || value.back() == '\n' || value.back() == '\r')) value.pop_back();
  const auto kind = form.find(name)->kind;
  if (value.empty()) return show(*form.find(name));
  if (value == nothing && kind != Field::Kind::secret) value.clear();  // a secret's own way to be removed is the same
  return run(command, call, {{std::move(name), std::move(value)}});
}

}  // namespace

std::optional<std::string> answer_in_words(std::span<const Command> commands, const CommandCall& call,
                                           std::string_view text) {
  auto rest = text;
  const auto word = take_word(rest);
  if (word == "help") {
    const auto* command = find(commands, take_word(rest));
    return command == nullptr || !command->form ? list(commands) : show(*command, command->form(call));
  }
  const auto* command = find(commands, word == "set" ? settings : word);
  if (command == nullptr) return std::nullopt;
  return run_in_words(*command, call, rest);
}

std::optional<InRoom> read_in_room(std::string_view text) {
  if (take_word(text) != "in") return std::nullopt;
  const auto room = take_word(text);
  if (room.empty()) return std::nullopt;
  return InRoom{room, text};
}

}  // namespace isthmus::xmpp
