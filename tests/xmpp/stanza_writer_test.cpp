#include "xmpp/stanza_writer.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

struct Case {
  const char* name;
  std::string text;
  std::string escaped;
};

class AppendEscaped : public testing::TestWithParam<Case> {};

TEST_P(AppendEscaped, WritesOnlyWhatXmlAllows) { EXPECT_EQ(escaped(GetParam().text), GetParam().escaped); }

INSTANTIATE_TEST_SUITE_P(
    Table, AppendEscaped,
    testing::Values(Case{"empty", "", ""}, Case{"plain", "hello", "hello"},
                    Case{"the_five", "<a & 'b' \"c\">", "&lt;a &amp; &apos;b&apos; &quot;c&quot;&gt;"},
                    Case{"cdata_end", "]]>", "]]&gt;"}, Case{"tab_and_newline", "a\tb\nc", "a\tb\nc"},
                    Case{"carriage_return", "a\r\nb", "a&#13;\nb"},
                    Case{"beyond_ascii", "\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80",
                         "\xC3\xA9 \xE4\xB8\xAD\xE6\x96\x87 \xF0\x9F\x98\x80"},
                    Case{"controls", std::string("\0\x01\x1F", 3), "\uFFFD\uFFFD\uFFFD"},
                    Case{"delete_is_legal", "\x7F", "\x7F"}, Case{"lone_continuation", "a\x80z", "a\uFFFDz"},
                    Case{"overlong", "\xC0\xAF", "\uFFFD\uFFFD"},
                    Case{"surrogate", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"}, Case{"cut_short", "\xE2\x82", "\uFFFD"},
                    Case{"cut_short_before_more", "\xE2\x82x\xF0\x9F\x98", "\uFFFDx\uFFFD"},
                    Case{"no_character", "\xEF\xBF\xBE\xEF\xBF\xBF", "\uFFFD\uFFFD"},
                    Case{"beyond_unicode", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
                    Case{"bad_after_good", "\xC3\xA9\xC3\xA9\xFF\xC3\xA9", "\xC3\xA9\xC3\xA9\uFFFD\xC3\xA9"}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(AppendEscaped, FindsASpecialCharacterAtAnyPlaceInABlock) {
  for (std::size_t length = 0; length < 50; ++length) {
    for (std::size_t at = 0; at <= length; ++at) {
      const std::string before(at, 'x');
      const std::string after(length - at, 'y');
      EXPECT_EQ(escaped(before + "&" + after), before + "&amp;" + after);
      EXPECT_EQ(escaped(before + "\x02" + after), before + "\uFFFD" + after);
    }
  }
}

TEST(AppendEscaped, WhatItWritesTheParserReadsBack) {
  static const std::string alphabet[] = {"a",     "Z",         " ",  "&",  "<",  ">",        "'",
                                         "\"",    "]]>",       "\n", "\t", "\r", "\xC3\xA9", "\xF0\x9F\x98\x80",
                                         "&amp;", "plain text"};
  std::mt19937 random{7};
  StanzaParser parser;
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    for (auto count = random() % 40; count > 0; --count) value += alphabet[random() % std::size(alphabet)];
    std::string out;
    StanzaWriter writer{out};
    writer.open("a").attribute("b", value).leaf("c", value).close();
    ASSERT_TRUE(writer.finished());
    const auto written = out;
    const auto root = parser.parse(out);
    ASSERT_TRUE(root) << written;
    std::string scratch;
    EXPECT_EQ(attribute(*root, "b"), value) << written;
    EXPECT_EQ(text_of(child(*root, component_ns, "c"), scratch), value) << written;
  }
}

TEST(AppendEscaped, RandomBytesStayWellFormed) {
  std::mt19937 random{8};
  StanzaParser parser;
  for (int round = 0; round < 3000; ++round) {
    std::string value;
    for (auto count = random() % 60; count > 0; --count)
      value += static_cast<char>(random() % (round % 2 == 0 ? 256 : 48));
    std::string out;
    StanzaWriter{out}.open("a").attribute("b", value).text(value).close();
    EXPECT_TRUE(parser.parse(out));
  }
}

TEST(StanzaWriter, WritesElementsAttributesAndText) {
  std::string out = "before";
  StanzaWriter writer{out};
  writer.open("message").attribute("to", "o'hara@example.org").attribute("type", "chat");
  writer.leaf("body", "a < b").open("active", "http://jabber.org/protocol/chatstates").close();
  writer.open("x", "urn:x").open("y").text("1").text("&2").close().close().close();
  EXPECT_TRUE(writer.finished());
  EXPECT_EQ(out,
            "before<message to='o&apos;hara@example.org' type='chat'><body>a &lt; b</body>"
            "<active xmlns='http://jabber.org/protocol/chatstates'/><x xmlns='urn:x'><y>1&amp;2</y></x></message>");
}

TEST(StanzaWriter, WritesEmptyTextAsAnEmptyElement) {
  std::string out;
  StanzaWriter{out}.open("message").leaf("subject", "").close();
  EXPECT_EQ(out, "<message><subject/></message>");
}

TEST(StanzaWriter, KeepsWhiteSpaceInAttributes) {
  std::string out;
  StanzaWriter{out}.open("a").attribute("b", "1\t2\n3\r4").close();
  EXPECT_EQ(out, "<a b='1&#9;2&#10;3&#13;4'/>");
}

TEST(StanzaWriter, TakesReadyBytesIntoATagOrAsElements) {
  std::string out;
  StanzaWriter writer{out, "irc.example.org"};
  writer.open("message").ready(" to='a' from='room@irc.example.org/").attribute_end("o'hara").attribute("id", "1");
  writer.ready("<body>x</body>").ready("<active/>").close();
  EXPECT_TRUE(writer.finished());
  EXPECT_EQ(out, "<message to='a' from='room@irc.example.org/o&apos;hara' id='1'><body>x</body><active/></message>");
}

TEST(StanzaWriter, TakesBackAStanzaOverTheLimit) {
  std::string out = "<presence/>";
  StanzaWriter writer{out};
  const std::string_view frame = "<a></a>";
  writer.open("a").text(std::string(StanzaWriter::max_stanza - frame.size(), 'x')).close();
  EXPECT_TRUE(writer.finished());
  out = "<presence/>";
  writer.open("a").text(std::string(StanzaWriter::max_stanza - frame.size() + 1, 'x')).close();
  EXPECT_FALSE(writer.finished());
  EXPECT_EQ(out, "<presence/>");
  writer.open("b").close();
  EXPECT_TRUE(writer.finished());
  EXPECT_EQ(out, "<presence/><b/>");
}

TEST(StanzaWriter, TakesBackAStanzaFromAForeignDomain) {
  struct Row {
    std::string_view from;
    bool is_own;
  };
  for (const auto& [from, is_own] :
       {Row{"irc.example.org", true}, Row{"a%b@irc.example.org", true}, Row{"irc.example.org/x@y", true},
        Row{"a@irc.example.org/c@example.net/d", true}, Row{"example.org", false}, Row{"a@example.org", false},
        Row{"a@example.org/irc.example.org", false}, Row{"xirc.example.org", false}, Row{"", false}}) {
    SCOPED_TRACE(from);
    std::string out = "<presence/>";
    StanzaWriter writer{out, "irc.example.org"};
    writer.open("message").attribute("from", from).open("delay").attribute("from", "example.net").close().close();
    EXPECT_EQ(writer.finished(), is_own);
    EXPECT_EQ(out == "<presence/>", !is_own);
    writer.open("message").close();
    EXPECT_TRUE(writer.finished());
  }
}

#if !defined(NDEBUG)
TEST(StanzaWriterDeathTest, AnAttributeAfterAChildIsOurOwnFault) {
  std::string out;
  StanzaWriter writer{out};
  writer.open("a").leaf("b", "c");
  EXPECT_DEATH(writer.attribute("d", "e"), "is_in_tag_");
}
#endif

}  // namespace
}  // namespace isthmus::xmpp
