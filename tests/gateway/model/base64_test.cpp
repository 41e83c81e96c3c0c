#include "gateway/model/base64.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

TEST(Base64, RoundTripsEveryLength) {
  std::string bytes;
  for (int i = 0; i < 260; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes) << i;
    bytes += static_cast<char>(i);
  }
}

TEST(Base64, WhiteSpaceCountsForNothing) { EXPECT_EQ(from_base64(" Zm9v\r\n\tYg = =\n"), "foob"); }

TEST(Base64, AnythingElseIsNone) {
  for (const auto* text : {"Zg", "Zg=", "Z===", "====", "Zm9!", "Zm=v", "=m9v"})
    EXPECT_FALSE(from_base64(text)) << text;
}

}  // namespace
}  // namespace isthmus
