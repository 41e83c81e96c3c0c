#include "adapters/mqtt/trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace isthmus::mqtt {
namespace {

TEST(Trace, HopsAreCountedOnAndOriginsAdded) {
  Publication publication{.topic = "a", .payload = "1", .qos = 1};
  publication.properties = {{"unit", "°C"}};
  EXPECT_EQ(hops_of(publication), 0U);
  mark(publication, {}, "one");
  EXPECT_EQ(hops_of(publication), 1U);
  mark(publication, {}, "two");
  EXPECT_EQ(hops_of(publication), 2U);
  EXPECT_EQ(publication.properties.size(), 5U) << "its own property stays, and the id is another one";
  EXPECT_TRUE(has_passed(publication, "one") && has_passed(publication, "two"));
  EXPECT_FALSE(has_passed(publication, "three"));
}

TEST(Trace, OriginsAreBounded) {
  Publication publication;
  for (int i = 0; i < 100; ++i) publication.properties.emplace_back(origin_mark, std::to_string(i));
  mark(publication, {}, "one");
  EXPECT_EQ(publication.properties.size(), max_hops + 2) << "the last ones, ours and the hops";
  EXPECT_TRUE(has_passed(publication, "99") && has_passed(publication, "one"));
}

TEST(Trace, WhatComesOnceAtTheMostHasNoId) {
  for (const auto qos : std::initializer_list<std::uint8_t>{0, 1, 2}) {
    Publication publication{.topic = "a", .payload = "1", .qos = qos};
    mark(publication, {}, "one");
    EXPECT_EQ(std::ranges::count(publication.properties, "isthmus-id", [](const auto& one) { return one.first; }),
              qos == 0 ? 0 : 1);
  }
}

TEST(Trace, WhatIsNoNumberCountsForNothing) {
  Publication publication;
  for (const auto* text : {"", "-1", "x", "2x", "99999999999999999999"}) {
    publication.properties = {{std::string{hops_mark}, text}};
    EXPECT_EQ(hops_of(publication), 0U) << text;
  }
  publication.properties = {{std::string{hops_mark}, "4294967295"}};
  mark(publication, {}, "one");
  EXPECT_EQ(hops_of(publication), max_hops + 1);
}

}  // namespace
}  // namespace isthmus::mqtt
