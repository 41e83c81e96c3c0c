// What a user asks, and who answers, with a broker that does as it is told.
#include "adapters/mqtt/questions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "adapters/mqtt/adapter.hpp"
#include "tests/adapters/mqtt/fake_client.hpp"
#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class QuestionsTest : public testing::Test {
 protected:
  QuestionsTest() {
    base.router.set(home_id, users);
    base.router.set(own_id, adapter);
    base.router.set_home(home_id);
    say("/help");
    base.alarms.advance(1s);
    wire.handler->on_connected({});
    base.router.settle();
    users.seen.clear();
    wire.asked.clear();
  }
  static Settings make_settings() {
    BrokerSettings broker;
    broker.name = "plant";
    broker.url = *parse_url("mqtts://broker.example.org");  // with TLS the name is not looked up by us
    broker.connect.client_id = "me";
    broker.rights = {{"home/#"}, {"home/#"}};
    Settings settings;
    settings.brokers.emplace("plant", std::move(broker));
    return settings;
  }
  void say(std::string text) {
    auto event = std::make_unique<Event>();
    event->about.source = home_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = *adapter.addresses().parse("home/oracle%plant");
    event->about.native.push_back({"test", "id of juliet's"});
    event->what = Message{Style::normal, std::move(text)};
    base.router.emit(std::move(event));
    base.router.settle();
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

  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId own_id = base.router.reserve();
  test::FakeAdapter users{home_id, base.names};
  FakeWire wire;
  MqttAdapter adapter{base.runtime, own_id, make_settings(), wire.maker()};
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
