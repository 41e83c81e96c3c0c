#include "adapters/irc/formatting.hpp"

#include <gtest/gtest.h>

#include <random>

namespace isthmus::irc {
namespace {

using Kind = Span::Kind;

Message said_by(std::string_view bytes) {
  Message said;
  std::string buffer;
  append_text(said, bytes, buffer);
  return said;
}

/// "text | bold(0-4) italic(2-3)".
std::string described(const Message& said) {
  static constexpr const char* names[] = {"bold", "italic", "underline", "strike", "code", "code_block", "quote"};
  std::string all = said.text + " |";
  for (const Span& span : said.spans) {
    all += std::string{" "} + names[static_cast<int>(span.kind)] + "(" + std::to_string(span.begin) + "-" +
           std::to_string(span.end) + ")";
  }
  return all;
}

struct Row {
  std::string name;
  std::string bytes;
  std::string said;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class IrcFormatting : public testing::TestWithParam<Row> {};

TEST_P(IrcFormatting, BecomesSpansBesideThePlainText) {
  EXPECT_EQ(described(said_by(GetParam().bytes)), GetParam().said);
}

TEST_P(IrcFormatting, IsTheSameWhenItIsWrittenAgain) {
  const Message said = said_by(GetParam().bytes);
  EXPECT_EQ(described(said_by(to_coded_text(said.text, said.spans))), GetParam().said);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcFormatting,
    testing::Values(Row{"plain", "hello", "hello |"},
                    Row{"bold",
                        "a \x02"
                        "bold\x02 b",
                        "a bold b | bold(2-6)"},
                    Row{"each",
                        "\x02"
                        "a\x02\x1D"
                        "b\x1D\x1F"
                        "c\x1F\x1E"
                        "d\x1E\x11"
                        "e\x11",
                        "abcde | bold(0-1) italic(1-2) underline(2-3) strike(3-4) code(4-5)"},
                    Row{"ends_with_the_line",
                        "a\x02"
                        "b",
                        "ab | bold(1-2)"},
                    Row{"reset_ends_all",
                        "\x02\x1D"
                        "a\x0F"
                        "b",
                        "ab | bold(0-1) italic(0-1)"},
                    Row{"overlapping",
                        "\x02"
                        "a\x1D"
                        "b\x02"
                        "c\x1D",
                        "abc | bold(0-2) italic(1-3)"},
                    Row{"nothing_in_between",
                        "a\x02\x02"
                        "b",
                        "ab |"},
                    Row{"one_that_goes_on",
                        "\x02"
                        "a\x02\x02"
                        "b",
                        "ab | bold(0-2)"},
                    Row{"colours_are_dropped",
                        "\x03"
                        "04,12red\x03 \x04"
                        "ff0000,00ff00green\x04 \x16reverse\x16",
                        "red green reverse |"},
                    Row{"colours_within_bold",
                        "\x02"
                        "a\x03"
                        "4b\x02"
                        "c",
                        "abc | bold(0-2)"},
                    Row{"beyond_ascii", "\xC3\xA9\x02\xF0\x9F\xA6\x8A\x02", "\xC3\xA9\xF0\x9F\xA6\x8A | bold(2-6)"},
                    Row{"western", "\x02\xE9\x02 \xE9t\xE9", "\xC3\xA9 \xC3\xA9t\xC3\xA9 | bold(0-2)"},
                    Row{"other_controls",
                        "a\x02\x07"
                        "b\x01",
                        "ab | bold(1-2)"},
                    Row{"codes_alone", "\x02\x0F\x03", " |"}),
    [](const auto& row) { return row.param.name; });

TEST(IrcFormatting, OfALineIsAddedToWhatWasSaidBefore) {
  Message said{.style = Style::normal, .text = "\xC3\xA9 ", .spans = {{Kind::bold, 0, 2}}};
  std::string buffer;
  append_text(said, "\x02x\x02y", buffer);
  EXPECT_EQ(described(said), "\xC3\xA9 xy | bold(0-2) bold(3-4)");
}

TEST(IrcFormatting, OfLinesMovesWithThem) {
  Message said = said_by("x\x02y");
  put_before(said, said_by("\x1D"
                           "ab"));
  EXPECT_EQ(described(said), "ab\nxy | italic(0-2) bold(4-5)");
}

struct Coded {
  std::string name;
  std::string text;
  std::vector<Span> spans;
  std::string coded;
};
void PrintTo(const Coded& row, std::ostream* out) { *out << row.name; }

class IrcCodedText : public testing::TestWithParam<Coded> {};

TEST_P(IrcCodedText, BeginsAnewOnEachLine) {
  EXPECT_EQ(to_coded_text(GetParam().text, GetParam().spans), GetParam().coded);
}

INSTANTIATE_TEST_SUITE_P(Table, IrcCodedText,
                         testing::Values(Coded{"over_two_lines",
                                               "ab\n\ncd e",
                                               {{Kind::bold, 1, 6}},
                                               "a\x02"
                                               "b\n\n\x02"
                                               "cd\x02 e"},
                                         Coded{"code_block",
                                               "a\nb",
                                               {{Kind::code_block, 0, 3}},
                                               "\x11"
                                               "a\n\x11"
                                               "b"},
                                         Coded{"quotation",
                                               "a\nb\nc",
                                               {{Kind::quote, 0, 3}, {Kind::quote, 0, 1}, {Kind::bold, 2, 3}},
                                               ">> a\n> \x02"
                                               "b\nc"},
                                         Coded{"beyond_the_text",
                                               "ab",
                                               {{Kind::bold, 1, 9}, {Kind::italic, 7, 9}},
                                               "a\x02"
                                               "b"},
                                         Coded{"twice_the_same",
                                               "abc",
                                               {{Kind::bold, 0, 3}, {Kind::bold, 1, 2}},
                                               "\x02"
                                               "abc"}),
                         [](const auto& row) { return row.param.name; });

TEST(IrcFormatting, GoesOutAsItCameInWhateverTheCodes) {
  std::mt19937 random{7};
  const std::string alphabet{"ab \x02\x1D\x1F\x1E\x11\x0F\xC3\xA9", 11};
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(random() % 24, ' ');
    for (char& c : bytes) c = alphabet[random() % alphabet.size()];
    const Message once = said_by(bytes);
    const Message twice = said_by(to_coded_text(once.text, once.spans));
    ASSERT_EQ(described(once), described(twice)) << testing::PrintToString(bytes);
    for (const Span& span : once.spans) ASSERT_LT(span.begin, span.end);
  }
}

}  // namespace
}  // namespace isthmus::irc
