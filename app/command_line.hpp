#pragma once
// What adapters offer to administrators (Adapter::admin_commands), asked for on the command line: the request is one
// line of JSON, the answer lines for people. Pure but for what the command does.
#include <string>
#include <string_view>
#include <vector>

#include "gateway/command.hpp"

namespace isthmus::app {

/// How an answer begins that tells that nothing was done.
constexpr std::string_view command_refused = "refused: ";

/// {"command":NAME,"values":{…}} in one line.
std::string to_request(std::string_view command, const FilledValues& values);

/// Runs the one of `offered` that `request` names, with its values; what came of it.
std::string run_admin_command(const std::vector<Command>& offered, const CommandCall& call, std::string_view request);

}  // namespace isthmus::app
