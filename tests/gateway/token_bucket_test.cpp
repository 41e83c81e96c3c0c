#include "gateway/token_bucket.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;

namespace isthmus {
namespace {

constexpr TokenBucket::Time start{};

int taken(TokenBucket& bucket, TokenBucket::Time now) {
  int count = 0;
  while (count < 1000 && bucket.take(now)) ++count;
  return count;
}

TEST(IrcTokenBucket, AllowsABurstThenTheRate) {
  TokenBucket bucket{10, 0.5};
  EXPECT_EQ(taken(bucket, start), 10);
  EXPECT_EQ(bucket.ready_at(start), start + 2s);
  EXPECT_FALSE(bucket.take(start + 1999ms));
  EXPECT_TRUE(bucket.take(start + 2s));
  EXPECT_FALSE(bucket.take(start + 2s));
  EXPECT_EQ(taken(bucket, start + 8s), 3);
}

TEST(IrcTokenBucket, FillsUpToTheBurstAndNoFurther) {
  TokenBucket bucket{4, 1};
  EXPECT_EQ(taken(bucket, start), 4);
  EXPECT_EQ(taken(bucket, start + 2s), 2);
  EXPECT_EQ(taken(bucket, start + 1h), 4);
}

TEST(IrcTokenBucket, HasAsManyTokensAsAreConfigured) {
  TokenBucket bucket{20'000, 2'000};
  for (int i = 0; i < 20'000; ++i) ASSERT_TRUE(bucket.take(start)) << i;
  EXPECT_FALSE(bucket.take(start));
}

TEST(IrcTokenBucket, WithoutARateHasNoLimit) {
  TokenBucket bucket{1, 0};
  EXPECT_EQ(taken(bucket, start), 1000);
  EXPECT_EQ(bucket.ready_at(start), start);
}

TEST(IrcTokenBucket, HasAtLeastOneToken) {
  TokenBucket bucket{0, 1};
  EXPECT_EQ(taken(bucket, start), 1);
  EXPECT_EQ(taken(bucket, start + 1s), 1);
}

TEST(IrcTokenBucket, WhatIsForcedIsPaidByTheNext) {
  TokenBucket bucket{2, 1};
  for (int i = 0; i < 4; ++i) bucket.force(start);
  EXPECT_EQ(bucket.ready_at(start), start + 3s);
}

TEST(IrcTokenBucket, ForcingCannotBlockItForLong) {
  TokenBucket bucket{2, 1};
  for (int i = 0; i < 10'000; ++i) bucket.force(start);
  EXPECT_LE(bucket.ready_at(start), start + 12s);
}

TEST(IrcTokenBucket, TakesAnyConfiguredNumbers) {
  for (const double rate : {1e-300, 1e300, -1.0}) {
    TokenBucket bucket{4'000'000'000U, rate};
    EXPECT_TRUE(bucket.take(start));
    EXPECT_GE(bucket.ready_at(start + 1s), start + 1s);
  }
}

}  // namespace
}  // namespace isthmus
