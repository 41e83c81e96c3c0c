#include "adapters/irc/batches.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

TEST(IrcBatches, AreKnownByTheirType) {
  Batches batches;
  EXPECT_EQ(batches.open("a", "chathistory")->kind, Batch::Kind::history);
  EXPECT_EQ(batches.open("b", "netjoin")->kind, Batch::Kind::netjoin);
  EXPECT_EQ(batches.open("c", "labeled-response")->kind, Batch::Kind::labelled);
  EXPECT_EQ(batches.open("d", "example.org/unknown")->kind, Batch::Kind::other);
  EXPECT_EQ(batches.find("e"), nullptr);
}

TEST(IrcBatches, OfOneIdTheLastCounts) {
  Batches batches;
  batches.open("a", "chathistory");
  batches.open("a", "netsplit");
  EXPECT_EQ(batches.find("a")->kind, Batch::Kind::netsplit);
  EXPECT_TRUE(batches.close("a"));
  EXPECT_FALSE(batches.close("a"));
  EXPECT_TRUE(batches.empty());
}

TEST(IrcBatches, MayBeNested) {
  Batches batches;
  batches.open("outer", "chathistory");
  batches.open("middle", "example.org/unknown")->parent = "outer";
  batches.open("inner", "draft/multiline")->parent = "middle";
  EXPECT_EQ(batches.around("inner", Batch::Kind::history), batches.find("outer"));
  EXPECT_EQ(batches.around("inner", Batch::Kind::netsplit), nullptr);
  batches.close("middle");
  EXPECT_EQ(batches.around("inner", Batch::Kind::history), nullptr);
}

TEST(IrcBatches, MayBeNestedInThemselves) {
  Batches batches;
  batches.open("a", "example.org/unknown")->parent = "b";
  batches.open("b", "example.org/unknown")->parent = "a";
  EXPECT_EQ(batches.around("a", Batch::Kind::history), nullptr);
}

TEST(IrcBatches, AreLimited) {
  Batches batches;
  for (std::size_t i = 0; i < Batches::max_open; ++i) EXPECT_NE(batches.open(std::to_string(i), "netsplit"), nullptr);
  EXPECT_EQ(batches.open("more", "netsplit"), nullptr);
  EXPECT_NE(batches.open("0", "netjoin"), nullptr);
}

TEST(IrcDigest, DependsOnTheLinesAndTheirOrder) {
  const auto digest = [](auto... lines) {
    std::uint64_t all = 0;
    ((all = digest_with(all, lines)), ...);
    return all;
  };
  EXPECT_EQ(digest("one", "two"), digest("one", "two"));
  EXPECT_NE(digest("one", "two"), digest("two", "one"));
  EXPECT_NE(digest("one", "two"), digest("onetwo"));
  EXPECT_NE(digest(""), digest("", ""));
}

}  // namespace
}  // namespace isthmus::irc
