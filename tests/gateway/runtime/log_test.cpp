#include "gateway/runtime/log.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace isthmus {
namespace {

using testing::ElementsAre;
using testing::MatchesRegex;
using testing::Pair;

struct Row {
  const char* name;
  std::string_view text;
  std::string_view shown;
};

class Visible : public testing::TestWithParam<Row> {};

TEST_P(Visible, ShowsWhatCouldDeceive) { EXPECT_EQ(visible(GetParam().text), GetParam().shown); }

using namespace std::string_view_literals;
INSTANTIATE_TEST_SUITE_P(
    Table, Visible,
    testing::Values(Row{"Plain", "juliet joined #balcony", "juliet joined #balcony"}, Row{"Empty", "", ""},
                    Row{"Unicode", "Grüße, 世界 🎭", "Grüße, 世界 🎭"},
                    Row{"QuotesAndBackslash", R"("a\20b")", R"("a\20b")"}, Row{"LineEnds", "a\r\nb\tc", "a\\r\\nb\\tc"},
                    Row{"TerminalEscape", "\x1B[2J", "\\x1b[2J"}, Row{"Nul", "a\0b"sv, "a\\x00b"},
                    Row{"Delete", "\x7F", "\\x7f"}, Row{"C1", "\xC2\x85\xC2\x9B", "\\u0085\\u009b"},
                    Row{"FirstAfterC1", "\xC2\xA0", "\xC2\xA0"},
                    Row{"LineSeparators", "\u2028\u2029", "\\u2028\\u2029"},
                    Row{"Bidirectional", "\u202Egnp.exe\u2069\u200F", "\\u202egnp.exe\\u2069\\u200f"},
                    Row{"Latin1", "caf\xE9 au", "caf\\xe9 au"}, Row{"CutCharacter", "a\xE4\xB8", "a\\xe4\\xb8"},
                    Row{"OverlongNewline", "\xC0\x8A", "\\xc0\\x8a"},
                    Row{"OverlongThree", "\xE0\x80\x8A", "\\xe0\\x80\\x8a"},
                    Row{"OverlongFour", "\xF0\x80\x80\x8A", "\\xf0\\x80\\x80\\x8a"},
                    Row{"Surrogate", "\xED\xA0\x80", "\\xed\\xa0\\x80"},
                    Row{"BeyondUnicode", "\xF4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
                    Row{"LastCodePoint", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"}),
    [](const auto& row) { return std::string{row.param.name}; });

std::string written(LogFormat format, LogLevel level, std::string_view text, LogFields fields = {}) {
  testing::internal::CaptureStdout();
  make_stdout_sink({.format = format})->write(level, fields, text);
  return testing::internal::GetCapturedStdout();
}

constexpr const char* time_pattern =
    "20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9][0-9][0-9]Z";

TEST(LogSink, TextHasTimeLevelAndWords) {
  EXPECT_THAT(written(LogFormat::text, LogLevel::info, "ready"),
              MatchesRegex(std::string{time_pattern} + " info  ready\n"));
  EXPECT_THAT(written(LogFormat::text, LogLevel::trace, "a"), MatchesRegex(std::string{time_pattern} + " trace a\n"));
  EXPECT_THAT(written(LogFormat::text, LogLevel::warn, "%v {}"),
              MatchesRegex(std::string{time_pattern} + " warn  %v \\{\\}\n"));
}

TEST(LogSink, ForeignTextCannotForgeALine) {
  const auto line = written(LogFormat::text, LogLevel::info, "nick x\n2026-01-31T12:00:00.000Z error all is lost");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto json = written(LogFormat::json, LogLevel::info, "x\"}\n{\"level\":\"error");
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'), 1);
  EXPECT_THAT(json, testing::EndsWith(R"("text":"x\"}\n{\"level\":\"error"})"
                                      "\n"));
}

TEST(LogSink, JsonIsOneObjectALine) {
  EXPECT_THAT(written(LogFormat::json, LogLevel::error, "\x01 \\ \xE9 ü\xC2\x9B"),
              MatchesRegex("\\{\"time\":\"" + std::string{time_pattern} +
                           R"(","level":"error","text":"\\u0001 \\\\ )"
                           "\uFFFD ü"
                           R"(\\u009b"\})"
                           "\n"));
}

TEST(LogSink, FieldsFollowTheText) {
  const LogFields fields{{"link", "irc.example.org"}, {"reason", "no \"voice\""}, {"id", ""}};
  EXPECT_THAT(written(LogFormat::text, LogLevel::info, "refused", fields),
              testing::EndsWith(" info  refused link=irc.example.org reason=\"no \"voice\"\" id=\"\"\n"));
  EXPECT_THAT(written(LogFormat::json, LogLevel::info, "refused", fields),
              testing::EndsWith(R"("text":"refused","link":"irc.example.org","reason":"no \"voice\"","id":""})"
                                "\n"));
}

TEST(LogSink, AddressesOfPeopleAreHashedWhereOneWishes) {
  testing::internal::CaptureStdout();
  const auto sink = make_stdout_sink({.hash_addresses = true});
  sink->write(LogLevel::info, {{"conv", "romeo@example.org"}}, "juliet@example.org came");
  sink->set({.format = LogFormat::json});
  sink->write(LogLevel::info, {}, "juliet@example.org left");
  const auto lines = testing::internal::GetCapturedStdout();
  EXPECT_THAT(lines, testing::Not(testing::HasSubstr("juliet@example.org came")));
  EXPECT_THAT(lines, testing::ContainsRegex("info  ~[0-9a-f]+ came conv=~[0-9a-f]+\n"));
  EXPECT_THAT(lines, testing::HasSubstr("\"text\":\"juliet@example.org left\""));
}

TEST(LogSink, WhatRepeatsIsHeldBackExceptForDebugging) {
  testing::internal::CaptureStdout();
  const auto sink = make_stdout_sink({.level = LogLevel::debug});
  for (int i = 0; i < 20; ++i) sink->write(LogLevel::warn, {}, "again");
  for (int i = 0; i < 20; ++i) sink->write(LogLevel::debug, {}, "a line");
  const auto lines = testing::internal::GetCapturedStdout();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), '\n'), 25);
}

class Kept final : public LogSink {
 public:
  void write(LogLevel level, LogFields, std::string_view text) override { lines.emplace_back(level, text); }
  std::vector<std::pair<LogLevel, std::string>> lines;
};

TEST(Log, WritesWhatIsAtLeastAsGraveAsItsLevel) {
  const auto sink = std::make_shared<Kept>();
  sink->set({.level = LogLevel::warn});
  const Log log{sink};
  log.debug("no {}", 1);
  log.info("no");
  log.warn("{}: connection lost", "irc.example.org");
  log.error(LogFields{{"link", "irc.example.org"}}, "yes");
  EXPECT_THAT(sink->lines,
              ElementsAre(Pair(LogLevel::warn, "irc.example.org: connection lost"), Pair(LogLevel::error, "yes")));
  EXPECT_FALSE(log.is_on(LogLevel::info));
  EXPECT_TRUE(log.is_on(LogLevel::warn));
}

TEST(Log, TheLevelOfAllCopiesCanChange) {
  const auto sink = std::make_shared<Kept>();
  Log log{sink};
  const Log copy = log;
  log = Log{};
  sink->set({.level = LogLevel::debug});
  EXPECT_TRUE(copy.is_on(LogLevel::debug));
}

TEST(Log, WithoutASinkSaysNothing) {
  const Log log;
  EXPECT_FALSE(log.is_on(LogLevel::error));
  log.error("nobody hears {}", 1);
}

}  // namespace
}  // namespace isthmus
