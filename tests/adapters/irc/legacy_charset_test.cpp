#include "adapters/irc/legacy_charset.hpp"

#include <gtest/gtest.h>

#include "adapters/irc/charset.hpp"

namespace isthmus::irc {
namespace {

struct Row {
  std::string charset;
  std::string bytes;
  std::string text;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.charset; }

class IrcLegacyCharset : public testing::TestWithParam<Row> {};

TEST_P(IrcLegacyCharset, IsReadAndWritten) {
  const auto charset = LegacyCharset::find(GetParam().charset);
  ASSERT_NE(charset, nullptr);
  std::string buffer;
  EXPECT_EQ(to_utf8(GetParam().bytes, buffer, charset.get()), GetParam().text);
  std::string encoded;
  charset->append_encoded(encoded, GetParam().text);
  EXPECT_EQ(encoded, GetParam().bytes);
  EXPECT_EQ(to_utf8(GetParam().text, buffer, charset.get()), GetParam().text) << "what is UTF-8 is read as such";
}

INSTANTIATE_TEST_SUITE_P(Table, IrcLegacyCharset,
                         testing::Values(Row{"KOI8-R", "\xF0\xD2\xC9\xD7\xC5\xD4!", "Привет!"},
                                         Row{"koi8-r", "\xD7", "в"}, Row{"ISO-8859-15", "10 \xA4 \xE9", "10 € é"},
                                         Row{"WINDOWS-1251", "\xCF\xF0\xE8", "При"},
                                         Row{"EUC-JP", "\xC6\xFC\xCB\xDC", "日本"},
                                         Row{"GBK", "\xD6\xD0\xB9\xFA", "中国"}));

TEST(IrcLegacyCharset, ThatIsUnknownOrUnfitForIrcIsNone) {
  for (const char* name : {"", "klingon", "UTF-16", "UTF-16LE", "UTF-7", "ISO-2022-JP", "EBCDIC-US", "UCS-4",
                           "koi8-r//IGNORE", "../koi8-r"}) {
    EXPECT_EQ(LegacyCharset::find(name), nullptr) << name;
  }
  EXPECT_EQ(LegacyCharset::find(std::string(1000, 'a')), nullptr);
}

TEST(IrcLegacyCharset, WritesSomethingReadableForWhatItLacks) {
  const auto charset = LegacyCharset::find("ISO-8859-1");
  ASSERT_NE(charset, nullptr);
  std::string encoded;
  charset->append_encoded(encoded, "\u201cna\u00efve\u201d \u2026 \U0001F98A\u4e2d!");
  EXPECT_EQ(encoded,
            "\"na\xEFve\" ... ?"
            "?!");
}

TEST(IrcLegacyCharset, ReadsEveryByte) {
  for (const char* name : {"KOI8-R", "SHIFT_JIS", "EUC-JP", "BIG5", "ISO-8859-7"}) {
    const auto charset = LegacyCharset::find(name);
    if (charset == nullptr) continue;
    for (int byte = 0x80; byte < 0x100; ++byte) {
      std::string text;
      charset->append_decoded(text, std::string{static_cast<char>(byte)} + "x");
      EXPECT_FALSE(text.empty()) << name << " " << byte;
    }
    std::string long_text;
    charset->append_decoded(long_text, std::string(5000, '\xE1') + "\x80");
    EXPECT_GT(long_text.size(), 2500U) << name;
  }
}

TEST(IrcLegacyCharset, TellsWhatFitsByItsOwnBytes) {
  const auto charset = LegacyCharset::find("KOI8-R");
  ASSERT_NE(charset, nullptr);
  EXPECT_EQ(charset->fitting("Привет", 3), 6U);
  EXPECT_EQ(charset->fitting("Привет", 6), 12U);
  EXPECT_EQ(charset->fitting("Привет", 0), 2U) << "one at least";
}

}  // namespace
}  // namespace isthmus::irc
