#include "gateway/model/name.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

TEST(Name, OfTheSameTextAreEqualAndOthersAreNot) {
  NameTable table;
  EXPECT_EQ(table.intern("juliet"), table.intern("juliet"));
  EXPECT_NE(table.intern("juliet"), table.intern("romeo"));
  EXPECT_EQ(table.intern(""), Name{});
}

TEST(NameTable, FreesATextWithItsLastName) {
  NameTable table;
  auto name = table.intern("juliet");
  {
    const auto copy = name;
    name = Name{};
    EXPECT_EQ(table.size(), 1U);
    EXPECT_EQ(copy.str(), "juliet");
  }
  EXPECT_EQ(table.size(), 0U);
}

}  // namespace
}  // namespace isthmus
