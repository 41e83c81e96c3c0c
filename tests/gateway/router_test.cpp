#include "gateway/router.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_adapter.hpp"

namespace isthmus {
namespace {

using test::FakeAdapter;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router.set(home_id, users);
    router.set(foreign_id, foreign);
    router.set_home(home_id);
  }

  EventPtr event(AdapterId source, std::string text, std::string_view room = "#room") {
    auto made = std::make_unique<Event>();
    made->about.source = source;
    made->about.owner = names.intern("juliet@example.org");
    made->about.conversation = {foreign_id, PlaceKind::room, names.intern("net"), names.intern(room)};
    made->what = Message{Style::normal, std::move(text)};
    return made;
  }
  std::vector<std::string> seen(const FakeAdapter& adapter) {
    std::vector<std::string> lines;
    for (const auto& one : adapter.seen)
      lines.push_back((one.is_refused ? one.why + " " : one.is_receipt ? "has " : "") + one.what);
    return lines;
  }
  using Lines = std::vector<std::string>;

  NameTable names;
  Counters counters;
  Router router{counters};
  AdapterId home_id = router.reserve();
  AdapterId foreign_id = router.reserve();
  FakeAdapter users{home_id, names};
  FakeAdapter foreign{foreign_id, names};
};

TEST_F(RouterTest, WhatUsersSayGoesToTheAdapterOfTheConversationAndComesBackWhenItIsThere) {
  router.emit(event(home_id, "hello"));
  EXPECT_TRUE(foreign.seen.empty()) << "nothing is routed before settle()";
  router.settle();
  EXPECT_EQ(seen(foreign), Lines{"message #room%net hello"});
  EXPECT_EQ(seen(users), Lines{"has message #room%net hello"});
}

/// Answers each event with another one.
class Restless final : public Adapter {
 public:
  Restless(Router& router, NameTable& names) : router_{router}, book_{AdapterId{1}, names} {}
  asio::awaitable<void> run() override { co_return; }
  Outcome deliver(Delivery& delivery) override {
    ++delivered;
    auto again = std::make_unique<Event>(*delivery.event);
    again->about.source = AdapterId{1};
    router_.emit(std::move(again));
    return Accepted{};
  }
  const AddressBook& addresses() const override { return book_; }
  Capabilities capabilities(const Name&, const Conversation&) const override { return {}; }
  std::string_view protocol() const override { return "irc"; }
  int delivered = 0;

 private:
  Router& router_;
  test::FakeAddressBook book_;
};

TEST_F(RouterTest, AdaptersThatAnswerEachOtherWithoutEndAreCutOffAndTheRestGoesOn) {
  Restless restless{router, names};
  router.set(home_id, restless);
  router.emit(event(foreign_id, "hello"));
  router.settle();
  EXPECT_LE(restless.delivered, Router::max_steps);
  EXPECT_EQ(counters.value("loops_ended", "endless"), 1U);
  router.set(home_id, users);
  router.emit(event(foreign_id, "still here"));
  router.settle();
  EXPECT_EQ(seen(users), Lines{"message #room%net still here"});
}

TEST_F(RouterTest, WhatIsDroppedForASideThatCannotSayItIsToldToWhoeverSaidIt) {
  auto taken_back = event(home_id, "");
  taken_back->what = Reactions{{"m1"}, {}};
  router.emit(std::move(taken_back));
  router.settle();
  EXPECT_TRUE(foreign.seen.empty());
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_TRUE(users.seen.front().is_receipt && !users.seen.front().is_refused);
  EXPECT_EQ(counters.value("degraded", "dropped"), 1U);
}

TEST_F(RouterTest, APendingMessageComesBackOnlyWhenItIsConfirmed) {
  foreign.answers.push_back(Pending{});
  router.emit(event(home_id, "hello"));
  router.settle();
  EXPECT_TRUE(users.seen.empty());
  router.confirmed(std::move(foreign.pending.front()));
  router.settle();
  EXPECT_EQ(seen(users), Lines{"has message #room%net hello"});
}

