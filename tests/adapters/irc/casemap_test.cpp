#include "adapters/irc/casemap.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

TEST(IrcCaseMapping, IsReadFromTheServersWord) {
  EXPECT_EQ(parse_casemapping("ascii"), CaseMapping::ascii);
  EXPECT_EQ(parse_casemapping("rfc1459"), CaseMapping::rfc1459);
  EXPECT_EQ(parse_casemapping("rfc1459-strict"), CaseMapping::rfc1459_strict);
  EXPECT_EQ(parse_casemapping("strict-rfc1459"), CaseMapping::rfc1459_strict);
  EXPECT_EQ(parse_casemapping("rfc7613"), CaseMapping::ascii);
  EXPECT_EQ(parse_casemapping(""), CaseMapping::ascii);
}

TEST(IrcFold, FollowsTheMapping) {
  std::string buffer;
  EXPECT_EQ(fold(CaseMapping::ascii, "#Az[]\\^{}|~", buffer), "#az[]\\^{}|~");
  EXPECT_EQ(fold(CaseMapping::rfc1459_strict, "#Az[]\\^{}|~", buffer), "#az{}|^{}|~");
  EXPECT_EQ(fold(CaseMapping::rfc1459, "#Az[]\\^{}|~", buffer), "#az{}|~{}|~");
  EXPECT_EQ(fold(CaseMapping::rfc1459, "@`_\xC3\x89", buffer), "@`_\xC3\x89");
  EXPECT_EQ(fold(CaseMapping::ascii, "", buffer), "");
}

TEST(IrcSameName, ComparesWholeNames) {
  EXPECT_TRUE(same_name(CaseMapping::rfc1459, "Al[x]^", "aL{X}~"));
  EXPECT_FALSE(same_name(CaseMapping::rfc1459_strict, "al^", "al~"));
  EXPECT_FALSE(same_name(CaseMapping::ascii, "al[", "al{"));
  EXPECT_FALSE(same_name(CaseMapping::rfc1459, "al", "al2"));
  EXPECT_FALSE(same_name(CaseMapping::rfc1459, "", "a"));
}

TEST(IrcSameName, AgreesWithFold) {
  std::string a;
  std::string b;
  for (const auto mapping : {CaseMapping::ascii, CaseMapping::rfc1459, CaseMapping::rfc1459_strict}) {
    for (int x = 0; x < 256; ++x) {
      for (int y = 0; y < 256; ++y) {
        const std::string left(1, static_cast<char>(x));
        const std::string right(1, static_cast<char>(y));
        ASSERT_EQ(same_name(mapping, left, right), fold(mapping, left, a) == fold(mapping, right, b));
      }
    }
  }
}

}  // namespace
}  // namespace isthmus::irc
