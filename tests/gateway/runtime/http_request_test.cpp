#include "gateway/runtime/http_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gateway/model/utf8.hpp"

namespace isthmus {
namespace {

using testing::ElementsAre;
using testing::Pair;

TEST(DecodeQuery, EscapesAndPlusesAreDecoded) {
  EXPECT_EQ(decode_query("a%2Fb+c"), "a/b c");
  EXPECT_EQ(decode_query("%c3%a9"), "é");
  EXPECT_EQ(decode_query(""), "");
  EXPECT_EQ(decode_query("100"), "100");
}

TEST(DecodeQuery, WhatIsMalformedIsRefused) {
  for (const auto* text : {"%", "%4", "a%zz", "%0a", "%00", "%ff", "%c3"}) EXPECT_EQ(decode_query(text), std::nullopt);
}

TEST(ParseQuery, NamesMayRepeat) {
  EXPECT_THAT(parse_query("topic=a%23&topic=b&&live").value(),
              ElementsAre(Pair("topic", "a#"), Pair("topic", "b"), Pair("live", "")));
  EXPECT_EQ(parse_query("a=%"), std::nullopt);
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a=b&";
  EXPECT_EQ(parse_query(many), std::nullopt);
}

TEST(HttpRequestList, IsSplitAtCommas) {
  HttpRequest request;
  request.headers = {{"sec-x", " a , b,,"}, {"host", "h"}, {"sec-x", "c"}};
  EXPECT_THAT(request.list("sec-x"), ElementsAre("a", "b", "c"));
  EXPECT_EQ(request.header("host"), "h");
  EXPECT_EQ(request.header("none"), "");
}

TEST(ClientAddress, IsBelievedFromTrustedProxiesOnly) {
  const std::vector<std::string> trusted{"10.0.0.1", "10.0.0.2"};
  EXPECT_EQ(client_address("192.0.2.1", "192.0.2.9", trusted), "192.0.2.1");
  EXPECT_EQ(client_address("10.0.0.1", "192.0.2.9", trusted), "192.0.2.9");
  EXPECT_EQ(client_address("10.0.0.1", "192.0.2.8, 192.0.2.9, 10.0.0.2", trusted), "192.0.2.9");
  EXPECT_EQ(client_address("10.0.0.1", "", trusted), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "nonsense", trusted), "10.0.0.1");
}

TEST(Utf8, KnowsWhatIsWellFormed) {
  for (const auto* text : {"", "a", "\xc2\x80", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const auto* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc2", "\xe2\x82", "a\xff"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace isthmus