TEST_F(RouterTest, ARefusalGoesBackToWhereTheEventCameFrom) {
  foreign.answers.push_back(Rejected{{Condition::forbidden, Remedy::auth, "no", {}}});
  router.emit(event(home_id, "hello"));
  users.answers.push_back(Rejected{{Condition::item_not_found, Remedy::cancel, "", {}}});
  router.emit(event(foreign_id, "answer"));
  router.settle();
  EXPECT_EQ(seen(users), (Lines{"message #room%net answer", "forbidden message #room%net hello"}));
  EXPECT_EQ(seen(foreign), (Lines{"message #room%net hello", "item-not-found message #room%net answer"}));
  EXPECT_EQ(counters.value("refused", "forbidden"), 1U);
}

TEST_F(RouterTest, TheForeignSideHearsNothingOfWhatTheUsersSideAccepted) {
  router.emit(event(foreign_id, "hello"));
  router.settle();
  EXPECT_EQ(seen(users), Lines{"message #room%net hello"});
  EXPECT_TRUE(foreign.seen.empty());
}

TEST_F(RouterTest, WhatIsDeferredIsTriedAgainInOrderAndLaterWordsWaitBehindIt) {
  users.answers.push_back(Deferred{});
  router.emit(event(foreign_id, "one"));
  router.emit(event(foreign_id, "two"));
  router.emit(event(foreign_id, "elsewhere", "#other"));
  router.settle();
  EXPECT_EQ(router.waiting(home_id), 2U);
  EXPECT_EQ(seen(users), (Lines{"message #room%net one", "message #other%net elsewhere"}));
  users.seen.clear();
  router.resumed(home_id);
  router.settle();
  EXPECT_EQ(seen(users), (Lines{"message #room%net one", "message #room%net two"}));
  EXPECT_EQ(router.waiting(home_id), 0U);
}

TEST_F(RouterTest, AFullOutboxRefusesInsteadOfForgetting) {
  users.answers.push_back(Deferred{});
  for (std::size_t i = 0; i <= Outbox::max_per_conversation; ++i) router.emit(event(foreign_id, std::to_string(i)));
  router.settle();
  EXPECT_EQ(router.waiting(home_id), Outbox::max_per_conversation);
  EXPECT_EQ(seen(foreign),
            Lines{"resource-constraint message #room%net " + std::to_string(Outbox::max_per_conversation)});
}

TEST_F(RouterTest, WhatTheForeignSideCannotSayIsSaidInWordsAndComesBackAsItWas) {
  foreign.answers.push_back(Pending{});
  auto edit = event(home_id, "");
  edit->what = Edit{{"m1"}, Message{Style::normal, "hello"}};
  router.emit(std::move(edit));
  router.settle();
  EXPECT_EQ(seen(foreign), Lines{"message #room%net Correction: hello"});
  router.confirmed(std::move(foreign.pending.front()));
  router.settle();
  EXPECT_EQ(seen(users), Lines{"has edit #room%net m1 hello"});
}

TEST_F(RouterTest, WhatTheForeignSideCanSayGoesThereAsItIs) {
  foreign.can = {Capability::edit};
  auto edit = event(home_id, "");
  edit->what = Edit{{"m1"}, Message{Style::normal, "hello"}};
  router.emit(std::move(edit));
  router.settle();
  EXPECT_EQ(seen(foreign), Lines{"edit #room%net m1 hello"});
}

TEST_F(RouterTest, ARetractionThatCannotBeMadeIsRefusedAndTypingIsDropped) {
  auto retract = event(home_id, "");
  retract->what = Retract{{"m1"}, false, {}};
  router.emit(std::move(retract));
  auto typing = event(home_id, "");
  typing->what = Typing{Typing::State::composing};
  router.emit(std::move(typing));
  router.settle();
  EXPECT_TRUE(foreign.seen.empty());
  EXPECT_EQ(seen(users), Lines{"feature-not-implemented retract #room%net m1"});
}

}  // namespace
}  // namespace isthmus
