#include "adapters/irc/line_buffer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

using namespace std::literals;

namespace isthmus::irc {
namespace {

std::vector<std::string> lines_of(LineBuffer& buffer, std::string bytes) {
  std::vector<std::string> lines;
  buffer.feed(bytes);
  while (const auto line = buffer.next()) lines.emplace_back(*line);
  return lines;
}

using Lines = std::vector<std::string>;

TEST(IrcLineBuffer, CutsAtLfWithOrWithoutCr) {
  LineBuffer buffer;
  EXPECT_EQ(lines_of(buffer, "a\r\nb\nc\r\n"), (Lines{"a", "b", "c"}));
  EXPECT_EQ(buffer.buffered(), 0U);
}

TEST(IrcLineBuffer, SkipsEmptyLines) {
  LineBuffer buffer;
  EXPECT_EQ(lines_of(buffer, "\r\n\n\r\r\na\n\0\n"s), Lines{"a"});
}

TEST(IrcLineBuffer, RemovesBareCrAndNulWithinALine) {
  LineBuffer buffer;
  EXPECT_EQ(lines_of(buffer, "PRIVMSG #c :a\rb\0c\r\r\nPING x\n"s), (Lines{"PRIVMSG #c :abc", "PING x"}));
}

TEST(IrcLineBuffer, HandsOutAWholeLineInPlace) {
  LineBuffer buffer;
  std::string bytes = "PING x\r\nPING y\r\n";
  buffer.feed(bytes);
  const auto line = buffer.next();
  ASSERT_TRUE(line);
  EXPECT_EQ(line->data(), bytes.data());
}

TEST(IrcLineBuffer, KeepsAPartOnlyWhileTheLineIsCut) {
  LineBuffer buffer;
  EXPECT_EQ(lines_of(buffer, "PING x\r\nPIN"), Lines{"PING x"});
  EXPECT_EQ(buffer.buffered(), 3U);
  EXPECT_EQ(lines_of(buffer, "G "), Lines{});
  EXPECT_EQ(lines_of(buffer, "y\r"), Lines{});
  EXPECT_EQ(lines_of(buffer, "\nPING z\n"), (Lines{"PING y", "PING z"}));
  EXPECT_EQ(buffer.buffered(), 0U);
}

TEST(IrcLineBuffer, SkipsAnOverLongLineAndGoesOn) {
  LineBuffer buffer{8};
  EXPECT_EQ(lines_of(buffer, "12345678\n123456789\nPING x\n"), (Lines{"12345678", "PING x"}));
  EXPECT_EQ(buffer.skipped(), 1U);
  EXPECT_EQ(lines_of(buffer, "12345"), Lines{});
  EXPECT_EQ(lines_of(buffer, "6789"), Lines{});
  EXPECT_EQ(buffer.buffered(), 0U);
  EXPECT_EQ(lines_of(buffer, std::string(100'000, 'x')), Lines{});
  EXPECT_EQ(buffer.buffered(), 0U);
  EXPECT_EQ(lines_of(buffer, "x\nPING y\n"), Lines{"PING y"});
  EXPECT_EQ(buffer.skipped(), 2U);
}

TEST(IrcLineBuffer, ForgetsTheCutLineOnReset) {
  LineBuffer buffer;
  EXPECT_EQ(lines_of(buffer, "half a li"), Lines{});
  buffer.reset();
  EXPECT_EQ(lines_of(buffer, "PING x\n"), Lines{"PING x"});
}

// Property: where the network cuts the bytes makes no difference.
TEST(IrcLineBuffer, GivesTheSameLinesHoweverTheInputIsSplit) {
  std::mt19937 random{7};
  const std::string alphabet = "ab \r\r\n\n\n\0"s;
  for (int round = 0; round < 2000; ++round) {
    std::string bytes;
    for (auto left = random() % 60; left > 0; --left) bytes += alphabet[random() % alphabet.size()];
    LineBuffer whole{6};
    const Lines want = lines_of(whole, bytes);
    LineBuffer split{6};
    Lines got;
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t size = 1 + random() % 5;
      for (auto& line : lines_of(split, bytes.substr(at, size))) got.push_back(std::move(line));
      at += size;
    }
    ASSERT_EQ(got, want) << testing::PrintToString(bytes);
    ASSERT_EQ(split.skipped(), whole.skipped());
    ASSERT_EQ(split.buffered(), whole.buffered());
    ASSERT_LE(split.buffered(), 6U);
  }
}

}  // namespace
}  // namespace isthmus::irc
