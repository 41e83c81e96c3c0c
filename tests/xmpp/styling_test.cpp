#include "xmpp/styling.hpp"

#include <gtest/gtest.h>

#include "gateway/model/marked_text.hpp"

namespace isthmus::xmpp {
namespace {

using Kind = Span::Kind;

/// The spans as a person reads them: "bold 'strong'".
std::string described(const StyledText& styled) {
  static constexpr const char* names[] = {"bold", "italic", "underline", "strike", "code", "code_block", "quote"};
  std::string all;
  for (const Span& span : styled.spans) {
    all += std::string{all.empty() ? "" : ", "} + names[static_cast<int>(span.kind)] + " '" +
           styled.text.substr(span.begin, span.end - span.begin) + "'";
  }
  return all;
}

struct Styled {
  std::string name;
  std::string written;
  std::string text;
  std::string spans;
};
void PrintTo(const Styled& row, std::ostream* out) { *out << row.name; }

class StylingTest : public testing::TestWithParam<Styled> {};

TEST_P(StylingTest, IsReadByTheRulesOfTheXep) {
  const auto& row = GetParam();
  const auto styled = parse_styling(row.written);
  ASSERT_TRUE(styled);
  EXPECT_EQ(styled->text, row.text);
  EXPECT_EQ(described(*styled), row.spans);
  EXPECT_TRUE(may_be_styled(row.written));
}

TEST_P(StylingTest, SaysTheSameWhenItIsWrittenAgain) {
  const auto styled = parse_styling(GetParam().written);
  ASSERT_TRUE(styled);
  EXPECT_EQ(parse_styling(to_marked_text(styled->text, styled->spans, Fences::backticks)), styled);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StylingTest,
    testing::Values(
        Styled{"strong", "*strong span*", "strong span", "bold 'strong span'"},
        Styled{"emphasis", "plain _emphasis_ plain", "plain emphasis plain", "italic 'emphasis'"},
        Styled{"pre_and_strong", "`pre` plain *strong*", "pre plain strong", "code 'pre', bold 'strong'"},
        Styled{"the_first_mark_that_closes", "*strong*plain*", "strongplain*", "bold 'strong'"},
        Styled{"a_mark_before_a_space_opens_nothing", "* plain *strong*", "* plain strong", "bold 'strong'"},
        Styled{"strike_within_a_word", "Everyone ~dis~likes cake.", "Everyone dislikes cake.", "strike 'dis'"},
        Styled{"code_holds_no_marks", "This is `*monospace*`", "This is *monospace*", "code '*monospace*'"},
        Styled{"nested", "*`monospace and bold`*", "monospace and bold",
               "bold 'monospace and bold', code 'monospace and bold'"},
        Styled{"three_deep", "*a _b ~c~_*", "a b c", "bold 'a b c', italic 'b c', strike 'c'"},
        Styled{"behind_a_no_break_space", "a\u00a0*b*", "a\u00a0b", "bold 'b'"},
        Styled{"the_rest_of_a_line_with_an_open_mark", "*a _b_ c", "*a b c", "italic 'b'"},
        Styled{"beyond_ascii", "*жирный* – 🦊", "жирный – 🦊", "bold 'жирный'"},
        Styled{"quotation", "> That that is, is.\n\nSaid the old hermit.", "That that is, is.\n\nSaid the old hermit.",
               "quote 'That that is, is.'"},
        Styled{"quotation_in_a_quotation", ">> That that is, is.\n> Said the old hermit.\n\nWho?",
               "That that is, is.\nSaid the old hermit.\n\nWho?",
               "quote 'That that is, is.\nSaid the old hermit.', quote 'That that is, is.'"},
        Styled{"marks_in_a_quotation", "> *so* it is\nyes", "so it is\nyes", "quote 'so it is', bold 'so'"},
        Styled{"preformatted", "```ignored\n(println \"*Hello*\")\n```\n\nplain", "(println \"*Hello*\")\n\nplain",
               "code_block '(println \"*Hello*\")'"},
        Styled{"preformatted_to_the_end_of_its_quotation", "> ```\n> (println)\n\nplain", "(println)\n\nplain",
               "quote '(println)', code_block '(println)'"},
        Styled{"preformatted_without_an_end", "```\na\n b", "a\n b", "code_block 'a\n b'"}),
    [](const auto& row) { return row.param.name; });

class UnstyledTest : public testing::TestWithParam<std::string> {};

TEST_P(UnstyledTest, StaysAsItWasWritten) { EXPECT_EQ(parse_styling(GetParam()), std::nullopt); }

INSTANTIATE_TEST_SUITE_P(Table, UnstyledTest,
                         testing::Values("", "plain", "not strong*", "*not strong", "*not \n strong*", "*not *strong",
                                         "**", "***", "****", "* a *", "2*3*4", "snake_case_name", "https://x/_a_",
                                         "*.c *.h", "a > b", ">", "> \n>", "```\n```", "*a *"));

TEST(Styling, ItIsTimeToReadEvenWhatIsWrittenToTakeLong) {
  std::string many;
  for (int i = 0; i < 12'000; ++i) many += "*a _b ";
  EXPECT_EQ(parse_styling(many), std::nullopt);
  std::string deep(10'000, '>');
  const auto styled = parse_styling(deep + " a");
  ASSERT_TRUE(styled);
  EXPECT_EQ(styled->spans.size(), max_quote_depth);
  EXPECT_EQ(parse_styling(std::string(max_styled_text, ' ') + "*a*"), std::nullopt) << "too long to be read";
  std::string often;
  for (std::size_t i = 0; i <= max_styled_spans; ++i) often += "*a* ";
  EXPECT_EQ(parse_styling(often), std::nullopt) << "more than the limit";
}

struct Accident {
  std::string text;
  bool may_be;
};
void PrintTo(const Accident& row, std::ostream* out) { *out << row.text; }

class AccidentTest : public testing::TestWithParam<Accident> {};

TEST_P(AccidentTest, IsSeenWhereAClientMightStyleIt) { EXPECT_EQ(may_be_styled(GetParam().text), GetParam().may_be); }

INSTANTIATE_TEST_SUITE_P(Table, AccidentTest,
                         testing::Values(Accident{"rm *.c *.h", true}, Accident{"> _ <", true},
                                         Accident{"see\n> this", true}, Accident{"(*really*)", true},
                                         Accident{"```", true}, Accident{"", false}, Accident{"a * b * c", false},
                                         Accident{"snake_case_name", false}, Accident{"1 > 0", false},
                                         Accident{"*alone", false}, Accident{"*two\nlines*", false},
                                         Accident{"it is 5*3*2", false}));

}  // namespace
}  // namespace isthmus::xmpp
