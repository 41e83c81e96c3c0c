#include "xmpp/barrier.hpp"

#include "tests/xmpp/dispatcher_stage.hpp"

namespace isthmus::xmpp {
namespace {

class BarrierTest : public DispatcherTest {
 protected:
  /// Romeo writes to juliet; all that goes out, our own ping included.
  std::string romeo_says(std::string text) {
    auto event = std::make_unique<Event>();
    event->about.id = base.ids.next(now);
    event->about.received_at = now;
    event->about.source = foreign_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = *foreign.addresses().parse("romeo%net");
    event->about.actor.name = "romeo";
    event->what = said(std::move(text));
    base.router.emit(std::move(event));
    base.router.settle();
    return std::exchange(outlet.out, {});
  }
  static std::string ping_id(const std::string& out) {
    const auto at = out.rfind("<iq type='get'");
    if (at == std::string::npos) return {};
    const auto begin = out.find("id='", at) + 4;
    return out.substr(begin, out.find('\'', begin) - begin);
  }
  const Domain& domain() { return *dispatcher.find("irc.example.org"); }
  std::string lose_the_stream_and_get_it_back() {
    outlet.up = false;
    dispatcher.on_down(domain());
    base.router.settle();
    outlet.up = true;
    dispatcher.on_up(domain());
    base.router.settle();
    return std::exchange(outlet.out, {});
  }
  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
  }
};

TEST_F(BarrierTest, WhatWasNotKnownToHaveArrivedIsSaidAgainInOrderWithItsId) {
  const auto first = romeo_says("one");
  romeo_says("two");
  const auto again = lose_the_stream_and_get_it_back();
  EXPECT_LT(again.find("<body>one</body>"), again.find("<body>two</body>"));
  EXPECT_EQ(count(again, "<body>"), 2);
  const auto begin = first.find(" id='");
  EXPECT_THAT(again, HasSubstr(first.substr(begin, first.find('\'', begin + 5) - begin)));
}

TEST_F(BarrierTest, WhatWasWrittenBeforeAPingThatCameBackIsNot) {
  const auto ping = ping_id(romeo_says("one"));
  ASSERT_NE(ping, "");
  EXPECT_EQ(ping_id(romeo_says("two")), "") << "one ping at a time";
  EXPECT_TRUE(dispatcher.on_own_ping(domain(), ping));
  const auto next = ping_id(std::exchange(outlet.out, {}));
  EXPECT_NE(next, "") << "for the second";
  const auto again = lose_the_stream_and_get_it_back();
  EXPECT_EQ(count(again, "<body>one</body>"), 0);
  EXPECT_EQ(count(again, "<body>two</body>"), 1);
}

TEST_F(BarrierTest, OtherPingsSayNothing) {
  const auto ping = ping_id(romeo_says("one"));
  EXPECT_FALSE(dispatcher.on_own_ping(domain(), ""));
  EXPECT_FALSE(dispatcher.on_own_ping(domain(), "other"));
  EXPECT_TRUE(dispatcher.on_own_ping(domain(), ping));
  EXPECT_FALSE(dispatcher.on_own_ping(domain(), ping)) << "once";
  EXPECT_EQ(lose_the_stream_and_get_it_back().find("<body>"), std::string::npos);
}

TEST_F(BarrierTest, WhatComesWhileTheStreamIsDownFollows) {
  romeo_says("one");
  outlet.up = false;
  dispatcher.on_down(domain());
  base.router.settle();
  EXPECT_EQ(romeo_says("two"), "");
  outlet.up = true;
  dispatcher.on_up(domain());
  base.router.settle();
  const auto out = std::exchange(outlet.out, {});
  EXPECT_EQ(count(out, "<body>"), 2);
  EXPECT_LT(out.find("<body>one</body>"), out.find("<body>two</body>"));
}

TEST_F(BarrierTest, TypingIsNotWorthAPing) {
  EXPECT_THAT(happens(Typing{Typing::State::composing}, "romeo%net", {}, "romeo"), testing::SizeIs(1));
  EXPECT_EQ(lose_the_stream_and_get_it_back().find("<composing"), std::string::npos);
}

}  // namespace
}  // namespace isthmus::xmpp
