#include "adapters/irc/unanswered.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace isthmus::irc {
namespace {

SteadyTime at(int seconds) { return SteadyTime{std::chrono::seconds{seconds}}; }

Labelled labelled(std::uint32_t first, std::uint16_t lines, SteadyTime due) {
  Labelled one;
  one.event = std::make_unique<Event>();
  one.first = first;
  one.lines = lines;
  one.due = due;
  return one;
}

TEST(IrcUnanswered, GivesEachLineALabelOfItsOwn) {
  Unanswered unanswered;
  const auto first = unanswered.take_labels(3);
  EXPECT_EQ(unanswered.take_labels(1), first + 3);
}

TEST(IrcUnanswered, FindsWhatAnyOfItsLabelsIsOf) {
  Unanswered unanswered;
  unanswered.add(labelled(5, 2, at(10)));
  unanswered.add(labelled(7, 1, at(11)));
  EXPECT_EQ(unanswered.find("5")->first, 5U);
  EXPECT_EQ(unanswered.find("6")->first, 5U);
  EXPECT_EQ(unanswered.find("7")->first, 7U);
  for (const char* other : {"4", "8", "", "x", "5x", "-5", "99999999999999999999"})
    EXPECT_EQ(unanswered.find(other), nullptr) << other;
}

TEST(IrcUnanswered, GivesBackWhatIsDue) {
  Unanswered unanswered;
  unanswered.add(labelled(1, 1, at(10)));
  unanswered.add(labelled(2, 1, at(5)));
  EXPECT_EQ(unanswered.next_due(), at(5));
  EXPECT_FALSE(unanswered.take_due(at(4)));
  EXPECT_EQ(unanswered.take_due(at(7))->first, 2U);
  EXPECT_FALSE(unanswered.take_due(at(7)));
  EXPECT_EQ(unanswered.take_all().size(), 1U);
  EXPECT_EQ(unanswered.next_due(), SteadyTime::max());
}

TEST(IrcUnanswered, IsLimited) {
  Unanswered unanswered;
  for (std::size_t i = 0; i < Unanswered::max; ++i) {
    EXPECT_TRUE(unanswered.has_room());
    unanswered.add(labelled(unanswered.take_labels(1), 1, at(1)));
  }
  EXPECT_FALSE(unanswered.has_room());
}

TEST(IrcOwnMessages, AreKnownByTheClientsIdsAndTheServers) {
  OwnMessages own;
  Envelope about;
  about.native = {{"xmpp.id", "s1"}, {"xmpp.origin", "o1"}};
  own.add(about, {"m1", "m2"});
  about.native = {{"xmpp.id", "s2"}};
  own.add(about, {"m3"});
  const std::vector<std::string> two{"m1", "m2"};
  for (const char* id : {"s1", "o1", "m1", "m2"}) {
    ASSERT_NE(own.msgids(id), nullptr) << id;
    EXPECT_EQ(*own.msgids(id), two) << id;
  }
  EXPECT_EQ(own.client_id("m2"), "o1");
  EXPECT_EQ(own.client_id("m3"), "s2");
  EXPECT_EQ(own.client_id("m4"), "");
  EXPECT_EQ(own.msgids("m4"), nullptr);
  EXPECT_EQ(own.msgids(""), nullptr);  // a client without origin ids has an empty one
}

TEST(IrcOwnMessages, TheOldestAreForgotten) {
  OwnMessages own;
  for (std::size_t i = 0; i <= OwnMessages::max; ++i) own.add({}, {"m" + std::to_string(i)});
  EXPECT_EQ(own.msgids("m0"), nullptr);
  EXPECT_NE(own.msgids("m1"), nullptr);
  EXPECT_NE(own.msgids("m" + std::to_string(OwnMessages::max)), nullptr);
}

}  // namespace
}  // namespace isthmus::irc
