#include "adapters/irc/splitter.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/ctcp.hpp"

using namespace std::literals;

namespace isthmus::irc {
namespace {

using Pieces = std::vector<std::string>;
constexpr std::size_t plenty = 10'000;

Pieces pieces_of(std::string_view body, std::size_t budget) {
  std::vector<std::string_view> pieces;
  EXPECT_TRUE(split(body, budget, plenty, pieces));
  return {pieces.begin(), pieces.end()};
}

TEST(IrcSplitter, LeavesAShortLineAsItIs) {
  EXPECT_EQ(pieces_of("hello there", 100), Pieces{"hello there"});
  EXPECT_EQ(pieces_of("hello", 5), Pieces{"hello"});
  EXPECT_EQ(pieces_of("  indented ", 100), Pieces{"  indented "});
}

TEST(IrcSplitter, CutsAtEveryKindOfLineEnd) {
  EXPECT_EQ(pieces_of("a\nb\r\nc\rd", 100), (Pieces{"a", "b", "c", "d"}));
  EXPECT_EQ(pieces_of("a\rQUIT", 100), (Pieces{"a", "QUIT"}));
  EXPECT_EQ(pieces_of("a\0b"s, 100), (Pieces{"a", "b"}));
}

TEST(IrcSplitter, DropsBlankLines) {
  EXPECT_EQ(pieces_of("a\n\n  \n\t\nb\n", 100), (Pieces{"a", "b"}));
  EXPECT_EQ(pieces_of("", 100), Pieces{});
  EXPECT_EQ(pieces_of(" \r\n \t\n", 100), Pieces{});
}

TEST(IrcSplitter, CutsAfterASpaceInTheLastThird) {
  EXPECT_EQ(pieces_of("one two three four", 10), (Pieces{"one two ", "three four"}));
  EXPECT_EQ(pieces_of("abcdefghij k", 11), (Pieces{"abcdefghij ", "k"}));
}

TEST(IrcSplitter, CutsInsideAWordWhenTheLastThirdHasNoSpace) {
  EXPECT_EQ(pieces_of("a bcdefghijklmnop", 12), (Pieces{"a bcdefghijk", "lmnop"}));
  EXPECT_EQ(pieces_of("abcdefghijkl mno", 12), (Pieces{"abcdefghijkl", " mno"}));
}

TEST(IrcSplitter, NeverCutsInsideACodePoint) {
  EXPECT_EQ(pieces_of("aaa\U0001F600\U0001F601", 8), (Pieces{"aaa\U0001F600", "\U0001F601"}));
  EXPECT_EQ(pieces_of("\u20ac\u20ac\u20ac", 5), (Pieces{"\u20ac", "\u20ac", "\u20ac"}));
}

TEST(IrcSplitter, KeepsACharacterTogether) {
  EXPECT_EQ(pieces_of("abcde\u0301fg", 5), (Pieces{"abcd", "e\u0301fg"})) << "combining acute accent";
  const std::string family = "\U0001F468\u200D\U0001F469\u200D\U0001F467";  // 18 bytes
  EXPECT_EQ(pieces_of("0123456789abcdefghij" + family, 28), (Pieces{"0123456789abcdefghij", family}))
      << "zero-width joiner";
  EXPECT_EQ(pieces_of("01234567\U0001F44D\U0001F3FD", 13), (Pieces{"01234567", "\U0001F44D\U0001F3FD"})) << "skin tone";
  EXPECT_EQ(pieces_of("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", 12),
            (Pieces{"\U0001F1E9\U0001F1EA", "\U0001F1EB\U0001F1F7"}))
      << "flags";
}

TEST(IrcSplitter, CutsACharacterThatIsLongerThanHalfALine) {
  std::string tower = "e";
  for (int i = 0; i < 20; ++i) tower += "\u0301";
  const Pieces pieces = pieces_of(tower, 20);
  ASSERT_EQ(pieces.size(), 3U);
  EXPECT_EQ(pieces[0].size(), 19U);
}

TEST(IrcSplitter, RefusesMorePiecesThanAllowed) {
  std::vector<std::string_view> pieces;
  EXPECT_TRUE(split("a\nb\nc", 100, 3, pieces));
  EXPECT_EQ(pieces.size(), 3U);
  EXPECT_FALSE(split("a\nb\nc\nd", 100, 3, pieces));
  EXPECT_TRUE(pieces.empty());
  EXPECT_TRUE(split("a\nb\nc\n\n", 100, 3, pieces));
  EXPECT_FALSE(split(std::string(1000, 'x'), 100, 9, pieces));
}

TEST(IrcSplitter, ReplacesWhatThePiecesHeldBefore) {
  std::vector<std::string_view> pieces{"old"};
  EXPECT_TRUE(split("new", 100, 8, pieces));
  EXPECT_EQ(pieces, std::vector<std::string_view>{"new"});
}

TEST(IrcSplitter, IsNotLedAstrayByBytesThatAreNoUtf8) {
  const std::string body(100, '\x80');
  std::string joined;
  for (const auto& piece : pieces_of(body, 7)) joined += piece;
  EXPECT_EQ(joined, body);
}

TEST(IrcTextBudget, IsWhatTheServersLineLeaves) {
  const PrefixLength own{.nick = 2, .user = 5, .host = 12};
  const std::string line = ":al!~user@host.example PRIVMSG #chan :";
  ASSERT_EQ(own.nick + own.user + own.host, "al"sv.size() + "~user"sv.size() + "host.example"sv.size());
  EXPECT_EQ(text_budget(own, "PRIVMSG", "#chan"), 512 - line.size() - 2);
  EXPECT_EQ(text_budget(own, "PRIVMSG", "#chan", action_overhead), 512 - line.size() - 2 - 9);
  EXPECT_EQ(text_budget(own, "PRIVMSG", "#chan", 0, 2048), 2048 - line.size() - 2);
}

TEST(IrcTextBudget, HasALowerBound) {
  EXPECT_EQ(text_budget({.nick = 500, .user = 500, .host = 500}, "PRIVMSG", "#c"), min_text_budget);
}

std::string random_body(std::mt19937& random) {
  static const std::vector<std::string> parts = {
      "a",       "b",      "word",   " ",          " ",          "\n",         "\r\n",       "\r", "\u00e9",
      "e\u0301", "\u20ac", "\u200D", "\U0001F600", "\U0001F1E9", "\U0001F1EA", "\U0001F3FD", "\t"};
  std::string body;
  for (auto left = random() % 400; left > 0; --left) body += parts[random() % parts.size()];
  return body;
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto length = first_code_point(text).length;
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// The lines of `body` that are not blank, joined: what the pieces must join to.
std::string wanted_text(const std::string& body) {
  std::string all;
  std::string line;
  for (const char c : body + "\n") {
    if (c != '\n' && c != '\r') {
      line += c;
      continue;
    }
    if (line.find_first_not_of(" \t") != std::string::npos) all += line;
    line.clear();
  }
  return all;
}

// Properties: every relayed line fits, every piece is UTF-8 and not empty, and the pieces join to the input.
TEST(IrcSplitter, LosesNothingAndFitsWhateverTheLengths) {
  std::mt19937 random{3};
  std::vector<std::string_view> pieces;
  for (int round = 0; round < 3000; ++round) {
    const std::string body = random_body(random);
    const PrefixLength own{.nick = 1 + random() % 30, .user = 1 + random() % 11, .host = 1 + random() % 63};
    const std::string target = "#" + std::string(random() % 200, 'c');
    const bool is_action = random() % 2 == 0;
    const std::size_t budget = text_budget(own, "PRIVMSG", target, is_action ? action_overhead : 0);
    ASSERT_TRUE(split(body, budget, plenty, pieces));
    std::string joined;
    for (const std::string_view piece : pieces) {
      std::string text{piece};
      if (is_action) {
        text.clear();
        append_ctcp(text, "ACTION", piece);
      }
      std::string line =
          ":" + std::string(own.nick, 'n') + "!" + std::string(own.user, 'u') + "@" + std::string(own.host, 'h') + " ";
      const std::string_view middle[] = {target};
      ASSERT_TRUE(append_line(line, "PRIVMSG", middle, text));
      ASSERT_LE(line.size(), default_line_length);
      ASSERT_FALSE(piece.empty());
      ASSERT_TRUE(is_utf8(piece));
      joined += piece;
    }
    ASSERT_EQ(joined, wanted_text(body));
  }
}

TEST(IrcSplitter, HoldsForEveryBudgetDownToOneCodePoint) {
  std::mt19937 random{5};
  std::vector<std::string_view> pieces;
  for (int round = 0; round < 3000; ++round) {
    const std::string body = random_body(random);
    const std::size_t budget = 4 + random() % 40;
    ASSERT_TRUE(split(body, budget, plenty, pieces));
    std::string joined;
    for (const std::string_view piece : pieces) {
      ASSERT_LE(piece.size(), budget);
      ASSERT_TRUE(is_utf8(piece));
      joined += piece;
    }
    ASSERT_EQ(joined, wanted_text(body));
  }
}

}  // namespace
}  // namespace isthmus::irc
