#include "gateway/runtime/repeat_filter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const RepeatFilter::Time start = RepeatFilter::Time{} + 1h;

TEST(RepeatFilter, WritesAFewOfManyEqualLinesAndThenTellsHowManyMoreThereWere) {
  RepeatFilter filter;
  std::size_t written = 0;
  for (int i = 0; i < 100; ++i) written += filter.admit("warn  refused", start + i * 100ms) ? 1 : 0;
  EXPECT_EQ(written, 5U);
  EXPECT_THAT(filter.expire(start + 59s), IsEmpty());
  EXPECT_THAT(filter.expire(start + 60s), ElementsAre("warn  refused repeated=95"));
  EXPECT_THAT(filter.expire(start + 61s), IsEmpty());
  EXPECT_TRUE(filter.admit("warn  refused", start + 61s));
}

TEST(RepeatFilter, OtherLinesAreWritten) {
  RepeatFilter filter;
  for (int i = 0; i < 10; ++i) filter.admit("a", start);
  EXPECT_TRUE(filter.admit("b", start));
  EXPECT_FALSE(filter.admit("a", start));
}

TEST(RepeatFilter, ARareRepetitionIsWritten) {
  RepeatFilter filter;
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(filter.admit("a", start + i * 61s));
}

TEST(RepeatFilter, TheSumOfAJsonLineIsAMember) {
  RepeatFilter filter;
  for (int i = 0; i < 6; ++i) filter.admit(R"("level":"info","text":"a")", start);
  EXPECT_THAT(filter.expire(start + 2min), ElementsAre(R"("level":"info","text":"a","repeated":1)"));
}

TEST(RepeatFilter, WatchesABoundedNumberOfLines) {
  RepeatFilter filter;
  for (int i = 0; i < 10; ++i) filter.admit("first", start);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(filter.admit(std::to_string(i), start + 1s));
  EXPECT_TRUE(filter.admit("first", start + 2s)) << "it gave way";
}

}  // namespace
}  // namespace isthmus
