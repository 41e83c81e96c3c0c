#include "adapters/irc/charset.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "adapters/irc/bytes.hpp"

using namespace std::literals;

namespace isthmus::irc {
namespace {

struct Case {
  std::string name;
  std::string bytes;
  std::string text;
};

class IrcToUtf8 : public testing::TestWithParam<Case> {};

TEST_P(IrcToUtf8, GivesTheText) {
  std::string buffer;
  EXPECT_EQ(to_utf8(GetParam().bytes, buffer), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, IrcToUtf8,
    testing::Values(
        Case{"Ascii", "hello there, world: 0123456789", "hello there, world: 0123456789"}, Case{"Empty", "", ""},
        Case{"Utf8", "gr\u00fc\u00df dich \u20ac \U0001F600", "gr\u00fc\u00df dich \u20ac \U0001F600"},
        Case{"Latin1", "gr\xFC\xDF dich", "gr\u00fc\u00df dich"}, Case{"Latin1AtTheEnd", "caf\xE9", "caf\u00e9"},
        Case{"Latin1AndEllipsisAtTheEnd", "caf\xE9\x85", "caf\u00e9\u2026"},
        Case{"Cp1252", "\x80 \x93quoted\x94 \x96", "\u20ac \u201cquoted\u201d \u2013"},
        Case{"Cp1252Undefined",
             "a\x81\x8D\x8F\x90\x9D"
             "b\xFF",
             "a\uFFFD\uFFFD\uFFFD\uFFFD\uFFFDb\u00ff"},
        Case{"CutAfterOtherUtf8", "gr\u00fc\xC3", "gr\u00fc"}, Case{"CutInsideAnEmoji", "hi \xF0\x9F\x98", "hi "},
        Case{"CutInsideAnEmojiAfterTwoBytes", "hi \xF0\x9F", "hi "}, Case{"CutInsideAEuroSign", "10 \xE2\x82", "10 "},
        Case{"CutAtTheLineLimit", std::string(400, 'a') + "\xE9", std::string(400, 'a')},
        Case{"BrokenInTheMiddle", "a\xC3 b\u00fc", "a\u00c3 b\u00c3\u00bc"},
        Case{"Overlong", "\xC0\xAF", "\u00c0\u00af"}, Case{"Surrogate", "\xED\xA0\x80", "\u00ed\u00a0\u20ac"},
        Case{"OverTheLast", "\xF4\x90\x80\x80", "\u00f4\uFFFD\u20ac\u20ac"},
        Case{"LoneContinuation", "a\xBF", "a\u00bf"},
        Case{"Controls",
             "a\x01"
             "b\x02"
             "c\td\x1F"
             "e\0f\r\n\x1B"s,
             "abc\tdef"},
        Case{"ControlsFarIn", "0123456789abcdef0123456789\x02x", "0123456789abcdef0123456789x"},
        Case{"ColourDigitsStay",
             "\x03"
             "4,5red",
             "4,5red"},
        Case{"NotForXml",
             "a\xEF\xBF\xBE"
             "b\xEF\xBF\xBF"
             "c\xEF\xBF\xBD",
             "abc\uFFFD"},
        Case{"ControlsInLatin1",
             "\x02"
             "caf\xE9\x02 ol\xE9!",
             "caf\u00e9 ol\u00e9!"}),
    [](const auto& row) { return row.param.name; });

class IrcPlainText : public testing::TestWithParam<Case> {};

TEST_P(IrcPlainText, HasNoFormatting) {
  std::string buffer;
  EXPECT_EQ(plain_text(GetParam().bytes, buffer), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Table, IrcPlainText,
                         testing::Values(Case{"None", "hello", "hello"},
                                         Case{"Toggles",
                                              "\x02"
                                              "b\x02 \x1D"
                                              "i\x1D \x1F"
                                              "u\x1F \x1E"
                                              "s\x1E \x11m\x11 \x16r\x16 \x0Fx",
                                              "b i u s m r x"},
                                         Case{"OneDigit",
                                              "\x03"
                                              "4red\x03 plain",
                                              "red plain"},
                                         Case{"TwoDigits",
                                              "\x03"
                                              "04red",
                                              "red"},
                                         Case{"ThirdDigitIsText",
                                              "\x03"
                                              "0412",
                                              "12"},
                                         Case{"Background",
                                              "\x03"
                                              "4,12red",
                                              "red"},
                                         Case{"BackgroundThirdDigitIsText",
                                              "\x03"
                                              "4,123",
                                              "3"},
                                         Case{"CommaWithoutBackground",
                                              "\x03"
                                              "4, red",
                                              ", red"},
                                         Case{"CommaWithoutColour", "\x03,4 red", ",4 red"},
                                         Case{"ResetBeforeText", "\x03red", "red"},
                                         Case{"ColourAtTheEnd",
                                              "red\x03"
                                              "4,",
                                              "red,"},
                                         Case{"HexColour",
                                              "\x04"
                                              "FF00aared",
                                              "red"},
                                         Case{"HexBackground",
                                              "\x04"
                                              "FF00aa,123456red",
                                              "red"},
                                         Case{"ShortHexIsText",
                                              "\x04"
                                              "FF00",
                                              "FF00"},
                                         Case{"InLatin1",
                                              "\x03"
                                              "4,5caf\xE9\x03",
                                              "caf\u00e9"},
                                         Case{"InUtf8",
                                              "\x02\u00fc\x03"
                                              "12\u20ac",
                                              "\u00fc\u20ac"}),
                         [](const auto& row) { return row.param.name; });

TEST(IrcToUtf8, DoesNotCopyWhatIsRightAlready) {
  std::string buffer;
  for (const std::string_view text : {"plain text of more than sixteen bytes"sv, "gr\u00fc\u00df dich \U0001F600"sv}) {
    EXPECT_EQ(to_utf8(text, buffer).data(), text.data());
    EXPECT_EQ(plain_text(text, buffer).data(), text.data());
  }
  const std::string_view cut = "gr\u00fc\xC3";
  EXPECT_EQ(to_utf8(cut, buffer).data(), cut.data());
}

// Property: whatever comes in, XML may hold what goes out.
TEST(IrcToUtf8, GivesOnlyWhatXmlMayHold) {
  std::mt19937 random{11};
  const std::string alphabet =
      "ab \x02\x03\x04"
      "1,4\t\r\n\x80\xBF\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBE\xF0\x9F\x98\x80\xED\xFF"s;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto left = random() % 24; left > 0; --left) bytes += alphabet[random() % alphabet.size()];
    std::string first;
    std::string second;
    for (const std::string_view text : {to_utf8(bytes, first), plain_text(bytes, second)}) {
      for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = first_code_point(text.substr(at));
        ASSERT_GT(point.length, 0) << testing::PrintToString(bytes);
        ASSERT_TRUE(point.value >= 0x20 || point.value == '\t');
        ASSERT_TRUE(point.value != 0xFFFE && point.value != 0xFFFF);
        at += point.length;
      }
    }
  }
}

}  // namespace
}  // namespace isthmus::irc
