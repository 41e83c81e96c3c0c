#include "adapters/irc/nick.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

using namespace std::literals;

namespace isthmus::irc {
namespace {

TEST(IrcNick, OfTheRfcHoldsOnlyItsCharacters) {
  const auto nick = [](std::string_view wanted, std::size_t max = 30) {
    return irc_nick(wanted, max, NickCharset::rfc);
  };
  EXPECT_EQ(nick("juliet"), "juliet");
  EXPECT_EQ(nick("Juliet[m]`_^{|}-1"), "Juliet[m]`_^{|}-1");
  EXPECT_EQ(nick("Juliet Capulet"), "Juliet_Capulet");
  EXPECT_EQ(nick("J\u00fcrgen"), "J_rgen");
  EXPECT_EQ(nick("\U0001F600"), "_");
  EXPECT_EQ(nick("4you"), "_4you");
  EXPECT_EQ(nick("-x"), "_-x");
  EXPECT_EQ(nick("#x"), "_x");
  EXPECT_EQ(nick("a@b!c*d?e,f:g.h/i"), "a_b_c_d_e_f_g_h_i");
  EXPECT_EQ(nick("a\r\nQUIT\0"s), "a__QUIT_");
  EXPECT_EQ(nick(""), "_");
  EXPECT_EQ(nick("a\xFF"
                 "b"),
            "a_b");
  EXPECT_EQ(nick("juliet-capulet", 9), "juliet-ca");
  EXPECT_EQ(nick("4you", 1), "_");
}

TEST(IrcNick, OfUtf8KeepsWhatNoSyntaxForbids) {
  const auto nick = [](std::string_view wanted, std::size_t max = 30) {
    return irc_nick(wanted, max, NickCharset::utf8);
  };
  EXPECT_EQ(nick("J\u00fcrgen"), "J\u00fcrgen");
  EXPECT_EQ(nick("\u0440\u043e\u043c\u0435\u043e m"), "\u0440\u043e\u043c\u0435\u043e_m");
  EXPECT_EQ(nick("a,b*c?d!e@f g"), "a_b_c_d_e_f_g");
  EXPECT_EQ(nick("#x"), "_#x");
  EXPECT_EQ(nick(":x"), "_:x");
  EXPECT_EQ(nick("@x"), "_x");
  EXPECT_EQ(nick("a\nb"), "a_b");
  EXPECT_EQ(nick("a\xFF"
                 "b"),
            "a_b");
  EXPECT_EQ(nick("ab\u20ac", 4), "ab") << "cut between code points";
}

TEST(IrcNick, IsAlwaysANickThatFits) {
  for (const auto charset : {NickCharset::rfc, NickCharset::utf8}) {
    for (int first = 0; first < 256; ++first) {
      for (const std::size_t max : {1U, 2U, 9U}) {
        const std::string nick = irc_nick(std::string(1, static_cast<char>(first)) + "x\u20ac 9", max, charset);
        EXPECT_TRUE(is_nick(nick)) << testing::PrintToString(nick);
        EXPECT_LE(nick.size(), max);
      }
    }
  }
}

TEST(IrcFallbackNick, AddsUnderscoresThenDigits) {
  EXPECT_EQ(fallback_nick("al", 1, 9, 1), "al_");
  EXPECT_EQ(fallback_nick("al", 2, 9, 1), "al__");
  const auto third = fallback_nick("al", 3, 9, 1);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->size(), 5U);
  EXPECT_TRUE(third->starts_with("al"));
  EXPECT_EQ(third->find_first_not_of("0123456789", 2), std::string::npos);
  EXPECT_EQ(fallback_nick("al", 3, 9, 1), third);
  EXPECT_NE(fallback_nick("al", 3, 9, 2), third);
}

TEST(IrcFallbackNick, FitsTheServersLength) {
  EXPECT_EQ(fallback_nick("ninechars", 1, 9, 1), "ninechar_");
  EXPECT_EQ(fallback_nick("ninechars", 2, 9, 1), "ninecha__");
  EXPECT_EQ(fallback_nick("ninechars", 4, 9, 1)->size(), 9U);
  EXPECT_EQ(fallback_nick("ab\u20ac", 1, 5, 1), "ab_") << "cut between code points";
}

TEST(IrcFallbackNick, EndsAfterAFewDifferentOnes) {
  std::set<std::string> tried;
  for (unsigned attempt = 1; attempt <= max_nick_attempts; ++attempt) {
    const auto nick = fallback_nick("juliet", attempt, 9, 77);
    ASSERT_TRUE(nick);
    EXPECT_TRUE(tried.insert(*nick).second) << *nick;
  }
  EXPECT_FALSE(fallback_nick("juliet", max_nick_attempts + 1, 9, 77));
  EXPECT_FALSE(fallback_nick("juliet", 0, 9, 77));
  EXPECT_FALSE(fallback_nick("a", 3, 3, 77)) << "no room for a letter";
  EXPECT_FALSE(fallback_nick("abcdefgh_", 1, 9, 77)) << "nothing different";
}

TEST(IrcIsNick, RefusesWhatBreaksALineAListOrAMask) {
  for (const auto good : {"al"sv, "J\u00fcrgen"sv, "[m]"sv, "4you"sv, "a#b"sv, "a:b"sv, "a%b"sv})
    EXPECT_TRUE(is_nick(good)) << good;
  for (const auto bad : {""sv, "a b"sv, "a,b"sv, "a*"sv, "a?"sv, "a!b"sv, "a@b"sv, "#a"sv, "&a"sv, "+a"sv, "!a"sv,
                         ":a"sv, "$a"sv, "a\r"sv, "a\n"sv, "a\0"sv, "a\x07"sv, "a\x7F"sv}) {
    EXPECT_FALSE(is_nick(bad)) << testing::PrintToString(bad);
  }
  EXPECT_TRUE(is_nick(std::string(64, 'a')));
  EXPECT_FALSE(is_nick(std::string(65, 'a')));
}

TEST(IrcIsChannelName, FollowsTheRfc) {
  for (const auto good : {"#c"sv, "&c"sv, "+c"sv, "!ABCDEc"sv, "##c"sv, "#50%"sv, "#\u00fc"sv, "#a:b"sv}) {
    EXPECT_TRUE(is_channel_name(good)) << good;
  }
  for (const auto bad : {""sv, "#"sv, "c"sv, "#a b"sv, "#a,b"sv, "#a\x07"sv, "#a\r"sv, "#a\n"sv, "#a\0"sv}) {
    EXPECT_FALSE(is_channel_name(bad)) << testing::PrintToString(bad);
  }
  EXPECT_TRUE(is_channel_name("#" + std::string(199, 'a')));
  EXPECT_FALSE(is_channel_name("#" + std::string(200, 'a')));
}

}  // namespace
}  // namespace isthmus::irc
