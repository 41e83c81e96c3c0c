#include "adapters/irc/reactions.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

using Set = std::vector<std::string>;

TEST(IrcReactions, AddUpToTheSetOfEachSenderAndMessage) {
  ReactionTable table;
  EXPECT_EQ(*table.change("m1", "romeo", "a", true), Set{"a"});
  EXPECT_EQ(*table.change("m1", "romeo", "b", true), (Set{"a", "b"}));
  EXPECT_EQ(*table.change("m1", "nurse", "b", true), Set{"b"});
  EXPECT_EQ(*table.change("m2", "romeo", "b", true), Set{"b"});
  EXPECT_EQ(*table.change("m1", "romeo", "a", false), Set{"b"});
  EXPECT_EQ(*table.change("m1", "romeo", "b", false), Set{});
}

TEST(IrcReactions, ThatChangeNothingAreNone) {
  ReactionTable table;
  EXPECT_EQ(table.change("m", "romeo", "a", false), nullptr);
  table.change("m", "romeo", "a", true);
  EXPECT_EQ(table.change("m", "romeo", "a", true), nullptr);
  EXPECT_EQ(table.change("m", "romeo", "", true), nullptr);
  EXPECT_EQ(table.change("m", "romeo", std::string(ReactionTable::max_size + 1, 'x'), true), nullptr);
}

TEST(IrcReactions, AreSentAsTheDifferenceOfTwoSets) {
  ReactionTable table;
  auto difference = table.replace("m", "", {"a", "b", "a", ""});
  EXPECT_EQ(difference.added, (Set{"a", "b"}));
  EXPECT_TRUE(difference.removed.empty());
  difference = table.replace("m", "", {"c", "b"});
  EXPECT_EQ(difference.added, Set{"c"});
  EXPECT_EQ(difference.removed, Set{"a"});
  EXPECT_TRUE(table.replace("m", "", {"b", "c"}).empty());
  table.forget("m", "");
  EXPECT_EQ(table.replace("m", "", {"b"}).added, Set{"b"});
}

TEST(IrcReactions, AreLimited) {
  ReactionTable table;
  for (std::size_t i = 0; i < ReactionTable::max_in_set; ++i)
    EXPECT_NE(table.change("m", "romeo", std::to_string(i), true), nullptr);
  EXPECT_EQ(table.change("m", "romeo", "more", true), nullptr);
  Set many;
  for (std::size_t i = 0; i < 2 * ReactionTable::max_in_set; ++i) many.push_back(std::to_string(i));
  EXPECT_EQ(table.replace("m", "", many).added.size(), ReactionTable::max_in_set);
}

TEST(IrcReactions, TheSetThatWasNotTouchedForLongestIsForgotten) {
  ReactionTable table;
  table.change("first", "romeo", "a", true);
  table.change("second", "romeo", "a", true);
  table.change("first", "romeo", "b", true);
  for (std::size_t i = 0; i + 1 < ReactionTable::max; ++i) table.change(std::to_string(i), "romeo", "a", true);
  EXPECT_EQ(*table.change("first", "romeo", "c", true), (Set{"a", "b", "c"}));
  EXPECT_EQ(*table.change("second", "romeo", "b", true), Set{"b"});
}

}  // namespace
}  // namespace isthmus::irc
