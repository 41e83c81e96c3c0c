#include "gateway/model/marked_text.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace isthmus {
namespace {

using Kind = Span::Kind;

struct Marked {
  std::string name;
  std::string text;
  std::vector<Span> spans;
  std::string without_fences;
  std::string with_fences;  // empty: the same
};
void PrintTo(const Marked& row, std::ostream* out) { *out << row.name; }

class MarkedTextTest : public testing::TestWithParam<Marked> {};

TEST_P(MarkedTextTest, IsWhatAPersonWouldType) {
  const auto& row = GetParam();
  EXPECT_EQ(to_marked_text(row.text, row.spans, Fences::none), row.without_fences);
  EXPECT_EQ(to_marked_text(row.text, row.spans, Fences::backticks),
            row.with_fences.empty() ? row.without_fences : row.with_fences);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MarkedTextTest,
    testing::Values(
        Marked{"nothing", "", {}, "", {}}, Marked{"plain", "a\nb", {}, "a\nb", {}},
        Marked{"each_kind",
               "b i s c u",
               {{Kind::bold, 0, 1},
                {Kind::italic, 2, 3},
                {Kind::strike, 4, 5},
                {Kind::code, 6, 7},
                {Kind::underline, 8, 9}},
               "*b* _i_ ~s~ `c` u",
               {}},
        Marked{"nested", "abc", {{Kind::bold, 0, 3}, {Kind::italic, 1, 2}}, "*a_b_c*", {}},
        Marked{"of_the_same_place", "abc", {{Kind::bold, 0, 3}, {Kind::italic, 0, 3}}, "*_abc_*", {}},
        Marked{"overlapping", "abc", {{Kind::bold, 0, 2}, {Kind::italic, 1, 3}}, "*a_b*c_", {}},
        Marked{"over_two_lines", "ab\ncd", {{Kind::bold, 1, 4}}, "a*b*\n*c*d", {}},
        Marked{"a_quotation", "a\n\nb\nc", {{Kind::quote, 0, 4}}, "> a\n> \n> b\nc", {}},
        Marked{"quoted_twice", "a\nb", {{Kind::quote, 0, 3}, {Kind::quote, 0, 1}}, ">> a\n> b", {}},
        Marked{"code", "a\nb\n c\nd", {{Kind::code_block, 2, 6}}, "a\nb\n c\nd", "a\n```\nb\n c\n```\nd"},
        Marked{"code_to_the_end", "a", {{Kind::code_block, 0, 1}}, "a", "```\na\n```"},
        Marked{"code_in_a_quotation",
               "a\nb",
               {{Kind::quote, 0, 3}, {Kind::code_block, 0, 1}},
               "> a\n> b",
               "> ```\n> a\n> ```\n> b"},
        Marked{
            "marks_in_code_are_text", "*a*", {{Kind::code_block, 0, 3}, {Kind::bold, 1, 2}}, "*a*", "```\n*a*\n```"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace isthmus
