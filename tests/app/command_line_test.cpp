#include "app/command_line.hpp"

#include <gtest/gtest.h>

namespace isthmus::app {
namespace {

std::vector<Command> commands() {
  Command plain{.name = "list", .label = "List", .run = {}};
  plain.run = [](const CommandCall&, const Form&) { return CommandDone{"one\ntwo"}; };
  Command asks{.name = "add", .label = "Add", .run = {}};
  asks.form = [](const CommandCall&) {
    Form form{.title = "Add"};
    form.fields.push_back({.name = "count", .label = "Count", .kind = Field::Kind::number, .least = 1, .most = 9});
    return form;
  };
  asks.run = [](const CommandCall&, const Form& filled) -> CommandOutcome {
    if (filled.value("count") == "7") return FormProblem{"count", "not seven"};
    if (filled.value("count") == "8") return Refusal{Condition::forbidden, Remedy::cancel, "not eight", {}};
    return CommandDone{"added " + std::string{filled.value("count")}};
  };
  return {plain, asks};
}

TEST(CommandLine, RunsWhatIsOfferedWithTheValuesOfItsForm) {
  const auto run = [](const std::string& request) { return run_admin_command(commands(), {}, request); };
  EXPECT_EQ(run(to_request("list", {})), "one\ntwo\n");
  EXPECT_EQ(run(to_request("add", {{"count", "3"}})), "added 3\n");
  EXPECT_TRUE(run(to_request("add", {{"count", "10"}})).starts_with("refused: count: "));
  EXPECT_EQ(run(to_request("add", {{"count", "7"}})), "refused: count: not seven\n");
  EXPECT_EQ(run(to_request("add", {{"count", "8"}})), "refused: not eight\n");
  EXPECT_TRUE(run(to_request("other", {})).starts_with(command_refused));
  for (const char* nonsense : {"", "add", "[]", "{}", R"({"command":1})", R"({"command":"add","values":[]})"})
    EXPECT_TRUE(run(nonsense).starts_with(command_refused)) << nonsense;
  EXPECT_EQ(to_request("add", {{"lines", "a\nb"}}).find('\n'), std::string::npos) << "a request is one line";
}

}  // namespace
}  // namespace isthmus::app
