#include "xmpp/dialogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace isthmus::xmpp {
namespace {

using testing::HasSubstr;

class DialogueTest : public testing::Test {
 protected:
  std::string say(std::string_view text) {
    const auto answer = answer_in_words(commands, {}, text);
    return answer.value_or("(for somebody else)");
  }

  std::string saved;  // what the last run of "settings" was given
  std::string chosen;
  std::vector<Command> commands{
      {.name = "settings",
       .label = "How you are here",
       .form =
           [](const CommandCall&) {
             return Form{
                 .title = "Settings",
                 .fields = {{.name = "nick", .label = "Nick", .value = "jules", .help = "Empty: any."},
                            {.name = "password", .label = "Password", .kind = Field::Kind::secret},
                            {.name = "port", .label = "Port", .kind = Field::Kind::number, .value = "1", .most = 9},
                            {.name = "lines", .label = "Lines", .kind = Field::Kind::lines, .page = "More"}}};
           },
       .run = [this](const CommandCall&, const Form& filled) -> CommandOutcome {
         saved.clear();
         for (const auto& field : filled.fields) saved += field.name + "=" + field.value + ";";
         return CommandDone{"Saved."};
       }},
      {.name = "certificate",
       .label = "Key pair",
       .form =
           [](const CommandCall&) {
             return Form{.title = "Key pair",
                         .fields = {{.name = "action",
                                     .label = "Action",
                                     .kind = Field::Kind::choice,
                                     .value = "show",
                                     .options = {{"show", "show it"}, {"new", "a new one"}}}}};
           },
       .run = [this](const CommandCall&, const Form& filled) -> CommandOutcome {
         chosen = filled.value("action");
         return CommandDone{"Done."};
       }},
      {.name = "ping", .label = "Ping", .run = [](const CommandCall&, const Form&) -> CommandOutcome {
         return CommandDone{"Pong."};
       }}};
};

TEST_F(DialogueTest, HelpListsTheCommands) {
  EXPECT_THAT(say("help"), HasSubstr("settings – How you are here\ncertificate – Key pair\nping – Ping"));
  EXPECT_THAT(say("  help\n"), HasSubstr("set FIELD VALUE"));
}

TEST_F(DialogueTest, ACommandWithoutAFormIsRun) { EXPECT_EQ(say("ping"), "Pong."); }

TEST_F(DialogueTest, ACommandWithAFormShowsItsFieldsButNoSecret) {
  const auto text = say("settings");
  EXPECT_THAT(text, HasSubstr("nick = jules\n    Nick. Empty: any."));
  EXPECT_THAT(text, HasSubstr("password = (not shown)"));
  EXPECT_THAT(say("help settings"), HasSubstr("nick = jules"));
  EXPECT_EQ(saved, "");
}

TEST_F(DialogueTest, PagesHaveAHeadingAndNumbersTheirRange) {
  EXPECT_THAT(say("settings"), HasSubstr("port = 1\n    Port (0 to 9)\n— More —\nlines = (nothing)"));
}

TEST_F(DialogueTest, SetChangesOneFieldAndKeepsTheOthers) {
  EXPECT_EQ(say("set nick juliet"), "Saved.");
  EXPECT_EQ(saved, "nick=juliet;password=;port=1;lines=;");
  EXPECT_EQ(say("settings password two words "), "Saved.");
  EXPECT_EQ(saved, "nick=jules;password=two words;port=1;lines=;");
  EXPECT_EQ(say("set nick -"), "Saved.");
  EXPECT_EQ(saved, "nick=;password=;port=1;lines=;");
  EXPECT_EQ(say("set lines one\ntwo"), "Saved.");
  EXPECT_THAT(saved, HasSubstr("lines=one\ntwo;"));
}

TEST_F(DialogueTest, AFieldWithoutAValueIsShown) { EXPECT_THAT(say("set port"), HasSubstr("port = 1")); }

TEST_F(DialogueTest, WhatCannotBeIsSaidWithTheFieldsName) {
  EXPECT_THAT(say("set port many"), HasSubstr("port: “Port” must be a number from 0 to 9."));
  EXPECT_THAT(say("set height 3"), HasSubstr("There is no “height” to fill in."));
  EXPECT_THAT(say("certificate old"), HasSubstr("one of: show new"));
  EXPECT_EQ(saved + chosen, "");
}

TEST_F(DialogueTest, TheOnlyFieldNeedNotBeNamed) {
  EXPECT_EQ(say("certificate new"), "Done.");
  EXPECT_EQ(chosen, "new");
  EXPECT_EQ(say("certificate action show"), "Done.");
  EXPECT_EQ(chosen, "show");
}

TEST(InRoomTest, NamesTheRoomAndTheCommand) {
  const auto read = read_in_room("in #lounge set charset KOI8-R");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->room, "#lounge");
  EXPECT_EQ(read->rest, "set charset KOI8-R");
  EXPECT_EQ(read_in_room("in  #lounge")->rest, "");
  for (const auto* text : {"in", "in ", "into #lounge", "IN #lounge settings", "INFO"})
    EXPECT_FALSE(read_in_room(text)) << text;
}

TEST_F(DialogueTest, EverythingElseIsForSomebodyElse) {
  for (const auto* text : {"WHOIS romeo", "HELP", "SETTINGS", "", "helping"})
    EXPECT_EQ(say(text), "(for somebody else)") << text;
}

}  // namespace
}  // namespace isthmus::xmpp
