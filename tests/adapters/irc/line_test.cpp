#include "adapters/irc/line.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace std::literals;

namespace isthmus::irc {
namespace {

struct Parsed {
  std::string name;
  std::string bytes;
  std::string tags, nick, user, host, command;
  std::vector<std::string> parameters;
};

class IrcParseLine : public testing::TestWithParam<Parsed> {};

TEST_P(IrcParseLine, GivesTheParts) {
  const Parsed& want = GetParam();
  const auto line = parse_line(want.bytes);
  ASSERT_TRUE(line) << line.error().message();
  EXPECT_EQ(line->tags, want.tags);
  EXPECT_EQ(line->nick, want.nick);
  EXPECT_EQ(line->user, want.user);
  EXPECT_EQ(line->host, want.host);
  EXPECT_EQ(line->command, want.command);
  const auto parameters = line->parameters();
  EXPECT_EQ(std::vector<std::string>(parameters.begin(), parameters.end()), want.parameters);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcParseLine,
    testing::Values(Parsed{"Message",
                           ":al!u@h.example PRIVMSG #c :hello there",
                           "",
                           "al",
                           "u",
                           "h.example",
                           "PRIVMSG",
                           {"#c", "hello there"}},
                    Parsed{"NoPrefix", "PING :irc.example.org", "", "", "", "", "PING", {"irc.example.org"}},
                    Parsed{"NoColonBeforeTheLast",
                           ":s.example PONG s.example token",
                           "",
                           "s.example",
                           "",
                           "",
                           "PONG",
                           {"s.example", "token"}},
                    Parsed{"EmptyTrailing", ":al!u@h TOPIC #c :", "", "al", "u", "h", "TOPIC", {"#c", ""}},
                    Parsed{
                        "TrailingWithColon", ":al PRIVMSG #c ::-) :(", "", "al", "", "", "PRIVMSG", {"#c", ":-) :("}},
                    Parsed{"ColonWithinAParameter", "MODE #c +b *:x", "", "", "", "", "MODE", {"#c", "+b", "*:x"}},
                    Parsed{"HostWithoutUser", ":al@h.example QUIT", "", "al", "", "h.example", "QUIT", {}},
                    Parsed{"UserWithAtSign", ":al!u@x@h.example QUIT", "", "al", "u@x", "h.example", "QUIT", {}},
                    Parsed{"RunsOfSpaces",
                           "  :s.example   001   al    :Hi  there ",
                           "",
                           "s.example",
                           "",
                           "",
                           "001",
                           {"al", "Hi  there "}},
                    Parsed{"SpacesAtTheEnd", ":al JOIN #c  ", "", "al", "", "", "JOIN", {"#c"}},
                    Parsed{"CrLf", "PING x\r\n", "", "", "", "", "PING", {"x"}},
                    Parsed{"LfOnly", "PING x\n", "", "", "", "", "PING", {"x"}},
                    Parsed{"CrOnly", "PING x\r", "", "", "", "", "PING", {"x"}},
                    Parsed{"Tags",
                           "@time=2024-01-01T00:00:00.000Z;+x=y :al!u@h PRIVMSG #c :hi",
                           "time=2024-01-01T00:00:00.000Z;+x=y",
                           "al",
                           "u",
                           "h",
                           "PRIVMSG",
                           {"#c", "hi"}},
                    Parsed{"TagsAndRunsOfSpaces", "@a=b   :al   TAGMSG   #c", "a=b", "al", "", "", "TAGMSG", {"#c"}},
                    Parsed{"EmptyTags", "@ PING x", "", "", "", "", "PING", {"x"}},
                    Parsed{"EmptyPrefix", ": PING x", "", "", "", "", "PING", {"x"}},
                    Parsed{"FifteenParameters",
                           "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 :15 and on",
                           "",
                           "",
                           "",
                           "",
                           "X",
                           {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 and on"}},
                    Parsed{"TheFifteenthNeedsNoColon",
                           "X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 :17",
                           "",
                           "",
                           "",
                           "",
                           "X",
                           {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15 16 :17"}}),
    [](const auto& row) { return row.param.name; });

struct Refused {
  std::string name;
  std::string bytes;
  Errc why;
};

class IrcParseLineRefuses : public testing::TestWithParam<Refused> {};

TEST_P(IrcParseLineRefuses, WithTheReason) {
  const auto line = parse_line(GetParam().bytes);
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error(), GetParam().why);
  EXPECT_FALSE(line.error().message().empty());
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcParseLineRefuses,
    testing::Values(Refused{"Nothing", "", Errc::empty_line}, Refused{"LineEndOnly", "\r\n", Errc::empty_line},
                    Refused{"Spaces", "   ", Errc::empty_line}, Refused{"TagsOnly", "@a=b", Errc::no_command},
                    Refused{"PrefixOnly", ":al!u@h ", Errc::no_command},
                    Refused{"TwoDigits", "01 al", Errc::bad_command},
                    Refused{"LettersAndDigits", "00A al", Errc::bad_command},
                    Refused{"Punctuation", "PRIV-MSG al", Errc::bad_command},
                    Refused{"BareCr", "PRIVMSG #c :a\rQUIT", Errc::control_character},
                    Refused{"InnerLf", "PRIVMSG #c :a\nQUIT", Errc::control_character},
                    Refused{"Nul", "PRIVMSG #c :a\0b"s, Errc::control_character},
                    Refused{"OverLong", "PRIVMSG #c :" + std::string(max_incoming_line, 'a'), Errc::line_too_long}),
    [](const auto& row) { return row.param.name; });

TEST(IrcLine, KnowsItsNumeric) {
  EXPECT_EQ(parse_line(":s 433 * al :in use")->numeric, 433);
  EXPECT_EQ(parse_line(":s 005 al A=B :are supported")->numeric, 5);
  EXPECT_EQ(parse_line("PING x")->numeric, 0);
}

TEST(IrcLine, GivesNothingForParametersThatAreNotThere) {
  const auto line = parse_line("PING x");
  EXPECT_EQ(line->param(0), "x");
  EXPECT_EQ(line->param(1), "");
  EXPECT_EQ(line->param(max_parameters + 1), "");
  EXPECT_EQ(line->last(), "x");
  EXPECT_EQ(parse_line("PING")->last(), "");
}

TEST(IrcLine, TakesTheLongestTagsThatAServerMaySend) {
  const std::string tags = "a=" + std::string(8188, 'x');
  const std::string bytes = "@" + tags + " PRIVMSG #c :" + std::string(490, 'y');
  const auto line = parse_line(bytes);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->tags, tags);
}

TEST(IrcTagValue, FindsAKeyAsAWhole) {
  std::string buffer;
  const std::string_view tags = "timex=1;time=2;+time=3;vendor.example/time=4;flag;empty=";
  EXPECT_EQ(tag_value(tags, "time", buffer), "2");
  EXPECT_EQ(tag_value(tags, "+time", buffer), "3");
  EXPECT_EQ(tag_value(tags, "vendor.example/time", buffer), "4");
  EXPECT_EQ(tag_value(tags, "flag", buffer), "");
  EXPECT_EQ(tag_value(tags, "empty", buffer), "");
  EXPECT_EQ(tag_value(tags, "tim", buffer), std::nullopt);
  EXPECT_EQ(tag_value("", "time", buffer), std::nullopt);
}

TEST(IrcTagValue, TakesTheLastOfSeveral) {
  std::string buffer;
  EXPECT_EQ(tag_value("a=1;a=2;a", "a", buffer), "");
  EXPECT_EQ(tag_value("a=1;a=2", "a", buffer), "2");
}

TEST(IrcTagValue, IsUnescaped) {
  std::string buffer;
  EXPECT_EQ(tag_value(R"(a=x\:y\sz\\w\r\n)", "a", buffer), "x;y z\\w\r\n");
  EXPECT_EQ(tag_value(R"(a=\b)", "a", buffer), "b");
  EXPECT_EQ(tag_value(R"(a=x\)", "a", buffer), "x");
}

std::string written(std::string_view command, std::vector<std::string_view> middle,
                    std::optional<std::string_view> trailing = {}, const LineOptions& options = {}) {
  std::string out;
  const auto done = append_line(out, command, middle, trailing, options);
  return done ? out : "error: " + done.error().message();
}

TEST(IrcAppendLine, WritesTheParametersInOrder) {
  EXPECT_EQ(written("JOIN", {"#c", "key"}), "JOIN #c key\r\n");
  EXPECT_EQ(written("PRIVMSG", {"#c"}, "hi"), "PRIVMSG #c :hi\r\n");
  EXPECT_EQ(written("PRIVMSG", {"#c"}, ":-) there"), "PRIVMSG #c ::-) there\r\n");
  EXPECT_EQ(written("TOPIC", {"#c"}, ""), "TOPIC #c :\r\n");
  EXPECT_EQ(written("USER", {"al", "0", "*"}, "Al Example"), "USER al 0 * :Al Example\r\n");
  EXPECT_EQ(written("QUIT", {}), "QUIT\r\n");
}

TEST(IrcAppendLine, AppendsToWhatIsThere) {
  std::string out = "NICK al\r\n";
  ASSERT_TRUE(append_line(out, "JOIN", {"#c"}));
  ASSERT_TRUE(append_line(out, "PING", {}, "x"));
  EXPECT_EQ(out, "NICK al\r\nJOIN #c\r\nPING :x\r\n");
}

TEST(IrcAppendLine, WritesTagsEscaped) {
  const Tag tags[] = {{"+draft/reply", "a;b c\\d\r\n"}, {"label", "7"}, {"+typing", ""}};
  EXPECT_EQ(written("TAGMSG", {"#c"}, {}, {.tags = tags}), R"(@+draft/reply=a\:b\sc\\d\r\n;label=7;+typing TAGMSG #c)"
                                                           "\r\n");
}

TEST(IrcAppendLine, LetsNoTextEndTheLine) {
  EXPECT_EQ(written("PRIVMSG", {"#c"}, "a\r\nQUIT\rb\nc\0d"sv), "PRIVMSG #c :a  QUIT b c d\r\n");
  EXPECT_EQ(written("PRIVMSG", {"#c"}, "0123456789abcdef\n0123456789abcdef\r"),
            "PRIVMSG #c :0123456789abcdef 0123456789abcdef \r\n");
}

struct Unwritable {
  std::string name;
  std::string command;
  std::vector<std::string_view> middle;
  Errc why;
};

class IrcAppendLineRefuses : public testing::TestWithParam<Unwritable> {};

TEST_P(IrcAppendLineRefuses, AndLeavesTheOutputAsItWas) {
  std::string out = "before";
  const auto done = append_line(out, GetParam().command, GetParam().middle, "text");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error(), GetParam().why);
  EXPECT_EQ(out, "before");
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcAppendLineRefuses,
    testing::Values(
        Unwritable{"EmptyMiddle", "KICK", {"#c", ""}, Errc::bad_middle_parameter},
        Unwritable{"SpaceInMiddle", "KICK", {"#c x", "al"}, Errc::bad_middle_parameter},
        Unwritable{"LeadingColon", "KICK", {":c", "al"}, Errc::bad_middle_parameter},
        Unwritable{"CrInMiddle", "KICK", {"#c\rQUIT"}, Errc::control_character},
        Unwritable{"LfInMiddle", "KICK", {"#c\nQUIT"}, Errc::control_character},
        Unwritable{"NulInMiddle", "KICK", {"#c\0"sv}, Errc::control_character},
        Unwritable{"LfFarIntoMiddle", "KICK", {"#0123456789abcdef0123456789\nQUIT"}, Errc::control_character},
        Unwritable{"NoCommand", "", {}, Errc::bad_command},
        Unwritable{"CommandWithLineEnd", "QUIT\r\nJOIN", {}, Errc::bad_command},
        Unwritable{"CommandWithSpace", "JOIN #evil", {}, Errc::bad_command},
        Unwritable{"SixteenParameters", "X", std::vector<std::string_view>(15, "p"), Errc::too_many_parameters}),
    [](const auto& row) { return row.param.name; });

TEST(IrcAppendLine, CountsTheLineEndButNotTheTags) {
  const std::string text(512 - "PRIVMSG #c :\r\n"sv.size(), 'x');
  const std::string tag(4000, 'y');
  const Tag tags[] = {{"+a", tag}};
  EXPECT_EQ(written("PRIVMSG", {"#c"}, text, {.tags = tags}).size(), 512 + "@+a= "sv.size() + tag.size());
  EXPECT_EQ(written("PRIVMSG", {"#c"}, text + "x"), "error: line too long");
  EXPECT_EQ(written("PRIVMSG", {"#c"}, text + "x", {.max_bytes = 513}).size(), 513U);
}

TEST(IrcAppendLine, RefusesTagsThatNoServerTakes) {
  const std::string long_value(max_client_tags, 'y');
  const Tag too_long[] = {{"+a", long_value}};
  EXPECT_EQ(written("TAGMSG", {"#c"}, {}, {.tags = too_long}), "error: line too long");
  for (const std::string_view key : {"", "+", "a b", "a=b", "a;b", "a\n", "vendor/"}) {
    const Tag bad[] = {{key, "v"}};
    EXPECT_EQ(written("TAGMSG", {"#c"}, {}, {.tags = bad}), "error: a tag without a proper key") << key;
  }
}

}  // namespace
}  // namespace isthmus::irc
