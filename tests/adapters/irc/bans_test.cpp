#include "adapters/irc/bans.hpp"

#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

using std::chrono::seconds;

struct Case {
  std::string_view name;
  std::string_view mask;
  std::string_view who;
  bool matches;
};

class IrcMask : public testing::TestWithParam<Case> {};

TEST_P(IrcMask, MatchesWithStarsAndQuestionMarks) {
  EXPECT_EQ(matches_mask(CaseMapping::rfc1459, GetParam().mask, GetParam().who), GetParam().matches);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcMask,
    testing::Values(Case{"host", "*!*@verona.example", "romeo!r@verona.example", true},
                    Case{"other_host", "*!*@verona.example", "romeo!r@mantua.example", false},
                    Case{"nick", "romeo!*@*", "Romeo!r@b", true}, Case{"folded", "rom[eo!*@*", "ROM{EO!r@b", true},
                    Case{"one_character", "r?meo!*@*", "romeo!r@b", true},
                    Case{"no_character", "r?omeo!*@*", "romeo!r@b", false},
                    Case{"several_stars", "**m*o!*", "romeo!r@b", true}, Case{"backtracks", "*ab!*", "aab!x", true},
                    Case{"shorter", "rom", "romeo", false}, Case{"longer", "romeo!*@*x", "romeo!r@b", false},
                    Case{"empty", "", "", true}, Case{"nothing_but_star", "*", "", true}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcMask, TakesNoLongerThanTheProductOfTheLengths) {
  std::string mask;
  for (int i = 0; i < 200; ++i) mask += "*a";
  EXPECT_FALSE(matches_mask(CaseMapping::ascii, mask + "b", std::string(16'000, 'a')));
}

TEST(IrcRecentBans, CoverThoseKickedOfOneChannelFor30Seconds) {
  RecentBans bans;
  const SteadyTime now{seconds{100}};
  bans.add("#lounge", "*!*@b", now);
  const auto cover = [&](std::string_view channel, std::string_view who, SteadyTime at) {
    return bans.cover(CaseMapping::ascii, channel, who, at);
  };
  EXPECT_TRUE(cover("#lounge", "romeo!r@b", now + seconds{30}));
  EXPECT_FALSE(cover("#lounge", "romeo!r@b", now + seconds{31}));
  EXPECT_FALSE(cover("#garden", "romeo!r@b", now));
  EXPECT_FALSE(cover("#lounge", "romeo!r@c", now));
}

TEST(IrcRecentBans, AreAtMost16) {
  RecentBans bans;
  const SteadyTime now{seconds{100}};
  for (int i = 0; i < 17; ++i) bans.add("#lounge", "nick" + std::to_string(i) + "!*@*", now);
  EXPECT_FALSE(bans.cover(CaseMapping::ascii, "#lounge", "nick0!r@b", now));
  EXPECT_TRUE(bans.cover(CaseMapping::ascii, "#lounge", "nick16!r@b", now));
}

}  // namespace
}  // namespace isthmus::irc
