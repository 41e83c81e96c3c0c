#include "tests/bench/load_ledger.hpp"

#include <gtest/gtest.h>

namespace isthmus::bench {
namespace {

std::string body(std::size_t channel, std::size_t number) {
  std::string text;
  append_body(text, channel, number);
  return text;
}

/// A ledger of two flows, with three messages sent in flow 1 (from channel 7) at 100, 200 and 300.
Ledger three_sent() {
  Ledger ledger{2};
  for (const Nanoseconds at : {100, 200, 300}) ledger.add_sent(1, at);
  return ledger;
}

void expect_faults(const Ledger& ledger, const Faults& wanted) {
  const Faults faults = ledger.faults();
  EXPECT_EQ(faults.lost, wanted.lost);
  EXPECT_EQ(faults.duplicated, wanted.duplicated);
  EXPECT_EQ(faults.reordered, wanted.reordered);
  EXPECT_EQ(faults.corrupted, wanted.corrupted);
}

TEST(Ledger, HasNoFaultWhenEachMessageArrivesOnceInOrder) {
  Ledger ledger = three_sent();
  for (const std::size_t number : {0u, 1u, 2u}) ledger.add_arrived(1, 7, body(7, number), 1000);
  expect_faults(ledger, {});
  EXPECT_EQ(ledger.in_flight(), 0u);
}

TEST(Ledger, CountsWhatDidNotArriveAsLost) {
  Ledger ledger = three_sent();
  ledger.add_arrived(1, 7, body(7, 2), 1000);
  expect_faults(ledger, {.lost = 2});
}

TEST(Ledger, CountsASecondCopyAsDuplicatedAndNotAsArrived) {
  Ledger ledger = three_sent();
  ledger.add_arrived(1, 7, body(7, 0), 1000);
  ledger.add_arrived(1, 7, body(7, 0), 1000);
  expect_faults(ledger, {.lost = 2, .duplicated = 1});
  EXPECT_EQ(ledger.arrived(), 1u);
}

TEST(Ledger, CountsAnOvertakenMessageAsReordered) {
  Ledger ledger = three_sent();
  for (const std::size_t number : {1u, 0u, 2u}) ledger.add_arrived(1, 7, body(7, number), 1000);
  expect_faults(ledger, {.reordered = 1});
}

TEST(Ledger, TakesNoTextButTheOneThatWasSent) {
  const std::string wrong[] = {body(8, 0), body(7, 3), body(7, 0) + "!", body(7, 0).substr(0, 10), "7/0", "", "hello"};
  for (const std::string& text : wrong) {
    Ledger ledger = three_sent();
    ledger.add_arrived(1, 7, text, 1000);
    expect_faults(ledger, {.lost = 3, .corrupted = 1});
  }
}

TEST(Ledger, ReportsLatenciesByRank) {
  Ledger ledger = three_sent();
  for (const std::size_t number : {0u, 1u, 2u}) ledger.add_arrived(1, 7, body(7, number), 1000);
  EXPECT_EQ(ledger.latency(0.0), 700);
  EXPECT_EQ(ledger.latency(0.5), 800);
  EXPECT_EQ(ledger.latency(1.0), 900);
  ledger.forget_latencies();
  EXPECT_EQ(ledger.latency(0.5), 0);
}

}  // namespace
}  // namespace isthmus::bench
