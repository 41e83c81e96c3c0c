#include "gateway/model/event_id.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

using namespace std::chrono_literals;

TEST(EventIds, GrowWithinOneMillisecondAndWhenTheClockIsSetBack) {
  EventIds ids{1};
  const std::chrono::system_clock::time_point now{1'700'000'000'000ms};
  const auto first = ids.next(now);
  const auto second = ids.next(now);
  const auto third = ids.next(now - 1h);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  EXPECT_EQ(first.high >> 16, 1'700'000'000'000U);
}

TEST(EventIds, AreWrittenAsHexadecimalDigitsInTheirOrder) {
  const auto text = to_hex({0x0123456789abcdefU, 0xfedcba9876543210U});
  EXPECT_EQ(std::string_view(text.data(), text.size()), "0123456789abcdeffedcba9876543210");
}

}  // namespace
}  // namespace isthmus
