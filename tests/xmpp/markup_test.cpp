#include "xmpp/markup.hpp"

#include <gtest/gtest.h>

#include "xmpp/styling.hpp"

namespace isthmus::xmpp {
namespace {

using Kind = Span::Kind;

std::string markup_of(std::string_view text, const std::vector<Span>& spans, std::size_t before = 0) {
  std::string out;
  StanzaWriter writer{out};
  writer.open("message");
  write_markup(writer, text, spans, before);
  writer.close();
  const std::string_view inside = out;
  return inside == "<message/>" ? std::string{} : std::string{inside.substr(9, inside.size() - 19)};
}

std::vector<Span> read(const std::string& xml, std::string_view body) {
  pugi::xml_document document;
  EXPECT_TRUE(document.load_string(xml.c_str())) << xml;
  return read_markup(document.first_child(), body);
}

struct Row {
  std::string name;
  std::string text;
  std::vector<Span> spans;
  std::string inside;  // of <markup/>; empty: no markup at all
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class MarkupTest : public testing::TestWithParam<Row> {};

TEST_P(MarkupTest, CountsCodePointsAndNeverOverlaps) {
  const auto& row = GetParam();
  EXPECT_EQ(markup_of(row.text, row.spans),
            row.inside.empty() ? "" : "<markup xmlns='urn:xmpp:markup:0'>" + row.inside + "</markup>");
}

INSTANTIATE_TEST_SUITE_P(
    Table, MarkupTest,
    testing::Values(Row{"none", "abc", {}, ""}, Row{"underline_has_no_form", "abc", {{Kind::underline, 0, 3}}, ""},
                    Row{"one", "no really no", {{Kind::italic, 3, 9}}, "<span start='3' end='9'><emphasis/></span>"},
                    Row{"beyond_ascii", "жы🦊b", {{Kind::bold, 4, 9}}, "<span start='2' end='4'><strong/></span>"},
                    Row{"overlapping",
                        "abcd",
                        {{Kind::bold, 0, 3}, {Kind::strike, 1, 4}},
                        "<span start='0' end='1'><strong/></span><span start='1' end='3'><strong/><deleted/></span>"
                        "<span start='3' end='4'><deleted/></span>"},
                    Row{"one_kind_twice",
                        "abcd",
                        {{Kind::code, 0, 3}, {Kind::code, 1, 2}},
                        "<span start='0' end='3'><code/></span>"}),
    [](const auto& row) { return row.param.name; });

TEST(Markup, BeginsBehindWhatStandsBeforeTheText) {
  EXPECT_EQ(markup_of("waves", {{Kind::bold, 0, 5}}, 4),
            "<markup xmlns='urn:xmpp:markup:0'><span start='4' end='9'><strong/></span></markup>");
}

TEST(Markup, IsReadAsItIsWritten) {
  const std::string text = "жы🦊b and so on";
  const std::vector<Span> spans{{Kind::bold, 2, 9}, {Kind::code, 10, 13}};
  EXPECT_EQ(read(markup_of(text, spans), text), spans);
}

TEST(Markup, OfUnknownOrSenselessKindsIsIgnored) {
  const std::string xml =
      "<markup xmlns='urn:xmpp:markup:0'><list start='0' end='3'><li start='0'/></list>"
      "<span start='0' end='9'><strong/></span><span start='2' end='1'><strong/></span>"
      "<span start='-1' end='1'><strong/></span><span end='1'><strong/></span><span start='0' end='1'><blink/></span>"
      "<x xmlns='urn:example:x' start='0' end='1'/><bquote start='1' end='2'/><bcode start='0' end='3'/>"
      "<span start='0' end='1'><code/><emphasis/></span></markup>";
  const std::vector<Span> sensible{
      {Kind::code_block, 0, 3}, {Kind::italic, 0, 1}, {Kind::code, 0, 1}, {Kind::quote, 1, 2}};
  EXPECT_EQ(read(xml, "abc"), sensible);
}

TEST(Markup, HasALimitOfSpans) {
  std::string xml = "<markup xmlns='urn:xmpp:markup:0'>";
  for (int i = 0; i < 2000; ++i) xml += "<span start='0' end='1'><strong/></span>";
  EXPECT_EQ(read(xml + "</markup>", "abc").size(), max_styled_spans);
}

}  // namespace
}  // namespace isthmus::xmpp
