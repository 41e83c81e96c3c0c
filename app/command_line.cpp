#include "app/command_line.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "gateway/model/json.hpp"

namespace isthmus::app {

namespace {

namespace json = boost::json;

std::string refused(std::string_view why) { return std::string{command_refused}.append(why).append("\n"); }

/// nullopt: they are no object. None given is none filled in.
std::optional<FilledValues> values_of(const json::object& request) {
  FilledValues values;
  const auto* given = request.if_contains("values");
  if (given == nullptr) return values;
  if (!given->is_object()) return std::nullopt;
  for (const auto& [name, value] : given->get_object())
    if (value.is_string()) values.emplace_back(name, value.get_string());
  return values;
}

}  // namespace

std::string to_request(std::string_view command, const FilledValues& values) {
  json::object filled;
  for (const auto& [name, value] : values) filled[name] = value;
  return to_json(json::object{{"command", command}, {"values", std::move(filled)}});
}

std::string run_admin_command(const std::vector<Command>& offered, const CommandCall& call, std::string_view request) {
  const auto parsed = parse_json(request);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  const auto* name = object == nullptr ? nullptr : object->if_contains("command");
  if (name == nullptr || !name->is_string()) return refused("this is no command");
  const auto command = std::ranges::find(offered, std::string_view{name->get_string()}, &Command::name);
  if (command == offered.end()) return refused("nothing in the configuration has such a command");
  const auto values = values_of(*object);
  if (!values) return refused("this is no command");
  Form filled;
  if (command->form) {
    auto checked = fill(command->form(call), *values);
    if (const auto* problem = std::get_if<FormProblem>(&checked)) return refused(problem->field + ": " + problem->text);
    filled = std::get<Form>(std::move(checked));
  }
  const auto outcome = command->run(call, filled);
  return std::visit(overloaded{
                        [](const CommandDone& done) { return done.text + "\n"; },
                        [](const FormProblem& problem) { return refused(problem.field + ": " + problem.text); },
                        [](const Refusal& why) { return refused(why.text); },
                    },
                    outcome);
}

}  // namespace isthmus::app
