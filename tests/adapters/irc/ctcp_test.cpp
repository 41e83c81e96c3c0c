#include "adapters/irc/ctcp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

TEST(IrcCtcp, IsParsedIntoVerbAndArguments) {
  const auto action = parse_ctcp(
      "\x01"
      "ACTION waves at al\x01");
  ASSERT_TRUE(action);
  EXPECT_EQ(action->verb, "ACTION");
  EXPECT_EQ(action->arguments, "waves at al");
  EXPECT_TRUE(is_verb(*action, "ACTION"));
  EXPECT_TRUE(is_verb(*parse_ctcp("\x01"
                                  "action x\x01"),
                      "ACTION"));
  EXPECT_FALSE(is_verb(*action, "ACTIONS"));
}

TEST(IrcCtcp, NeedsNoClosingByteAndNoArguments) {
  EXPECT_EQ(parse_ctcp("\x01VERSION")->verb, "VERSION");
  EXPECT_EQ(parse_ctcp("\x01VERSION\x01")->arguments, "");
  EXPECT_EQ(parse_ctcp("\x01PING 12 34")->arguments, "12 34");
  EXPECT_EQ(parse_ctcp("\x01"
                       "ACTION \x01")
                ->arguments,
            "");
  EXPECT_EQ(parse_ctcp("\x01"
                       "ACTION  x\x01")
                ->arguments,
            " x");
}

TEST(IrcCtcp, IsNoneWithoutAVerb) {
  EXPECT_FALSE(parse_ctcp(""));
  EXPECT_FALSE(parse_ctcp("hello"));
  EXPECT_FALSE(parse_ctcp("\x01"));
  EXPECT_FALSE(parse_ctcp("\x01\x01"));
  EXPECT_FALSE(parse_ctcp("\x01 x\x01"));
  EXPECT_FALSE(
      parse_ctcp("a\x01"
                 "ACTION x\x01"));
}

TEST(IrcCtcp, IsWrittenWithoutInnerDelimiters) {
  std::string out = "before ";
  append_ctcp(out, "ACTION", "waves");
  EXPECT_EQ(out,
            "before \x01"
            "ACTION waves\x01");
  out.clear();
  append_ctcp(out, "VERSION", "");
  EXPECT_EQ(out, "\x01VERSION\x01");
  out.clear();
  append_ctcp(out, "PI\x01NG",
              "\x01"
              "a\x01\x01"
              "b\x01");
  EXPECT_EQ(out, "\x01PING ab\x01");
}

TEST(IrcCtcp, TheOverheadOfAnActionIsWhatItsWrapperAdds) {
  std::string out;
  append_ctcp(out, "ACTION", "waves");
  EXPECT_EQ(out.size(), std::string_view{"waves"}.size() + action_overhead);
}

}  // namespace
}  // namespace isthmus::irc
