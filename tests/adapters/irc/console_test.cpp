#include "adapters/irc/console.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace isthmus::irc {
namespace {

/// What is written for `text`; the condition where it is refused.
std::string written(std::string_view text) {
  const auto lines = parse_raw(text);
  if (!lines) return std::string{to_text(lines.error().condition)};
  std::string out;
  for (const Line& line : *lines)
    if (!append_raw(out, line, default_line_length)) return "no line";
  return out;
}

struct Case {
  std::string_view name;
  std::string_view text;
  std::string_view written;
};

class IrcRaw : public testing::TestWithParam<Case> {};

TEST_P(IrcRaw, TakesCommandsALine) { EXPECT_EQ(written(GetParam().text), GetParam().written); }

INSTANTIATE_TEST_SUITE_P(Table, IrcRaw,
                         testing::Values(Case{"plain", "WHOIS romeo", "WHOIS romeo\r\n"},
                                         Case{"text", "PRIVMSG #c :two words", "PRIVMSG #c :two words\r\n"},
                                         Case{"empty_text", "TOPIC #c :", "TOPIC #c :\r\n"},
                                         Case{"colons", "PRIVMSG #c ::)", "PRIVMSG #c ::)\r\n"},
                                         Case{"several", "A\r\n\n  \nB x\n", "A\r\nB x\r\n"},
                                         Case{"blanks", "  NAMES   #c  ", "NAMES #c\r\n"},
                                         Case{"prefix", ":romeo QUIT", "bad-request"},
                                         Case{"tags", "@a=b QUIT", "bad-request"},
                                         Case{"number", "001 x", "bad-request"},
                                         Case{"no_command", "+x", "bad-request"}, Case{"nothing", "", "bad-request"},
                                         Case{"login", "CAP REQ x", "bad-request"},
                                         Case{"login_in_small_letters", "authenticate PLAIN", "bad-request"},
                                         Case{"login_below", "A\npass x", "bad-request"},
                                         Case{"too_many", "A\nA\nA\nA\nA\nA\nA\nA\nA\nA\nA", "policy-violation"}),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcRaw, AddsNoLine) {
  using namespace std::string_literals;
  for (const std::string& text :
       {"PRIVMSG a :b\rQUIT"s, "PRIVMSG a :b\0QUIT"s, "PRIVMSG a\r b"s, "QUIT\0"s, "A\r\r\n"s})
    EXPECT_EQ(written(text), "bad-request") << text;
  EXPECT_EQ(written("PRIVMSG a :" + std::string(600, 'x')), "no line");
  EXPECT_EQ(written(std::string(20'000, 'x')), "bad-request");
}

TEST(IrcRaw, KnowsTheModeCommand) {
  EXPECT_EQ(mode_command("/mode +b x"), " +b x");
  EXPECT_EQ(mode_command("/mode"), "");
  EXPECT_EQ(mode_command("/model"), std::nullopt);
  EXPECT_EQ(mode_command("/mode +b\nx"), std::nullopt);
  EXPECT_EQ(mode_command("see /mode"), std::nullopt);
}

void say(MessageOfTheDay& motd, std::string_view text) {
  const auto line = parse_line(text);
  ASSERT_TRUE(line);
  motd.add(*line);
}

TEST(IrcMotd, IsOneText) {
  MessageOfTheDay motd;
  say(motd, ":s 372 j :- left over");
  say(motd, ":s 375 j :- s Message of the day -");
  say(motd, ":s 372 j :- one");
  say(motd, ":s 372 j :-");
  say(motd, ":s 372 j :  \x02two\x02");
  EXPECT_EQ(motd.take(), "one\n\n  two");
  EXPECT_EQ(motd.take(), "");
}

TEST(IrcMotd, IsCutWhereItIsTooLong) {
  MessageOfTheDay motd;
  for (int i = 0; i < 1'000; ++i) say(motd, ":s 372 j :- x");
  const std::string text = motd.take();
  EXPECT_EQ(std::ranges::count(text, '\n'), static_cast<std::ptrdiff_t>(MessageOfTheDay::max_lines) - 1);
  for (int i = 0; i < 100; ++i) say(motd, ":s 372 j :- " + std::string(400, 'x'));
  EXPECT_LE(motd.take().size(), MessageOfTheDay::max_bytes);
}

}  // namespace
}  // namespace isthmus::irc
