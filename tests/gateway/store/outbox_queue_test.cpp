#include "gateway/store/outbox_queue.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

StoredMessage message(std::string id) {
  StoredMessage one;
  one.id = std::move(id);
  return one;
}

TEST(OutboxQueue, WithdrawsWhatArrivedBeforeItsTurn) {
  OutboxQueue queue;
  const auto queued = queue.add(message("1"));
  EXPECT_TRUE(queue.remove("1"));
  EXPECT_EQ(queued->claim(), nullptr);
  EXPECT_EQ(queued->claim(), nullptr);  // the disk is full: it is asked again
}

TEST(OutboxQueue, HasWhatWasWrittenDeleted) {
  OutboxQueue queue;
  const auto queued = queue.add(message("1"));
  ASSERT_NE(queued->claim(), nullptr);
  EXPECT_FALSE(queue.remove("1"));
  ASSERT_NE(queued->claim(), nullptr);
  EXPECT_EQ(queued->claim()->id, "1");
}

TEST(OutboxQueue, HasWhatIsCommittedDeleted) {
  OutboxQueue queue;
  queue.add(message("1")).reset();
  EXPECT_FALSE(queue.remove("1"));
}

TEST(OutboxQueue, WithdrawsNothingThatWasAddedTwice) {
  OutboxQueue queue;
  const auto first = queue.add(message("1"));
  const auto second = queue.add(message("1"));
  ASSERT_NE(first->claim(), nullptr);
  EXPECT_FALSE(queue.remove("1"));
  EXPECT_NE(second->claim(), nullptr);
}

TEST(OutboxQueue, KnowsNothingOfOthers) {
  OutboxQueue queue;
  const auto queued = queue.add(message("1"));
  EXPECT_FALSE(queue.remove("2"));
  EXPECT_NE(queued->claim(), nullptr);
}

}  // namespace
}  // namespace isthmus
