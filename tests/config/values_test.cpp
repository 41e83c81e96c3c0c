#include "config/values.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace isthmus::config {
namespace {

using std::chrono::milliseconds;

TEST(ConfigValues, DurationsHaveAUnit) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds{500});
  EXPECT_EQ(parse_duration("90s"), milliseconds{90'000});
  EXPECT_EQ(parse_duration("10m"), milliseconds{600'000});
  EXPECT_EQ(parse_duration("2h"), milliseconds{7'200'000});
  EXPECT_EQ(parse_duration("1d"), milliseconds{86'400'000});
  EXPECT_EQ(parse_duration("0s"), milliseconds{0});
  for (const auto* bad : {"", "10", "s", "-1s", "1.5s", " 1s", "1s ", "1S", "1 s", "1w", "1sm"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(ConfigValues, WhatDoesNotFitIsNoDurationAndNoSize) {
  EXPECT_EQ(parse_duration("9223372036854775807ms"), milliseconds::max());
  EXPECT_EQ(parse_duration("9223372036854775808ms"), std::nullopt);
  EXPECT_EQ(parse_duration("106751991168d"), std::nullopt);
  EXPECT_EQ(parse_size("18446744073709551615"), 18446744073709551615U);
  EXPECT_EQ(parse_size("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_size("18014398509481984KiB"), std::nullopt);
}

TEST(ConfigValues, SizesAreBytesOrHaveABinaryUnit) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("100"), 100U);
  EXPECT_EQ(parse_size("64KiB"), 65'536U);
  EXPECT_EQ(parse_size("1MiB"), 1'048'576U);
  EXPECT_EQ(parse_size("4GiB"), 4'294'967'296U);
  for (const auto* bad : {"", "KiB", "64kb", "64 KiB", "-1", "1.5MiB", "64K"})
    EXPECT_EQ(parse_size(bad), std::nullopt) << bad;
}

TEST(ConfigValues, NumbersAreReadWhole) {
  EXPECT_EQ(parse_integer("5347"), 5347);
  EXPECT_EQ(parse_integer("-1"), -1);
  EXPECT_EQ(parse_number("0.5"), 0.5);
  for (const auto* bad : {"", " 1", "1 ", "1x", "0x10", "+1", "9223372036854775808"}) {
    EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
  }
  for (const auto* bad : {"", "1,5", "half", "1e999"}) EXPECT_EQ(parse_number(bad), std::nullopt) << bad;
}

TEST(ConfigValues, AreWrittenInTheLargestWholeUnit) {
  EXPECT_EQ(to_text(milliseconds{0}), "0ms");
  EXPECT_EQ(to_text(milliseconds{1'500}), "1500ms");
  EXPECT_EQ(to_text(milliseconds{90'000}), "90s");
  EXPECT_EQ(to_text(milliseconds{86'400'000}), "1d");
  EXPECT_EQ(size_to_text(0), "0");
  EXPECT_EQ(size_to_text(1'000), "1000");
  EXPECT_EQ(size_to_text(65'536), "64KiB");
  EXPECT_EQ(size_to_text(3U * 1'048'576U), "3MiB");
  EXPECT_EQ(number_to_text(0.5), "0.5");
  EXPECT_EQ(number_to_text(1000.0), "1000");
}

TEST(ConfigValues, QuotedTextStaysOnOneLineAndIsCutBetweenCharacters) {
  EXPECT_EQ(in_quotes("a\nb\x1B"), "\"a?b?\"");
  EXPECT_EQ(in_quotes(std::string(60, 'a')), '"' + std::string(60, 'a') + '"');
  EXPECT_EQ(in_quotes(std::string(61, 'a')), '"' + std::string(60, 'a') + "…\"");
  EXPECT_EQ(in_quotes(std::string(59, 'a') + "ää"), '"' + std::string(59, 'a') + "…\"");
}

TEST(ConfigValues, DottedPathsQuoteWhatTomlWouldQuote) {
  EXPECT_EQ(dotted("", "xmpp"), "xmpp");
  EXPECT_EQ(dotted("xmpp", "secret"), "xmpp.secret");
  EXPECT_EQ(dotted("irc.networks", "irc.libera.chat"), "irc.networks.\"irc.libera.chat\"");
  EXPECT_EQ(dotted("xmpp", ""), "xmpp");
}

TEST(ConfigValues, EditDistanceCountsSwapsAsOne) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("port", ""), 4U);
  EXPECT_EQ(edit_distance("", "port"), 4U);
  EXPECT_EQ(edit_distance("port", "port"), 0U);
  EXPECT_EQ(edit_distance("prot", "port"), 1U);
  EXPECT_EQ(edit_distance("pot", "port"), 1U);
  EXPECT_EQ(edit_distance("ports", "port"), 1U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
}

TEST(ConfigValues, OnlyANearNameIsSuggested) {
  const Names names{"host", "port", "secret"};
  EXPECT_EQ(did_you_mean("prot", names), "; did you mean \"port\"?");
  EXPECT_EQ(did_you_mean("seecrt", names), "; did you mean \"secret\"?");
  EXPECT_EQ(did_you_mean("password", names), "");
  EXPECT_EQ(did_you_mean("x", names), "");
  EXPECT_EQ(did_you_mean(std::string(100'000, 'x'), names), "");
  EXPECT_EQ(did_you_mean("port", {}), "");
}

}  // namespace
}  // namespace isthmus::config
