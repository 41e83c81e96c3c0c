#include "adapters/websocket/throttle.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr Throttle::Time start{std::chrono::hours{1}};

RecordPtr value(const std::string& from) {
  Record record;
  record.type = "msg";
  record.from = from;
  record.is_value = true;
  return std::make_shared<const Record>(std::move(record));
}

TEST(Throttle, TellsTheFirstAtOnceAndThenTheNewestWhenItIsItsTurn) {
  Throttle throttle{4};
  EXPECT_TRUE(throttle.take(value("ws:a/x"), start));
  EXPECT_FALSE(throttle.take(value("ws:a/x"), start + 1ms));
  const auto newest = value("ws:a/x");
  EXPECT_FALSE(throttle.take(newest, start + 2ms));
  EXPECT_EQ(throttle.next_due(), start + 250ms);
  EXPECT_THAT(throttle.due(start + 249ms), IsEmpty());
  EXPECT_THAT(throttle.due(start + 250ms), ElementsAre(newest));
  EXPECT_FALSE(throttle.next_due());
  EXPECT_FALSE(throttle.take(value("ws:a/x"), start + 300ms)) << "the next one waits for its turn again";
  EXPECT_EQ(throttle.next_due(), start + 500ms);
}

TEST(Throttle, KeepsAddressesApartAndTellsInTheOrderOfTheirTurns) {
  Throttle throttle{1};
  EXPECT_TRUE(throttle.take(value("ws:a/y"), start));
  EXPECT_TRUE(throttle.take(value("ws:a/x"), start + 1ms));
  const auto x = value("ws:a/x");
  const auto y = value("ws:a/y");
  EXPECT_FALSE(throttle.take(x, start + 2ms));
  EXPECT_FALSE(throttle.take(y, start + 3ms));
  EXPECT_THAT(throttle.due(start + 2s), ElementsAre(y, x));
}

TEST(Throttle, HoldsBackSoManyAddressesAndNoMore) {
  Throttle throttle{1};
  for (std::size_t i = 0; i < Throttle::most_addresses; ++i)
    EXPECT_TRUE(throttle.take(value("ws:a/" + std::to_string(i)), start));
  EXPECT_TRUE(throttle.take(value("ws:b/x"), start));
  EXPECT_TRUE(throttle.take(value("ws:b/x"), start)) << "there is no room to remember it";
  EXPECT_TRUE(throttle.take(value("ws:b/x"), start + 2s)) << "the others are quiet now and forgotten";
  EXPECT_FALSE(throttle.take(value("ws:b/x"), start + 2s));
}

}  // namespace
}  // namespace isthmus::websocket
