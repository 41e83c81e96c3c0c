#include "gateway/runtime/backoff.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, TriesAtOnceThenDoublesUpToTheCap) {
  Backoff backoff{1s, 60s};
  for (const auto expected : {0s, 1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) EXPECT_EQ(backoff.next(0.0), expected);
}

TEST(Backoff, AddsUpToOneBaseByChance) {
  Backoff backoff{1min, 10min};
  EXPECT_EQ(backoff.next(0.5), 0s) << "the first attempt does not wait";
  EXPECT_EQ(backoff.next(0.5), 90s);
  EXPECT_EQ(backoff.next(0.25), 135s);
  EXPECT_LT(backoff.next(0.999), 5min);
}

TEST(Backoff, StartsAnewAfterAReset) {
  Backoff backoff{1s, 60s};
  for (int i = 0; i < 5; ++i) backoff.next(0.0);
  backoff.reset();
  EXPECT_EQ(backoff.next(0.9), 0s);
  EXPECT_EQ(backoff.next(0.0), 1s);
}

TEST(Backoff, StaysAtTheCapHoweverOftenItFails) {
  Backoff backoff{1s, 60s};
  for (int i = 0; i < 10'000; ++i) EXPECT_LE(backoff.next(0.999), 61s);
}

}  // namespace
}  // namespace isthmus
