#include "adapters/irc/translate.hpp"

#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

using namespace std::chrono_literals;

SystemTime at(std::int64_t seconds) { return SystemTime{std::chrono::seconds{seconds}}; }

struct TimeCase {
  std::string_view text;
  std::optional<SystemTime> wanted;
};

class IrcServerTime : public testing::TestWithParam<TimeCase> {};

TEST_P(IrcServerTime, IsReadOrRefused) { EXPECT_EQ(parse_server_time(GetParam().text), GetParam().wanted); }

INSTANTIATE_TEST_SUITE_P(
    Table, IrcServerTime,
    testing::Values(TimeCase{"2023-11-14T22:13:20.000Z", at(1'700'000'000)},
                    TimeCase{"2023-11-14T22:13:20Z", at(1'700'000'000)},
                    TimeCase{"2023-11-14T22:13:20.5Z", at(1'700'000'000) + 500ms},
                    TimeCase{"2023-11-14T22:13:20.1239999Z", at(1'700'000'000) + 123ms},
                    TimeCase{"2016-12-31T23:59:60Z", at(1'483'228'800)},
                    TimeCase{"2024-02-29T00:00:00Z", at(1'709'164'800)}, TimeCase{"2023-02-29T00:00:00Z", std::nullopt},
                    TimeCase{"2023-11-14T24:00:00Z", std::nullopt}, TimeCase{"2023-11-14T22:13:20", std::nullopt},
                    TimeCase{"2023-11-14T22:13:20Zx", std::nullopt}, TimeCase{"2023-11-14 22:13:20Z", std::nullopt},
                    TimeCase{"-123-11-14T22:13:20Z", std::nullopt}, TimeCase{"2023-1", std::nullopt},
                    TimeCase{"1012-01-01T00:00:00.000Z", std::nullopt},
                    TimeCase{"9999-12-31T23:59:59.999Z", std::nullopt}, TimeCase{"", std::nullopt}));

TEST(IrcServerTime, IsWrittenAsItIsRead) {
  const SystemTime time = at(1'700'000'000) + 7ms;
  EXPECT_EQ(to_server_time(time), "2023-11-14T22:13:20.007Z");
  EXPECT_EQ(parse_server_time(to_server_time(time)), time);
}

TEST(IrcNetsplit, IsTwoServersThatLostEachOther) {
  for (const char* reason : {"east.example.org west.example.org", "*.net *.split", "hub.a-1.example leaf.example"})
    EXPECT_TRUE(is_netsplit(reason)) << reason;
  for (const char* reason : {"", "bye", "bye bye", "Quit: a.b c.d", "a.b a.b", "a.b c.d e.f", "a.b  c.d", "see you.",
                             "www.example.org/x y.z", "a.b ", ".. a.b"})
    EXPECT_FALSE(is_netsplit(reason)) << reason;
}

TEST(IrcUnixTime, IsReadOrRefused) {
  EXPECT_EQ(parse_unix_time("1700000000"), at(1'700'000'000));
  for (const char* text : {"", "0", "-1", "12x", "99999999999999999999", "99999999999", "10000000000"})
    EXPECT_FALSE(parse_unix_time(text)) << text;
}

struct LineCase {
  std::string_view text;
  std::size_t most;
  std::string_view wanted;
};

class IrcOneLine : public testing::TestWithParam<LineCase> {};

TEST_P(IrcOneLine, HasNoBreaksAndWholeCodePoints) {
  EXPECT_EQ(to_one_line(GetParam().text, GetParam().most), GetParam().wanted);
}

INSTANTIATE_TEST_SUITE_P(Table, IrcOneLine,
                         testing::Values(LineCase{"a\r\nb", 0, "a b"}, LineCase{"\n\na\n\n\nb\n", 0, "a b"},
                                         LineCase{"a\rQUIT", 0, "a QUIT"}, LineCase{"abc", 3, "abc"},
                                         LineCase{"abcd", 3, "abc"}, LineCase{"a\xF0\x9F\x8C\xB9", 4, "a"},
                                         LineCase{"a\xF0\x9F\x8C\xB9", 5, "a\xF0\x9F\x8C\xB9"}, LineCase{"", 5, ""}));

TEST(IrcCtcpAnswer, SaysNothingForUnknownQueries) {
  EXPECT_EQ(ctcp_answer({"finger", ""}, at(0)), std::nullopt);
  EXPECT_EQ(ctcp_answer({"userinfo", ""}, at(0)), std::nullopt);
}

TEST(IrcCtcpAnswer, ReturnsAPingsArgumentButNotAnyAmountOfIt) {
  EXPECT_EQ(ctcp_answer({"ping", "123 456"}, at(0)), "\x01PING 123 456\x01");
  EXPECT_EQ(ctcp_answer({"PING", std::string(500, 'x')}, at(0))->size(), 64 + 7);
  EXPECT_EQ(ctcp_answer({"TIME", ""}, at(1'700'000'000)), "\x01TIME 2023-11-14T22:13:20Z\x01");
}

}  // namespace
}  // namespace isthmus::irc
