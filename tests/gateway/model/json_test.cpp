#include "gateway/model/json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus {
namespace {

TEST(Json, IsReadAndWrittenAlike) {
  for (const auto* text : {"null", "true", "-7", "18446744073709551615", "21.5", "1e+20", "\"\\u0001é\\\"\\\\\\n\"",
                           "[]", "{}", "[1,[2,\"a\"],{}]", "{\"b\":1,\"a\":{\"c\":[false,null]}}"}) {
    const auto value = parse_json(text);
    ASSERT_TRUE(value) << text;
    EXPECT_EQ(to_json(*value), text);
  }
}

TEST(Json, WhatIsNoneIsRefused) {
  for (const auto* text : {"", "nul", "1 2", "{\"a\":1,}", "NaN", "Infinity", "1e999", "[1e999]", "{\"a\":-1e999}",
                           "\"\xff\"", "\"\n\"", "'a'"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Json, DepthHasALimit) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_FALSE(parse_json(nested(33)));
  EXPECT_FALSE(parse_json(nested(10'000)));
}

TEST(Json, LineSeparatorsOfJavaScriptAreEscaped) {
  std::string out;
  append_json_string(out, "a\u2028b\u2029\x7f");
  EXPECT_EQ(out, "\"a\\u2028b\\u2029\\u007f\"");
}

}  // namespace
}  // namespace isthmus
