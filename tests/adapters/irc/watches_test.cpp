#include "adapters/irc/watches.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace isthmus::irc {
namespace {

TEST(IrcWatches, AreKeptOnceEach) {
  Watches watches;
  watches.add("romeo", "Romeo");
  EXPECT_EQ(watches.add("romeo", "ROMEO").nick, "Romeo");
  EXPECT_EQ(watches.size(), 1U);
  watches.remove("romeo");
  watches.remove("romeo");
  EXPECT_TRUE(watches.empty());
  EXPECT_EQ(watches.next_question(), "");
}

TEST(IrcWatches, FitIntoLines) {
  Watches watches;
  for (int i = 0; i < 100; ++i) {
    const std::string nick = "somebody" + std::to_string(i);
    watches.add(nick, nick);
  }
  std::size_t names = 0;
  for (const std::string& list : watches.lists(',')) {
    EXPECT_LE(list.size(), Watches::max_names);
    names += static_cast<std::size_t>(std::ranges::count(list, ',')) + 1;
  }
  EXPECT_EQ(names, 100U);
}

TEST(IrcWatches, AreAskedAboutInTurn) {
  Watches watches;
  for (int i = 0; i < 60; ++i) {
    const std::string nick = "somebody" + std::to_string(i);
    watches.add(nick, nick);
  }
  std::set<std::string> asked;
  for (int question = 0; question < 3; ++question) {
    EXPECT_LE(watches.next_question().size(), Watches::max_names);
    for (const std::string& nick : watches.take_asked()) asked.insert(nick);
  }
  EXPECT_EQ(asked.size(), 60U);
  EXPECT_TRUE(watches.take_asked().empty());
}

TEST(IrcWatches, ANickThatFillsALineIsAskedAboutAlone) {
  Watches watches;
  const std::string nick(Watches::max_names + 100, 'x');
  watches.add(nick, nick);
  watches.add("romeo", "romeo");
  EXPECT_EQ(watches.next_question(), nick);
  EXPECT_EQ(watches.next_question(), "romeo");
}

}  // namespace
}  // namespace isthmus::irc
