#include "xmpp/one_line.hpp"

#include <gtest/gtest.h>

namespace isthmus::xmpp {
namespace {

TEST(OneLine, IsTheTextWithoutItsBreaks) {
  EXPECT_EQ(to_one_line("Avaunt, you cullion!"), "Avaunt, you cullion!");
  EXPECT_EQ(to_one_line("\n   Hey Hecate,\n\tcome\r\nin!  \r\n"), "Hey Hecate,  come in!");
  EXPECT_EQ(to_one_line("a\rQUIT"), "a QUIT");
  EXPECT_EQ(to_one_line(""), "");
  EXPECT_EQ(to_one_line(" \n "), "");
  EXPECT_EQ(to_one_line(std::string(max_one_line, 'x')), std::string(max_one_line, 'x'));
}

TEST(OneLine, IsRefusedWithOtherControlCharactersAndTooLong) {
  EXPECT_EQ(to_one_line(std::string_view{"a\0b", 3}), std::nullopt);
  EXPECT_EQ(to_one_line("a\x01"
                        "b"),
            std::nullopt);
  EXPECT_EQ(to_one_line("a\x7f"), std::nullopt);
  EXPECT_EQ(to_one_line(std::string(max_one_line + 1, 'x')), std::nullopt);
}

}  // namespace
}  // namespace isthmus::xmpp
