#include "gateway/archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class ArchiveTest : public testing::Test {
 protected:
  ArchiveTest() {
    base.router.set(home_id, users);
    base.router.set(foreign_id, foreign);
    base.router.set_home(home_id);
    base.archive.let_keep(foreign_id, [](const Name&, const Conversation&) { return true; });
  }

  EventPtr event(std::string_view owner, Payload what, AdapterId source, std::string_view place = "#hall%net") {
    auto made = std::make_unique<Event>();
    made->about.received_at = base.alarms.wall_clock() + later;
    made->about.id = base.ids.next(made->about.received_at);
    made->about.source = source;
    made->about.owner = base.names.intern(owner);
    made->about.conversation = *foreign.addresses().parse(place);
    made->what = std::move(what);
    return made;
  }
  /// `owner`'s session hears `sender`; the id that the users' side gets.
  EventId hears(std::string_view owner, std::string sender, std::string text, std::string_view place = "#hall%net") {
    auto made = event(owner, Message{Style::normal, std::move(text)}, foreign_id, place);
    made->about.actor.name = std::move(sender);
    Event* const seen = made.get();
    base.router.emit(std::move(made));
    const auto id = seen->about.id;
    base.router.settle();
    return id;
  }
  /// `owner` says it, and the foreign side has it.
  EventId says(std::string_view owner, std::string text) {
    auto made = event(owner, Message{Style::normal, std::move(text)}, home_id);
    made->about.actor.name = owner.substr(0, owner.find('@'));
    made->about.native.push_back({"xmpp.id", "client-1"});
    Event* const seen = made.get();
    base.router.confirmed(std::move(made));
    const auto id = seen->about.id;
    base.router.settle();
    return id;
  }
  void happens(std::string_view owner, Payload what, std::string_view place = "#hall%net") {
    base.router.emit(event(owner, std::move(what), foreign_id, place));
    base.router.settle();
  }
  void enters(std::string_view owner) { happens(owner, Roster{{}, std::string{owner}}); }
  void leaves(std::string_view owner) {
    Change change;
    change.kind = Change::Kind::leave;
    change.self = true;
    happens(owner, Membership{{std::move(change)}});
  }
  std::vector<std::string> kept() {
    base.io.restart();
    base.io.poll();  // the end of the turn
    std::vector<std::string> texts;
    for (const auto& row : base.store.rows) texts.push_back(row.sender + ": " + row.said.text);
    return texts;
  }

  const std::string_view juliet = "juliet@example.org";
  const std::string_view nurse = "nurse@example.org";
  std::chrono::seconds later{};  // than now everything comes
  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId foreign_id = base.router.reserve();
  test::FakeAdapter users{home_id, base.names};
  test::FakeAdapter foreign{foreign_id, base.names};
};

TEST_F(ArchiveTest, KeepsWhatIsHeardFromTheEnteringToTheLeaving) {
  hears(juliet, "romeo", "before");
  enters(juliet);
  hears(juliet, "romeo", "hello");
  says(juliet, "hello yourself");
  leaves(juliet);
  hears(juliet, "romeo", "after");
  EXPECT_THAT(kept(), ElementsAre("romeo: hello", "juliet: hello yourself"));
  ASSERT_EQ(base.store.visits.size(), 2);
  const auto& begun = base.store.visits[0];
  const auto& ended = base.store.visits[1];
  EXPECT_EQ(begun.since, ended.since);
  EXPECT_LT(begun.since, base.store.rows[0].position);
  EXPECT_EQ(*ended.until, base.store.rows[1].position);
  EXPECT_EQ(base.store.rows[1].author, juliet);
  EXPECT_EQ(base.store.rows[1].author_id, "client-1");
}

TEST_F(ArchiveTest, KeepsNothingWhereTheForeignSideDoesNotWantIt) {
  base.archive.let_keep(foreign_id, {});
  enters(juliet);
  hears(juliet, "romeo", "hello");
  hears(juliet, "romeo", "psst", "romeo%net");
  EXPECT_THAT(kept(), IsEmpty());
  EXPECT_THAT(base.store.visits, IsEmpty());
}

TEST_F(ArchiveTest, ASwitchOfOneUserCountsFromThenOnAndForNobodyElse) {
  bool is_on = true;
  base.archive.let_keep(foreign_id,
                        [&](const Name& owner, const Conversation&) { return is_on || owner.view() != juliet; });
  const auto switch_it = [&](bool on, bool is_there = true) {
    is_on = on;
    base.archive.switched(base.names.intern(juliet), *foreign.addresses().parse("#hall%net"), is_there);
  };
  enters(juliet);
  hears(juliet, "romeo", "kept");
  switch_it(false);
  hears(juliet, "romeo", "not kept");
  EXPECT_THAT(kept(), ElementsAre("romeo: kept"));
  EXPECT_TRUE(base.store.visits.back().until) << "her visit has ended";
  enters(nurse);
  hears(nurse, "romeo", "for the nurse");
  switch_it(true, false);
  hears(juliet, "romeo", "she is not there");
  switch_it(true);
  hears(juliet, "romeo", "kept again");
  EXPECT_THAT(kept(), ElementsAre("romeo: kept", "romeo: for the nurse", "romeo: kept again"));
}

