#include "gateway/runtime/turn.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>

#include "tests/support/run.hpp"

namespace isthmus {
namespace {

using Phase = Turn::Phase;

class Item final : public Flushable {
 public:
  Item(std::string name, std::string& log, std::function<void()> then = {})
      : name_{std::move(name)}, log_{log}, then_{std::move(then)} {}
  ~Item() override = default;
  void flush() override {
    log_ += name_ + ' ';
    const auto then = std::exchange(then_, {});  // a local: it may destroy this
    if (then) then();
  }

 private:
  std::string name_;
  std::string& log_;
  std::function<void()> then_;
};

struct TurnTest : testing::Test {
  // The log of one turn after the other, until nothing more happens.
  std::string turns() {
    loop.restart();
    std::string all;
    while (loop.poll_one() > 0) all += std::exchange(log, {}) + '/';
    return all;
  }

  boost::asio::io_context loop;
  std::string log;
  std::function<void()> on_settle;
  Turn turn{loop.get_executor(), [this] {
              log += "settle ";
              const auto then = std::exchange(on_settle, {});
              if (then) then();
            }};
};

TEST_F(TurnTest, FlushesTheForeignSideThenSettlesThenTheUsersSideThenSettles) {
  Item user{"user", log};
  Item first{"first", log};
  Item second{"second", log};
  turn.request(user, Phase::users);
  turn.request(first, Phase::foreign);
  turn.request(second, Phase::foreign);
  EXPECT_EQ(log, "") << "not before the end of the turn";
  EXPECT_EQ(turns(), "first second settle user settle /");
}

TEST_F(TurnTest, FlushesOnceHoweverOftenItIsAskedFor) {
  Item item{"item", log};
  turn.request(item, Phase::foreign);
  turn.request(item, Phase::foreign);
  turn.request(item, Phase::users);
  turn.request();
  EXPECT_EQ(turns(), "item settle settle /");
  turn.request(item, Phase::users);
  EXPECT_EQ(turns(), "settle item settle /");
}

TEST_F(TurnTest, SettlesAloneWhenThatIsAllThatWasAskedFor) {
  turn.request();
  EXPECT_EQ(turns(), "settle settle /");
  EXPECT_EQ(turns(), "");
}

TEST_F(TurnTest, LeavesWhatAFlushAsksForToTheNextTurn) {
  Item other{"other", log};
  Item user{"user", log};
  Item item{"item", log, [&] {
              turn.request(item, Phase::foreign);
              turn.request(other, Phase::foreign);
            }};
  Item second{"second", log, [&] { turn.request(second, Phase::users); }};
  turn.request(item, Phase::foreign);
  turn.request(second, Phase::users);
  EXPECT_EQ(turns(), "item settle second settle /item other settle second settle /");
}

TEST_F(TurnTest, FlushesUsersInTheSameTurnWhenTheForeignPhaseAsksForIt) {
  Item user{"user", log};
  Item irc{"irc", log, [&] { turn.request(user, Phase::users); }};
  turn.request(irc, Phase::foreign);
  EXPECT_EQ(turns(), "irc settle user settle /");
}

TEST_F(TurnTest, FlushesUsersInTheSameTurnWhenTheFirstSettleAsksForIt) {
  Item user{"user", log};
  Item irc{"irc", log};
  on_settle = [&] {
    turn.request(user, Phase::users);
    turn.request();
    turn.request(irc, Phase::foreign);  // this phase is over
  };
  turn.request();
  EXPECT_EQ(turns(), "settle user settle /irc settle settle /");
}

TEST_F(TurnTest, LeavesWhatTheLastSettleAsksForToTheNextTurn) {
  Item user{"user", log};
  on_settle = [&] { on_settle = [&] { turn.request(user, Phase::users); }; };
  turn.request();
  EXPECT_EQ(turns(), "settle settle /settle user settle /");
}

TEST_F(TurnTest, ForgetsAnItemThatIsDestroyed) {
  auto gone = std::make_unique<Item>("gone", log);
  Item stays{"stays", log};
  turn.request(*gone, Phase::foreign);
  turn.request(stays, Phase::foreign);
  gone.reset();
  EXPECT_EQ(turns(), "stays settle settle /");
}

TEST_F(TurnTest, AllowsAFlushToDestroyAnyItem) {
  auto same_phase = std::make_unique<Item>("gone", log);
  auto next_phase = std::make_unique<Item>("gone", log);
  std::unique_ptr<Item> self;
  self = std::make_unique<Item>("self", log, [&] {
    same_phase.reset();
    next_phase.reset();
    self.reset();
  });
  Item last{"last", log};
  turn.request(*self, Phase::foreign);
  turn.request(*same_phase, Phase::foreign);
  turn.request(last, Phase::foreign);
  turn.request(*next_phase, Phase::users);
  EXPECT_EQ(turns(), "self last settle settle /");
}

TEST(Turn, MayBeDestroyedBeforeItsItemsAndItsHandler) {
  boost::asio::io_context loop;
  std::string log;
  Item item{"item", log};
  {
    Turn turn{loop.get_executor(), [&] { log += "settle "; }};
    turn.request(item, Phase::foreign);
  }
  support::run_ready(loop);
  EXPECT_EQ(log, "");
  Turn next{loop.get_executor(), [] {}};
  next.request(item, Phase::users);  // the item does not wait for the one that is gone
  support::run_ready(loop);
  EXPECT_EQ(log, "item ");
}

}  // namespace
}  // namespace isthmus
