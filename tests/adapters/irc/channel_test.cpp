#include "adapters/irc/channel.hpp"

#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

struct Case {
  std::string_view name;
  std::string_view modes;  // of PREFIX
  std::string_view held;   // by somebody
  Affiliation affiliation;
  Role role;
  bool moderated = false;
};

class IrcStanding : public testing::TestWithParam<Case> {};

TEST_P(IrcStanding, FollowsTheHighestRank) {
  Isupport isupport;
  isupport.prefix_modes = GetParam().modes;
  std::uint16_t ranks = 0;
  for (const char mode : GetParam().held)
    ranks = static_cast<std::uint16_t>(ranks | 1U << isupport.rank_of_mode(mode).value());
  EXPECT_EQ(standing(isupport, ranks, GetParam().moderated), (Standing{GetParam().affiliation, GetParam().role}));
}

INSTANTIATE_TEST_SUITE_P(Table, IrcStanding,
                         testing::Values(Case{"founder", "qaohv", "q", Affiliation::owner, Role::moderator},
                                         Case{"protected", "qaohv", "a", Affiliation::owner, Role::moderator},
                                         Case{"op", "qaohv", "ov", Affiliation::admin, Role::moderator},
                                         Case{"halfop", "qaohv", "hv", Affiliation::member, Role::moderator},
                                         Case{"voice", "qaohv", "v", Affiliation::member, Role::participant},
                                         Case{"nothing", "qaohv", "", Affiliation::none, Role::participant},
                                         Case{"unheard", "qaohv", "", Affiliation::none, Role::visitor, true},
                                         Case{"heard", "qaohv", "v", Affiliation::member, Role::participant, true},
                                         Case{"oper", "yov", "y", Affiliation::owner, Role::moderator},
                                         Case{"below_voice", "ovx", "x", Affiliation::member, Role::participant},
                                         Case{"plain_op", "ov", "o", Affiliation::admin, Role::moderator}),
                         [](const auto& row) { return std::string{row.param.name}; });

class IrcChannels : public testing::Test {
 protected:
  Channel& add(std::string_view name, CaseMapping mapping) {
    Conversation place;
    place.kind = PlaceKind::room;
    place.native = names.intern(name);
    std::string buffer;
    return channels.add(fold(mapping, name, buffer), place);
  }
  NameTable names;
  Channels channels;
};

TEST_F(IrcChannels, AreFoundByTheirFoldedName) {
  add("#a", CaseMapping::ascii);
  const Channel& second = add("#B", CaseMapping::ascii);
  EXPECT_EQ(channels.find("#b"), &second);
  EXPECT_EQ(channels.find("#B"), nullptr);
  channels.erase(second);
  EXPECT_EQ(channels.find("#b"), nullptr);
  EXPECT_EQ(channels.size(), 1U);
}

TEST_F(IrcChannels, AreRekeyedWithTheirOccupantsAndDoublesAreGivenBack) {
  Channel& first = add("#x[", CaseMapping::ascii);
  first.add("nick[", "Nick[", "n@h");
  add("#x{", CaseMapping::ascii);
  const auto doubles = channels.rekey(CaseMapping::rfc1459);
  ASSERT_EQ(doubles.size(), 1U);
  EXPECT_EQ(doubles.front()->place.native.view(), "#x{");
  ASSERT_NE(channels.find("#x{"), nullptr);
  EXPECT_EQ(channels.find("#x{")->place.native.view(), "#x[");
  EXPECT_EQ(channels.find("#x{")->occupants.count("nick{"), 1U);
}

TEST_F(IrcChannels, KeepWhatIsKnownOfAnOccupantWhenLessIsSaid) {
  Channel& channel = add("#a", CaseMapping::ascii);
  channel.add("romeo", "romeo", "r@b");
  EXPECT_EQ(channel.add("romeo", "Romeo", "").address, "r@b");
  EXPECT_EQ(channel.occupants.size(), 1U);
  EXPECT_EQ(channel.occupants.find("romeo")->second.nick, "Romeo");
}

TEST(IrcPrivileges, AreTheMarksBeyondTheUsualOnes) {
  Isupport isupport;
  isupport.prefix_modes = "yqov";
  isupport.prefix_symbols = "!~@+";
  EXPECT_EQ(privileges(isupport, 0b1111, false), "!");
  EXPECT_EQ(privileges(isupport, 0b1111, true), "!*");
  EXPECT_EQ(privileges(isupport, 0b1110, false), "");
  EXPECT_EQ(privileges(isupport, 0, true), "*");
  isupport.prefix_modes = "zo";
  isupport.prefix_symbols = "*@";
  EXPECT_EQ(privileges(isupport, 0b01, true), "*");
}

TEST(IrcOccupant, SaysWhetherWhatIsLearntIsNew) {
  Occupant occupant;
  EXPECT_FALSE(occupant.set_account(""));
  EXPECT_FALSE(occupant.set_away(false, ""));
  EXPECT_TRUE(occupant.set_account("r"));
  EXPECT_FALSE(occupant.set_account("r"));
  EXPECT_TRUE(occupant.set_away(true, ""));
  EXPECT_TRUE(occupant.set_away(true, "fishing"));
  EXPECT_TRUE(occupant.set_away(false, ""));
  EXPECT_FALSE(occupant.set_away(false, ""));
  EXPECT_TRUE(occupant.set_account(""));
}

}  // namespace
}  // namespace isthmus::irc
