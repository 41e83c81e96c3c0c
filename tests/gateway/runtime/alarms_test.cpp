#include "gateway/runtime/alarms.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;

TEST(Alarms, RingInTheOrderOfTheirDueTimesAtThoseTimes) {
  Alarms alarms;
  std::vector<std::pair<char, SteadyTime>> rung;
  Alarm late{alarms, [&] { rung.emplace_back('l', alarms.now()); }};
  Alarm early{alarms, [&] { rung.emplace_back('e', alarms.now()); }};
  const auto start = alarms.now();
  late.set(start + 2s);
  early.set(start + 1s);
  alarms.advance(999ms);
  EXPECT_TRUE(rung.empty());
  alarms.advance(10s);
  ASSERT_EQ(rung.size(), 2U);
  EXPECT_EQ(rung[0], std::pair('e', start + 1s));
  EXPECT_EQ(rung[1], std::pair('l', start + 2s));
  EXPECT_FALSE(late.is_set());
}

TEST(Alarms, RingOnceForTheLastTimeThatWasSet) {
  Alarms alarms;
  int rings = 0;
  Alarm alarm{alarms, [&] { ++rings; }};
  alarm.set(alarms.now() + 1s);
  alarm.set(alarms.now() + 5s);
  alarms.advance(4s);
  EXPECT_EQ(rings, 0);
  alarms.advance(1s);
  EXPECT_EQ(rings, 1);
  alarms.advance(10s);
  EXPECT_EQ(rings, 1);
}

TEST(Alarms, DoNotRingOnceClearedOrDestroyed) {
  Alarms alarms;
  int rings = 0;
  Alarm cleared{alarms, [&] { ++rings; }};
  auto destroyed = std::make_unique<Alarm>(alarms, [&] { ++rings; });
  cleared.set(alarms.now());
  destroyed->set(alarms.now());
  cleared.clear();
  destroyed.reset();
  alarms.advance(1s);
  EXPECT_EQ(rings, 0);
}

TEST(Alarms, MaySetThemselvesAgainWhileTheyRing) {
  Alarms alarms;
  std::vector<SteadyTime> rung;
  Alarm* self = nullptr;
  Alarm alarm{alarms, [&] {
                rung.push_back(alarms.now());
                self->set(alarms.now() + 3s);
              }};
  self = &alarm;
  const auto start = alarms.now();
  alarm.set(start + 3s);
  alarms.advance(10s);
  EXPECT_EQ(rung, (std::vector<SteadyTime>{start + 3s, start + 6s, start + 9s}));
  alarm.clear();
}

TEST(Alarms, MayDestroyThemselvesWhileTheyRing) {
  Alarms alarms;
  std::unique_ptr<Alarm> alarm;
  std::string seen;
  alarm = std::make_unique<Alarm>(alarms, [&, text = std::string(100, 'x')] {
    alarm.reset();
    seen = text;  // what the function holds lives until it returns
  });
  alarm->set(alarms.now());
  alarms.advance(0s);
  EXPECT_EQ(seen, std::string(100, 'x'));
}

TEST(Alarms, MayClearAndDestroyOthersThatAreDueToo) {
  Alarms alarms;
  int rings = 0;
  std::unique_ptr<Alarm> destroyed;
  std::unique_ptr<Alarm> cleared;
  Alarm first{alarms, [&] {
                destroyed.reset();
                cleared->clear();
              }};
  destroyed = std::make_unique<Alarm>(alarms, [&] { ++rings; });
  cleared = std::make_unique<Alarm>(alarms, [&] { ++rings; });
  first.set(alarms.now() + 1s);
  destroyed->set(alarms.now() + 1s);
  cleared->set(alarms.now() + 1s);
  alarms.advance(1s);
  EXPECT_EQ(rings, 0);
}

TEST(Alarms, RingOnTheLoopsTimer) {
  boost::asio::io_context loop;
  Alarms alarms{loop.get_executor()};
  std::string rung;
  Alarm second{alarms, [&] { rung += '2'; }};
  Alarm first{alarms, [&] { rung += '1'; }};
  const auto start = alarms.now();
  second.set(start + 2ms);
  first.set(start + 1ms);
  loop.run_for(support::patience);
  EXPECT_EQ(rung, "12");
}

TEST(Alarms, DoNotRingFromWithinSet) {
  boost::asio::io_context loop;
  Alarms alarms{loop.get_executor()};
  int rings = 0;
  Alarm alarm{alarms, [&] { ++rings; }};
  alarm.set(alarms.now() - 1s);
  EXPECT_EQ(rings, 0);
  loop.run_for(support::patience);
  EXPECT_EQ(rings, 1);
}

TEST(Alarms, ThatSetThemselvesForNowLetTheLoopGoOn) {
  boost::asio::io_context loop;
  Alarms alarms{loop.get_executor()};
  int rings = 0;
  Alarm* self = nullptr;
  Alarm alarm{alarms, [&] {
                ++rings;
                self->set(alarms.now() - 1s);
              }};
  self = &alarm;
  alarm.set(alarms.now());
  loop.run_one();
  EXPECT_EQ(rings, 1);
  loop.run_one();
  EXPECT_EQ(rings, 2);
  alarm.clear();
}

TEST(Alarms, KeepOneWaitHoweverOftenAnAlarmIsPutOff) {
  boost::asio::io_context loop;
  Alarms alarms{loop.get_executor()};
  int rings = 0;
  Alarm alarm{alarms, [&] { ++rings; }};
  alarm.set(alarms.now() + 1ms);
  for (int i = 0; i < 1'000; ++i) alarm.set(alarms.now() + 5ms);
  const auto handlers = loop.run_for(support::patience);
  EXPECT_EQ(rings, 1);
  EXPECT_LE(handlers, 3U);
}

TEST(Alarms, MayBeDestroyedBeforeTheLoop) {
  boost::asio::io_context loop;
  {
    Alarms alarms{loop.get_executor()};
    Alarm alarm{alarms, [] { FAIL(); }};
    alarm.set(alarms.now());
  }
  loop.run_for(support::patience);
}

TEST(AlarmsMoment, HoldsBothClocks) {
  boost::asio::io_context io;
  Alarms alarms{io.get_executor()};
  SteadyTime held;
  {
    const Alarms::Moment moment{alarms};
    held = alarms.now();
    const auto wall_clock = alarms.wall_clock();
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
    {
      const Alarms::Moment within{alarms};
      EXPECT_EQ(alarms.now(), held);
    }
    EXPECT_EQ(alarms.now(), held) << "the outer one still lives";
    EXPECT_EQ(alarms.wall_clock(), wall_clock);
  }
  EXPECT_GE(alarms.now(), held + std::chrono::milliseconds{2});
}

}  // namespace
}  // namespace isthmus
