#pragma once
// What users may have done by asking for it: an adapter offers commands, the users' side shows them, as forms or in
// words. A command is a value; whoever runs it knows nothing of how it was shown.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/model/event.hpp"
#include "gateway/model/form.hpp"
#include "gateway/model/refusal.hpp"

namespace isthmus {

/// Who asks, and of what.
struct CommandCall {
  Name owner;
  Conversation place;
};

/// It is done; `text` says what was, in a sentence or a few lines.
struct CommandDone {
  std::string text;
};
using CommandOutcome = std::variant<CommandDone, FormProblem, Refusal>;

struct Command {
  std::string_view name;   // a literal, one word: "settings"
  std::string_view label;  // a literal, for people
  /// What is to be filled in, with the values as they are. Not there: nothing is.
  std::function<Form(const CommandCall&)> form{};
  /// `filled` has the fields of form(), each value of its kind and within its limits.
  std::function<CommandOutcome(const CommandCall&, const Form& filled)> run;
};

}  // namespace isthmus
