#include "gateway/runtime/counters.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

TEST(Counters, CountByNameAndReason) {
  Counters counters;
  counters.add("refused", "forbidden");
  counters.add("refused", "forbidden");
  counters.add("refused", "gone");
  EXPECT_EQ(counters.value("refused", "forbidden"), 2U);
  EXPECT_EQ(counters.value("refused", "gone"), 1U);
  EXPECT_EQ(counters.value("refused", "conflict"), 0U);
  EXPECT_EQ(counters.value("dropped", "forbidden"), 0U);
}

TEST(Counters, AreWrittenInThePrometheusFormat) {
  Counters counters;
  EXPECT_EQ(counters.to_text(), "");
  counters.add("refused", "gone");
  counters.add("refused", "forbidden");
  counters.add("refused", "gone");
  counters.add("disconnects", "stream_ended");
  EXPECT_EQ(counters.to_text(),
            "# HELP isthmus_disconnects_total Times it happened, by reason.\n"
            "# TYPE isthmus_disconnects_total counter\n"
            "isthmus_disconnects_total{reason=\"stream_ended\"} 1\n"
            "# HELP isthmus_refused_total Times it happened, by reason.\n"
            "# TYPE isthmus_refused_total counter\n"
            "isthmus_refused_total{reason=\"forbidden\"} 1\n"
            "isthmus_refused_total{reason=\"gone\"} 2\n");
}

}  // namespace
}  // namespace isthmus