TEST_F(ArchiveTest, WhatSeveralHearIsKeptOnceUnderOneId) {
  enters(juliet);
  enters(nurse);
  const auto first = hears(juliet, "romeo", "ok");
  const auto second = hears(juliet, "romeo", "ok");
  EXPECT_EQ(hears(nurse, "romeo", "ok"), first);
  EXPECT_EQ(hears(nurse, "romeo", "ok"), second);
  EXPECT_NE(first, second);
  EXPECT_NE(hears(nurse, "romeo", "ok"), second) << "a third one is news";
  EXPECT_EQ(kept().size(), 3);
}

TEST_F(ArchiveTest, WhatOneOfThemSaysIsKeptAsItWasSaid) {
  enters(juliet);
  enters(nurse);
  const auto whole = says(juliet, "two\nlines");
  const auto one = hears(nurse, "juliet", "two");
  EXPECT_NE(one, whole);
  EXPECT_EQ(hears(nurse, "juliet", "lines"), whole) << "the last piece is known as the whole";
  EXPECT_THAT(kept(), ElementsAre("juliet: two\nlines"));
}

TEST_F(ArchiveTest, AnEchoThatComesAfterOthersHeardItIsTheSame) {
  enters(juliet);
  enters(nurse);
  const auto heard = hears(nurse, "juliet", "hello");
  EXPECT_EQ(says(juliet, "hello"), heard);
  kept();
  ASSERT_EQ(base.store.rows.size(), 2) << "the store learns from the second who said it";
  EXPECT_EQ(base.store.rows[1].id, heard);
  EXPECT_EQ(base.store.rows[1].author, juliet);
}

TEST_F(ArchiveTest, TheSameWordsLongAfterwardsAreNews) {
  enters(juliet);
  enters(nurse);
  const auto first = hears(juliet, "romeo", "ok");
  later = 60s;
  EXPECT_NE(hears(nurse, "romeo", "ok"), first);
}

TEST_F(ArchiveTest, ALostLinkEndsTheVisitAndHistoryClosesTheGap) {
  enters(juliet);
  const auto lost_at = base.alarms.wall_clock();
  happens(juliet, LinkState{LinkState::State::down, "", true}, "net");
  EXPECT_EQ(base.store.visits.size(), 0) << "it is written at the end of the turn";
  enters(juliet);
  const auto history = [&](std::string text, SystemTime at) {
    auto made = event(juliet, Message{Style::normal, std::move(text)}, foreign_id);
    made->about.actor.name = "romeo";
    made->about.origin = Origin::history;
    made->about.at = at;
    base.router.emit(std::move(made));
  };
  history("long ago", lost_at - 1h);
  history("meanwhile", lost_at - 30s);
  history("then", base.alarms.wall_clock());
  leaves(juliet);
  EXPECT_THAT(kept(), ElementsAre("romeo: meanwhile", "romeo: then"));
  ASSERT_EQ(base.store.visits.size(), 4);
  EXPECT_EQ(*base.store.visits.back().before, position_at(lost_at - 30s));
}

TEST_F(ArchiveTest, HistoryFromBeforeAFirstEnteringIsNotKept) {
  enters(juliet);
  auto made = event(juliet, Message{Style::normal, "long ago"}, foreign_id);
  made->about.origin = Origin::history;
  made->about.at = base.alarms.wall_clock() - 1h;
  base.router.emit(std::move(made));
  EXPECT_THAT(kept(), IsEmpty());
}

TEST_F(ArchiveTest, AConversationWithAPersonIsItsOwners) {
  hears(juliet, "romeo", "psst", "romeo%net");
  hears(nurse, "romeo", "psst", "romeo%net");
  EXPECT_EQ(kept().size(), 2);
  EXPECT_EQ(base.store.rows[0].place->owner, juliet);
  EXPECT_EQ(base.store.rows[1].place->owner, nurse);
  EXPECT_EQ(base.store.rows[0].place->native, "romeo");
}

TEST_F(ArchiveTest, PositionsGrowEvenWithinOneMoment) {
  enters(juliet);
  for (int i = 0; i < 5; ++i) hears(juliet, "romeo", std::to_string(i));
  kept();
  for (std::size_t i = 1; i < 5; ++i) EXPECT_LT(base.store.rows[i - 1].position, base.store.rows[i].position);
}

TEST_F(ArchiveTest, ReadsAsWhoAsks) {
  enters(juliet);
  hears(juliet, "romeo", "hello");
  const auto where = *foreign.addresses().parse("#hall%net");
  base.archive.read(base.names.intern(juliet), where, {}, [](const ArchiveAnswer&) {});
  base.archive.read(base.names.intern(nurse), where, {}, [](const ArchiveAnswer&) {});
  EXPECT_EQ(base.store.rows.size(), 1) << "what waits is written before it is asked for";
  ASSERT_EQ(base.store.queries.size(), 2);
  EXPECT_EQ(base.store.queries[0].reader, juliet);
  EXPECT_EQ(base.store.queries[0].place.native, "#hall");
  EXPECT_TRUE(base.store.queries[0].present_since);
  EXPECT_FALSE(base.store.queries[1].present_since);
}

}  // namespace
}  // namespace isthmus
