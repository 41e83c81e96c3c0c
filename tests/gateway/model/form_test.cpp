#include "gateway/model/form.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

Form sample() {
  return {
      .title = "Settings",
      .fields = {{.name = "nick", .label = "Nick", .value = "juliet"},
                 {.name = "password", .label = "Password", .kind = Field::Kind::secret, .value = "wherefore"},
                 {.name = "stay", .label = "Stay", .kind = Field::Kind::yes_no, .value = "false"},
                 {.name = "rate", .label = "Rate", .kind = Field::Kind::number, .value = "5", .least = 0, .most = 9},
                 {.name = "how",
                  .label = "How",
                  .kind = Field::Kind::choice,
                  .value = "",
                  .options = {{"", "not at all"}, {"plain", "plainly"}}},
                 {.name = "commands", .label = "Commands", .kind = Field::Kind::lines}}};
}

/// The value of `name` when it was filled in with `value`, or what is wrong with it.
std::string filled(std::string name, std::string value) {
  const auto result = fill(sample(), {{name, std::move(value)}});
  if (const auto* problem = std::get_if<FormProblem>(&result)) return problem->field + ": " + problem->text;
  return std::string{std::get<Form>(result).value(name)};
}

TEST(Form, TakesWhatIsOfItsKind) {
  EXPECT_EQ(filled("nick", "jules"), "jules");
  EXPECT_EQ(filled("nick", ""), "");
  EXPECT_EQ(filled("stay", "1"), "true");
  EXPECT_EQ(filled("stay", "yes"), "true");
  EXPECT_EQ(filled("stay", "off"), "false");
  EXPECT_EQ(filled("rate", "9"), "9");
  EXPECT_EQ(filled("how", "plain"), "plain");
  EXPECT_EQ(filled("how", ""), "");
  EXPECT_EQ(filled("commands", "a\nb"), "a\nb");
}

TEST(Form, NamesTheFieldAndWhatItMustBe) {
  EXPECT_EQ(filled("nick", "a\nb"), "nick: “Nick” must be one line without control characters.");
  EXPECT_EQ(filled("nick", std::string(501, 'x')), "nick: “Nick” must be at most 500 bytes.");
  EXPECT_EQ(filled("stay", "perhaps"), "stay: “Stay” must be yes or no.");
  EXPECT_EQ(filled("rate", "10"), "rate: “Rate” must be a number from 0 to 9.");
  EXPECT_EQ(filled("rate", "5x"), "rate: “Rate” must be a number from 0 to 9.");
  EXPECT_EQ(filled("rate", ""), "rate: “Rate” must be a number from 0 to 9.");
  EXPECT_EQ(filled("how", "loudly"), "how: “How” must be one of: (nothing) plain.");
  EXPECT_EQ(filled("commands", "a\rb"), "commands: “Commands” must be one line without control characters.");
  std::string many;
  for (int i = 0; i < 21; ++i) many += "x\n";
  EXPECT_EQ(filled("commands", many), "commands: “Commands” must be at most 20 lines.");
}

TEST(Form, KeepsWhatWasNotFilledInButNoSecret) {
  const auto form = std::get<Form>(fill(sample(), {{"unknown", "x"}}));
  EXPECT_EQ(form.value("nick"), "juliet");
  EXPECT_EQ(form.value("password"), "") << "it means that it stays; it is never given back";
  EXPECT_EQ(form.value("rate"), "5");
}

}  // namespace
}  // namespace isthmus
