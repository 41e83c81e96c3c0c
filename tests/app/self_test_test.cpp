#include "app/self_test.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::app {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::StartsWith;

class SelfTestTest : public testing::Test {
 protected:
  SelfTestTest() {
    base.router.set(home_id, users);
    base.router.set_home(home_id);
    base.router.set(talk_id, talk);
    talk.set_scheme("talk");
    links.know(talk_id);
    links.set_id(base.router.reserve());
    asio::co_spawn(base.io, links.run(), asio::bind_cancellation_slot(stop_.slot(), [](const std::exception_ptr&) {}));
    base.io.poll();
  }
  ~SelfTestTest() override {
    stop_.emit(asio::cancellation_type::terminal);
    base.io.restart();
    base.io.run_for(1s);
  }

  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId talk_id = base.router.reserve();
  test::FakeAdapter users{home_id, base.names};
  test::FakeAdapter talk{talk_id, base.names};
  Links links{base.runtime};
  SelfTest self_test{base.runtime, links};

 private:
  asio::cancellation_signal stop_;
};

TEST_F(SelfTestTest, TimesEnteringAndSaying) {
  talk.answers = {Pending{}, Pending{}};
  EXPECT_FALSE(self_test.start("talk:net/#verona"));
  base.router.settle();
  EXPECT_THAT(self_test.result(), StartsWith(self_test_runs));
  base.alarms.advance(120ms);
  base.router.confirmed(std::move(talk.pending.at(0)));
  base.router.settle();
  base.alarms.advance(20ms);  // it looks whether the place was entered
  ASSERT_EQ(talk.seen.back().what, "message #verona%net isthmus self-test");
  base.alarms.advance(35ms);
  base.router.confirmed(std::move(talk.pending.at(1)));
  base.router.settle();
  EXPECT_EQ(self_test.result(), "talk:net/#verona: entered in 140 ms, said in 35 ms");
  base.alarms.advance(1ms);
  EXPECT_EQ(talk.seen.back().what, "leave #verona%net isthmus") << "nothing is left behind";
}

TEST_F(SelfTestTest, SaysWhyItFails) {
  talk.answers = {Accepted{}, Rejected{{Condition::forbidden, Remedy::auth, "Only those with voice may speak.", {}}}};
  EXPECT_FALSE(self_test.start("talk:net/#verona"));
  base.router.settle();
  base.alarms.advance(20ms);
  EXPECT_THAT(self_test.result(), StartsWith(self_test_failed));
  EXPECT_THAT(self_test.result(), HasSubstr("Only those with voice may speak."));
}

TEST_F(SelfTestTest, GivesUpAPlaceThatIsNotEntered) {
  talk.answers = {Pending{}};
  EXPECT_FALSE(self_test.start("talk:net/#verona"));
  base.alarms.advance(31s);
  EXPECT_EQ(self_test.result(), "failed: talk:net/#verona was not entered within 30 s");
  base.alarms.advance(1ms);
  EXPECT_FALSE(self_test.start("talk:net/#verona")) << "the next one may begin";
}

TEST_F(SelfTestTest, OneAtATimeAndOnlyPlacesThatThereAre) {
  talk.answers = {Pending{}};
  EXPECT_TRUE(self_test.start("nothing:net/#verona"));
  EXPECT_FALSE(self_test.start("talk:net/#verona"));
  EXPECT_EQ(self_test.start("talk:net/#verona")->condition, Condition::resource_constraint);
}

}  // namespace
}  // namespace isthmus::app
