#include "adapters/irc/recent.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

constexpr SystemTime noon{std::chrono::hours{12}};

TEST(IrcRecent, KnowsWhoSaidItAndWhen) {
  Recent recent;
  EXPECT_TRUE(recent.add("m1", "romeo", "#c", noon));
  EXPECT_FALSE(recent.add("m1", "nurse", "#c", noon));
  ASSERT_NE(recent.find("m1"), nullptr);
  EXPECT_TRUE(Recent::is_by(*recent.find("m1"), "romeo"));
  EXPECT_FALSE(Recent::is_by(*recent.find("m1"), "nurse"));
  EXPECT_EQ(recent.find("m1")->at, noon);
  EXPECT_EQ(recent.find("m2"), nullptr);
}

TEST(IrcRecent, ForgetsAPlaceAndTheOldest) {
  Recent recent;
  recent.add("m1", "romeo", "#a", noon);
  recent.add("m2", "romeo", "#b", noon);
  recent.forget("#a");
  EXPECT_EQ(recent.find("m1"), nullptr);
  EXPECT_NE(recent.find("m2"), nullptr);
  for (std::size_t i = 0; i < Recent::max; ++i) recent.add("n" + std::to_string(i), "romeo", "#a", noon);
  EXPECT_EQ(recent.find("m2"), nullptr);
  EXPECT_NE(recent.find("n0"), nullptr);
}

TEST(IrcRecent, KeepsTheNewestWhateverWasForgotten) {
  Recent recent;
  for (std::size_t i = 0; i < Recent::max + 10; ++i)
    recent.add("m" + std::to_string(i), "romeo", i % 2 == 0 ? "#a" : "#b", noon);
  recent.forget("#a");
  for (std::size_t i = 0; i < Recent::max; ++i) recent.add("n" + std::to_string(i), "romeo", "#c", noon);
  for (std::size_t i = 0; i < Recent::max; ++i) EXPECT_NE(recent.find("n" + std::to_string(i)), nullptr) << i;
}

}  // namespace
}  // namespace isthmus::irc
