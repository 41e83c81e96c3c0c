// What a user asks, and who answers, with a broker that does as it is told.
#include "adapters/mqtt/questions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/adapters/mqtt/adapter_stage.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class QuestionsTest : public AdapterStage {
 protected:
  QuestionsTest() : AdapterStage{make_settings()} {
    say("/help");
    base.alarms.advance(1s);
    wire.handler->on_connected({});
    base.router.settle();
    users.seen.clear();
    wire.asked.clear();
  }
  static Settings make_settings() {
    BrokerSettings broker;
    broker.connect.client_id = "me";
    broker.rights = {{"home/#"}, {"home/#"}};
    return with(std::move(broker));
  }
  void say(std::string text) {
    auto event = wish(*adapter.addresses().parse("home/oracle%plant"), Message{Style::normal, std::move(text)});
    event->about.native.push_back({"test", "id of juliet's"});
    emit(std::move(event));
  }
  /// What the broker says to what was asked last of that kind.
  FakeWire::Asked answer(std::string_view kind, const Reason& reason = {}) {
    const auto found = std::ranges::find_if(wire.asked.rbegin(), wire.asked.rend(),
                                            [&](const auto& one) { return one.what.starts_with(kind); });
    if (found == wire.asked.rend()) return {};
    auto asked = *found;
    wire.handler->on_done(asked.token, reason);
    base.router.settle();
    return asked;
  }
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    for (const auto& one : users.seen) {
      if (one.is_receipt && one.is_refused) lines.push_back(one.why);
      if (!one.is_receipt && one.what.starts_with("message")) lines.push_back(one.what);
    }
    users.seen.clear();
    return lines;
  }
};

TEST_F(QuestionsTest, AreAskedOnceTheTopicForAnswersIsGrantedAndAnsweredByTheirCorrelation) {
  say("/ask how warm?");
  say("/ask how late?");
  ASSERT_EQ(wire.asked.size(), 1U) << "answers could not be heard yet";
  EXPECT_EQ(answer("subscribe").what, "subscribe isthmus/answers/me");
  ASSERT_EQ(wire.asked.size(), 3U);
  const auto second = wire.asked.back().publication;
  EXPECT_EQ(second.payload, "how late?");
  EXPECT_EQ(second.response_topic, "isthmus/answers/me");
  answer("publish");
  wire.handler->on_publication({.topic = "isthmus/answers/me", .payload = "nonsense", .correlation = "another"}, 0);
  wire.handler->on_publication({.topic = "isthmus/answers/me", .payload = "7", .correlation = second.correlation}, 0);
  wire.handler->on_publication({.topic = "isthmus/answers/me", .payload = "8", .correlation = second.correlation}, 0);
  base.router.settle();
  EXPECT_THAT(heard(), ElementsAre("message home/oracle%plant 7")) << "once";
}

TEST_F(QuestionsTest, WithoutAnAnswerTheUserHearsSo) {
  say("/ask how warm?");
  answer("subscribe");
  answer("publish");
  base.alarms.advance(2min);
  EXPECT_THAT(heard(), ElementsAre("message home/oracle%plant No answer came to \"how warm?\"."));
}

TEST_F(QuestionsTest, WhereAnswersMayNotBeReadItIsPublishedAllTheSame) {
  say("/ask how warm?");
  answer("subscribe", {Reason::Where::broker, reason::not_authorized, {}});
  const auto published = answer("publish");
  EXPECT_EQ(published.what, "publish home/oracle how warm?");
  EXPECT_EQ(published.publication.response_topic, "");
  say("/ask again?");
  EXPECT_THAT(heard(), ElementsAre("message home/oracle%plant Nobody can be asked here: that needs MQTT 5 and one "
                                   "topic."));
}

TEST_F(QuestionsTest, AreBounded) {
  for (std::size_t i = 0; i <= Questions::max_open; ++i) say("/ask how warm?");
  EXPECT_THAT(heard(), ElementsAre("resource-constraint"));
}

}  // namespace
}  // namespace isthmus::mqtt
