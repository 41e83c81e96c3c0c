#include "adapters/irc/bytes.hpp"

#include <gtest/gtest.h>

#include <string>

using namespace std::literals;

namespace isthmus::irc {
namespace {

TEST(IrcBytes, ScansStopAtEveryPlaceOfABlock) {
  for (std::size_t size = 0; size < 50; ++size) {
    const std::string clean(size, 'x');
    EXPECT_EQ(span_without_line_breaks(clean), size);
    EXPECT_EQ(span_of_plain_ascii(clean), size);
    for (std::size_t at = 0; at < size; ++at) {
      for (const char c : {'\r', '\n', '\0'}) {
        std::string text = clean;
        text[at] = c;
        EXPECT_EQ(span_without_line_breaks(text), at);
        EXPECT_EQ(span_of_plain_ascii(text), at);
      }
      std::string text = clean;
      text[at] = '\x80';
      EXPECT_EQ(span_without_line_breaks(text), size);
      EXPECT_EQ(span_of_plain_ascii(text), at);
      text[at] = '\t';
      EXPECT_EQ(span_of_plain_ascii(text), size);
    }
  }
}

TEST(IrcBytes, EveryByteIsJudgedAlikeInsideAndOutsideABlock) {
  for (int value = 0; value < 256; ++value) {
    const char c = static_cast<char>(value);
    const std::string alone(1, c);
    const std::string block(16, c);
    EXPECT_EQ(span_without_line_breaks(alone) == 1, span_without_line_breaks(block) == 16) << value;
    EXPECT_EQ(span_of_plain_ascii(alone) == 1, span_of_plain_ascii(block) == 16) << value;
    EXPECT_EQ(span_of_plain_ascii(alone) == 1, c == '\t' || (value >= 0x20 && value < 0x80)) << value;
  }
}

TEST(IrcBytes, CodePointsAreThoseOfRfc3629) {
  const auto value = [](std::string_view text) { return static_cast<unsigned>(first_code_point(text).value); };
  EXPECT_EQ(value("a"), 'a');
  EXPECT_EQ(value("\u00fc"), 0xFCU);
  EXPECT_EQ(value("\u20ac"), 0x20ACU);
  EXPECT_EQ(value("\U0001F600"), 0x1F600U);
  EXPECT_EQ(value("\U0010FFFF"), 0x10FFFFU);
  for (const auto bad : {"\x80"sv, "\xC1\x80"sv, "\xE0\x9F\xBF"sv, "\xED\xA0\x80"sv, "\xF0\x8F\xBF\xBF"sv,
                         "\xF4\x90\x80\x80"sv, "\xF5\x80\x80\x80"sv, "\xC3"sv, "\xE2\x82"sv, "\xC3 "sv}) {
    EXPECT_EQ(first_code_point(bad).length, 0) << testing::PrintToString(bad);
  }
}

TEST(IrcBytes, ACutCodePointIsOneThatCouldGoOn) {
  EXPECT_TRUE(is_cut_code_point("\xC3"));
  EXPECT_TRUE(is_cut_code_point("\xE2\x82"));
  EXPECT_TRUE(is_cut_code_point("\xF0\x9F\x98"));
  EXPECT_FALSE(is_cut_code_point("\u00fc"));
  EXPECT_FALSE(is_cut_code_point("a"));
  EXPECT_FALSE(is_cut_code_point("\xBF"));
  EXPECT_FALSE(is_cut_code_point("\xE0\x80"));
  EXPECT_FALSE(
      is_cut_code_point("\xF0\x9F"
                        "a"));
}

TEST(IrcBytes, BordersLieBetweenCodePoints) {
  const std::string_view text = "a\u20ac\U0001F600";  // 1 + 3 + 4 bytes
  const std::size_t want[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 8};
  for (std::size_t size = 0; size < std::size(want); ++size)
    EXPECT_EQ(code_point_border(text, size), want[size]) << size;
}

TEST(IrcBytes, CaseIsOfNoMatterWhereSaid) {
  EXPECT_TRUE(equals_ignoring_case("Action", "aCTION"));
  EXPECT_FALSE(equals_ignoring_case("ACTION", "ACTIONS"));
  EXPECT_TRUE(contains_ignoring_case("You are K-Lined", "k-line"));
  EXPECT_TRUE(contains_ignoring_case("x", ""));
  EXPECT_FALSE(contains_ignoring_case("", "x"));
}

}  // namespace
}  // namespace isthmus::irc
