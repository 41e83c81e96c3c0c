#include "adapters/mqtt/trace.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace isthmus::mqtt {
namespace {

TEST(Trace, HopsAreCountedOnAndOldMarksReplaced) {
  Publication publication{.topic = "a", .payload = "1"};
  publication.properties = {{"unit", "°C"}};
  EXPECT_EQ(hops_of(publication), 0U);
  mark(publication, {}, "one");
  EXPECT_EQ(hops_of(publication), 1U);
  mark(publication, {}, "two");
  EXPECT_EQ(hops_of(publication), 2U);
  EXPECT_EQ(publication.properties.size(), 4U) << "its own property stays";
  EXPECT_EQ(publication.properties[2], (std::pair<std::string, std::string>{"isthmus-origin", "two"}));
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
