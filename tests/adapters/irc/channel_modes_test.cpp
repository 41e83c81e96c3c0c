#include "adapters/irc/channel_modes.hpp"

#include <gtest/gtest.h>

#include "tests/adapters/irc/describe.hpp"

namespace isthmus::irc {
namespace {

struct Case {
  std::string_view name;
  std::vector<std::string_view> lines;  // of MODE, each with its parameters
  std::string_view key;
  std::string_view settings;
};

ChannelModes read(const std::vector<std::string_view>& lines) {
  Isupport isupport;
  isupport.limit_modes = "lj";
  ChannelModes modes;
  for (std::string_view line : lines) {
    std::vector<std::string_view> words;
    while (!line.empty()) {
      words.push_back(line.substr(0, line.find(' ')));
      line.remove_prefix(std::min(line.size(), words.back().size() + 1));
    }
    std::vector<ModeChange> changes;
    parse_modes(isupport, words, changes);
    for (const ModeChange& change : changes) modes.apply(change);
  }
  return modes;
}

class IrcChannelModes : public testing::TestWithParam<Case> {};

TEST_P(IrcChannelModes, AreTheSettingsOfARoom) {
  EXPECT_EQ(test::to_text(to_settings(read(GetParam().lines), GetParam().key)), GetParam().settings);
}

constexpr std::string_view open_room = " -members_only -moderated -hidden -subject_locked password= max=0 other=";
INSTANTIATE_TEST_SUITE_P(
    Table, IrcChannelModes,
    testing::Values(
        Case{"nothing", {}, "", open_room}, Case{"taken_back", {"+imstl 5", "-imstl"}, "", open_room},
        Case{"people_and_lists", {"+obv juliet *!*@x romeo"}, "", open_room},
        Case{"all",
             {"+imstkl sesame 50"},
             "",
             " +members_only +moderated +hidden +subject_locked password=sesame max=50 other="},
        Case{"private_is_hidden",
             {"+p"},
             "",
             " -members_only -moderated +hidden -subject_locked password= max=0 other="},
        Case{
            "key_not_shown", {"+k *"}, "", " -members_only -moderated -hidden -subject_locked password=* max=0 other="},
        Case{"key_one_came_in_with",
             {"+k *"},
             "sesame",
             " -members_only -moderated -hidden -subject_locked password=sesame max=0 other="},
        Case{"the_last_limit_counts",
             {"+l 5", "+l 7"},
             "",
             " -members_only -moderated -hidden -subject_locked password= max=7 other="},
        Case{"no_number", {"+l many"}, "", " -members_only -moderated -hidden -subject_locked password= max=0 other="},
        Case{"others",
             {"+nCj 5:3", "+S-C"},
             "",
             " -members_only -moderated -hidden -subject_locked password= max=0 other=+nSj 5:3"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcChannelModes, HoldABoundedNumber) {
  ChannelModes modes;
  for (int c = 0; c < 256; ++c) modes.apply({ModeChange::Kind::flag, true, static_cast<char>(c), {}});
  EXPECT_LE(modes.flags.size(), 64U);
  const std::string long_argument(4'000, 'x');
  modes.apply({ModeChange::Kind::flag, false, modes.flags.front(), {}});
  modes.apply({ModeChange::Kind::setting, true, 'k', long_argument});
  EXPECT_LE(modes.argument('k').size(), 400U);
}

TEST(IrcModeText, LeavesOutThoseOfPeople) {
  std::vector<ModeChange> changes;
  const std::string_view words[] = {"+ob-k+i", "romeo", "*!*@x", "sesame"};
  parse_modes(Isupport{}, words, changes);
  EXPECT_EQ(to_text(changes), "+b-k+i *!*@x sesame");
  changes.resize(1);
  EXPECT_EQ(to_text(changes), "");
}

}  // namespace
}  // namespace isthmus::irc
