#include "adapters/irc/deeds.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/adapters/irc/describe.hpp"

namespace isthmus::irc {
namespace {

/// The lines that do `deeds`, parted by " | ".
std::string lines_of(const Isupport& isupport, std::span<const Deed> deeds) {
  std::string text;
  while (!deeds.empty()) {
    const DeedLine line = to_line(isupport, "#c", deeds);
    if (!text.empty()) text += " | ";
    text += line.command;
    for (const std::string& parameter : line.middle) text += " " + parameter;
    if (line.trailing) text += " :" + *line.trailing;
    deeds = deeds.subspan(line.count);
  }
  return text;
}

struct Case {
  std::string_view name;
  std::string_view prefix;  // the modes of PREFIX
  std::string_view held;    // by romeo
  std::optional<Affiliation> affiliation;
  std::optional<Role> role;
  std::string_view lines;  // or the refusal's condition
  bool moderated = false;
};

class IrcModeration : public testing::TestWithParam<Case> {};

TEST_P(IrcModeration, FollowsTheTable) {
  Isupport isupport;
  isupport.prefix_modes = GetParam().prefix;
  isupport.modes_per_line = 4;
  Channel channel;
  if (GetParam().moderated) channel.modes.flags = "m";
  Occupant& romeo = channel.add("romeo", "Romeo", "r@verona.example");
  for (const char mode : GetParam().held)
    romeo.ranks = static_cast<std::uint16_t>(romeo.ranks | rank_bit(isupport.rank_of_mode(mode).value()));
  const Moderate::Wish wish{"romeo", GetParam().affiliation, GetParam().role, "because"};
  const auto moderation = to_moderation(isupport, channel, {&wish, 1});
  EXPECT_EQ(moderation ? lines_of(isupport, moderation->deeds) : to_text(moderation.error().condition),
            GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcModeration,
    testing::Values(
        Case{"owner", "qaohv", "", Affiliation::owner, {}, "MODE #c +q Romeo"},
        Case{"owner_by_a", "aov", "o", Affiliation::owner, {}, "MODE #c +a Romeo"},
        Case{"owner_by_o", "ov", "", Affiliation::owner, {}, "MODE #c +o Romeo"},
        Case{"owner_already", "qaohv", "a", Affiliation::owner, {}, ""},
        Case{"admin", "qaohv", "v", Affiliation::admin, {}, "MODE #c +o Romeo"},
        Case{"admin_from_owner", "qaohv", "qa", Affiliation::admin, {}, "MODE #c +o-qa Romeo Romeo Romeo"},
        Case{"member", "qaohv", "", Affiliation::member, {}, "MODE #c +v Romeo"},
        Case{"member_from_admin", "qaohv", "oh", Affiliation::member, {}, "MODE #c +v-oh Romeo Romeo Romeo"},
        Case{"member_already_by_h", "qaohv", "h", Affiliation::member, {}, ""},
        Case{"member_without_voice", "o", "", Affiliation::member, {}, "feature-not-implemented"},
        Case{"none", "qaohv", "qov", Affiliation::none, {}, "MODE #c -qov Romeo Romeo Romeo"},
        Case{"none_already", "qaohv", "", Affiliation::none, {}, ""},
        Case{"moderator", "qaohv", "", {}, Role::moderator, "MODE #c +h Romeo"},
        Case{"moderator_without_h", "ov", "v", {}, Role::moderator, "MODE #c +o Romeo"},
        Case{"moderator_already", "qaohv", "o", {}, Role::moderator, ""},
        Case{"moderator_and_member", "qaohv", "", Affiliation::member, Role::moderator, "MODE #c +hv Romeo Romeo"},
        Case{"participant_from_moderator", "qaohv", "ov", {}, Role::participant, "MODE #c -o Romeo"},
        Case{"participant_heard", "qaohv", "", {}, Role::participant, "MODE #c +v Romeo", true},
        Case{"participant_already", "qaohv", "", {}, Role::participant, ""},
        Case{"visitor", "qaohv", "v", {}, Role::visitor, "MODE #c -v Romeo", true},
        Case{"visitor_already", "qaohv", "", {}, Role::visitor, "", true},
        Case{"visitor_where_all_may_speak", "qaohv", "", {}, Role::visitor, "not-allowed"},
        Case{"kick", "qaohv", "o", {}, Role::none, "KICK #c Romeo :because"},
        Case{"outcast",
             "qaohv",
             "o",
             Affiliation::outcast,
             {},
             "MODE #c +b *!*@verona.example | KICK #c Romeo :because"},
        Case{"no_modes_of_people", "", "", Affiliation::admin, {}, "feature-not-implemented"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcModeration, OfManyIsDoneInTheirOrder) {
  const Isupport isupport;  // three to a line
  Channel channel;
  for (const char* nick : {"a", "b", "c", "d"}) channel.add(nick, nick, {});
  std::vector<Moderate::Wish> wishes;
  for (const char* nick : {"a", "b", "c", "d"}) wishes.push_back({nick, Affiliation::admin, {}, {}});
  wishes.push_back({"a", {}, Role::none, "x\r\nQUIT"});
  wishes.push_back({"gone", Affiliation::none, {}, {}});
  const auto moderation = to_moderation(isupport, channel, wishes);
  ASSERT_TRUE(moderation);
  EXPECT_EQ(lines_of(isupport, moderation->deeds), "MODE #c +ooo a b c | MODE #c +o d | KICK #c a :x QUIT");
  EXPECT_EQ(moderation->unban, std::vector<std::string>{"gone"});
}

TEST(IrcModeration, RefusesWhatIsNeitherNickNorMask) {
  const Channel channel;
  using namespace std::string_literals;
  for (const std::string& who : {"a b"s, "a\nb"s, "a\rQUIT"s, "a\0b"s, ":x!*@*"s, ""s}) {
    for (const auto affiliation : {Affiliation::outcast, Affiliation::none, Affiliation::member}) {
      const Moderate::Wish wish{who, affiliation, {}, {}};
      const auto moderation = to_moderation({}, channel, {&wish, 1});
      ASSERT_FALSE(moderation) << who;
      EXPECT_EQ(moderation.error().condition, Condition::jid_malformed) << who;
    }
  }
  const Moderate::Wish mask{"*!*@x", Affiliation::member, {}, {}};
  EXPECT_FALSE(to_moderation({}, channel, {&mask, 1}));
}

struct SettingsCase {
  std::string_view name;
  std::string_view flags;  // set now
  RoomSettings wished;
  std::string_view lines;
};

class IrcSettingDeeds : public testing::TestWithParam<SettingsCase> {};

TEST_P(IrcSettingDeeds, ChangeOnlyWhatDiffers) {
  const Isupport isupport;
  ChannelModes modes;
  modes.flags = GetParam().flags;
  modes.settings = {{'k', "sesame"}, {'l', "5"}, {'f', "5:3"}};
  const auto deeds = to_deeds(isupport, modes, {}, GetParam().wished);
  EXPECT_EQ(deeds ? lines_of(isupport, *deeds) : to_text(deeds.error().condition), GetParam().lines);
}

RoomSettings wished(void (*set)(RoomSettings&)) {
  RoomSettings settings;
  set(settings);
  return settings;
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcSettingDeeds,
    testing::Values(
        SettingsCase{"nothing", "imt", {}, ""},
        SettingsCase{"as_it_is", "nt", wished([](RoomSettings& s) {
                       s.subject_locked = true;
                       s.moderated = false;
                       s.hidden = false;
                       s.password = "sesame";
                       s.max_members = 5;
                       s.other = "+nf 5:3";
                     }),
                     ""},
        SettingsCase{"flags", "i", wished([](RoomSettings& s) {
                       s.members_only = false;
                       s.moderated = true;
                       s.hidden = true;
                     }),
                     "MODE #c -i+ms"},
        SettingsCase{"shown_again", "sp", wished([](RoomSettings& s) { s.hidden = false; }), "MODE #c -sp"},
        SettingsCase{"new_key", "", wished([](RoomSettings& s) { s.password = "open"; }), "MODE #c -k+k sesame open"},
        SettingsCase{"no_key", "", wished([](RoomSettings& s) { s.password = ""; }), "MODE #c -k sesame"},
        SettingsCase{"bad_key", "", wished([](RoomSettings& s) { s.password = "a b"; }), "not-acceptable"},
        SettingsCase{"injected_key", "", wished([](RoomSettings& s) { s.password = "a\nQUIT"; }), "not-acceptable"},
        SettingsCase{"limit", "", wished([](RoomSettings& s) { s.max_members = 9; }), "MODE #c +l 9"},
        SettingsCase{"no_limit", "", wished([](RoomSettings& s) { s.max_members = 0; }), "MODE #c -l"},
        SettingsCase{"others_left_out_are_taken", "nC", wished([](RoomSettings& s) { s.other = "+nS"; }),
                     "MODE #c +S-Cf"},
        SettingsCase{"others_taken_by_name", "nC", wished([](RoomSettings& s) { s.other = "-C"; }), "MODE #c -C"},
        SettingsCase{"a_ban", "n", wished([](RoomSettings& s) { s.other = "+b-n *!*@x"; }), "MODE #c +b-n *!*@x"},
        SettingsCase{"a_question", "", wished([](RoomSettings& s) { s.other = "+b"; }), "bad-request"},
        SettingsCase{"no_mode", "", wished([](RoomSettings& s) { s.other = "n"; }), "bad-request"},
        SettingsCase{"a_parameter_too_many", "", wished([](RoomSettings& s) { s.other = "+n x"; }), "bad-request"},
        SettingsCase{"injected_mode", "", wished([](RoomSettings& s) { s.other = "+n\r\nQUIT"; }), "bad-request"},
        SettingsCase{"injected_mask", "", wished([](RoomSettings& s) { s.other = "+b a\nQUIT"; }), "bad-request"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcDeedLine, HoldsWhatTheServerTakes) {
  Isupport isupport;
  isupport.modes_per_line = 0;  // any number; a line still has 15 parameters
  std::vector<Deed> deeds;
  for (int i = 0; i < 30; ++i)
    deeds.push_back({Deed::Kind::mode, true, 'b', ModeChange::Kind::list, "n" + std::to_string(i) + "!*@*"});
  EXPECT_EQ(to_line(isupport, "#c", deeds).count, 12U);
  for (Deed& deed : deeds) deed.argument = std::string(140, 'x');
  EXPECT_EQ(to_line(isupport, "#c", deeds).count, 2U);
  for (Deed& deed : deeds) deed.argument = std::string(400, 'x');
  EXPECT_EQ(to_line(isupport, "#c", deeds).count, 1U);
}

}  // namespace
}  // namespace isthmus::irc
