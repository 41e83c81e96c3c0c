#include "app/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/status.hpp"

namespace isthmus::app {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr AdapterId users{0};
constexpr AdapterId irc{1};

class MetricsTest : public testing::Test {
 protected:
  MetricsTest() { traffic.add(irc, "irc.example.org"); }

  Event event(AdapterId source) {
    Event made;
    made.about.source = source;
    made.about.conversation.adapter = irc;
    made.about.received_at = alarms.wall_clock();
    made.what = Message{Style::normal, "hello"};
    return made;
  }
  std::string page() const { return metrics_page(counters, traffic, state); }

  Alarms alarms;
  Counters counters;
  Traffic traffic{alarms, Log{}};
  GatewayState state{.components = {{.stream = {"irc.example.org", 1, 1, 7},
                                     .foreign = {{"irc.example.net", 3, 2, 10}, {"irc.example.com", 1, 1, 0}},
                                     .waiting = 4}},
                     .waiting_for_users = 5,
                     .waiting_for_links = 6};
};

TEST_F(MetricsTest, MessagesAreCountedByLinkAndDirection) {
  traffic.on_event(event(users));
  traffic.on_event(event(irc));
  traffic.on_event(event(irc));
  EXPECT_THAT(page(), HasSubstr("isthmus_messages_total{link=\"irc.example.org\",direction=\"in\"} 2\n"
                                "isthmus_messages_total{link=\"irc.example.org\",direction=\"out\"} 1\n"));
}

TEST_F(MetricsTest, OnlyMessagesCountAsSuch) {
  auto other = event(irc);
  other.what = Typing{};
  traffic.on_event(other);
  EXPECT_THAT(page(), HasSubstr("isthmus_messages_total{link=\"irc.example.org\",direction=\"in\"} 0\n"));
}

TEST_F(MetricsTest, DropsHaveAReason) {
  traffic.on_failed(event(users), {Condition::forbidden, Remedy::auth, "", {}});
  EXPECT_THAT(page(),
              HasSubstr("isthmus_drops_total{link=\"irc.example.org\",direction=\"out\",reason=\"forbidden\"} 1\n"));
}

TEST_F(MetricsTest, DeliveriesAreTimed) {
  auto said = event(users);
  said.about.received_at -= 300ms;
  traffic.on_confirmed(said);
  traffic.on_confirmed(event(irc));  // nobody waits for these
  const auto text = page();
  EXPECT_THAT(text, HasSubstr("isthmus_delivery_seconds_bucket{link=\"irc.example.org\",le=\"0.25\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_delivery_seconds_bucket{link=\"irc.example.org\",le=\"0.5\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_delivery_seconds_bucket{link=\"irc.example.org\",le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_delivery_seconds_count{link=\"irc.example.org\"} 1\n"));
}

TEST_F(MetricsTest, LinksAndQueuesAreShownAsTheyAre) {
  counters.bytes(irc).foreign_in = 99;
  const auto text = page();
  EXPECT_THAT(text, HasSubstr("isthmus_component_up{link=\"irc.example.org\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_sessions{link=\"irc.example.org\",state=\"up\"} 3\n"
                              "isthmus_sessions{link=\"irc.example.org\",state=\"connecting\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_queue_events{link=\"irc.example.org\",direction=\"out\"} 4\n"
                              "isthmus_queue_events{link=\"\",direction=\"in\"} 5\n"));
  EXPECT_THAT(text, HasSubstr("isthmus_bytes_total{link=\"irc.example.org\",side=\"foreign\",direction=\"in\"} 99\n"));
}

TEST_F(MetricsTest, TheProcessIsMeasured) {
  const auto text = page();
  EXPECT_THAT(text, testing::ContainsRegex("process_resident_memory_bytes [1-9][0-9]+\n"));
  EXPECT_THAT(text, testing::ContainsRegex("process_open_fds [1-9]"));
  EXPECT_THAT(text, testing::ContainsRegex("process_start_time_seconds 1[0-9]{9}\\.[0-9]"));
}

TEST_F(MetricsTest, CountersFollow) {
  counters.add("refused", "forbidden");
  EXPECT_THAT(page(), testing::EndsWith("isthmus_refused_total{reason=\"forbidden\"} 1\n"));
}

TEST_F(MetricsTest, StatusNamesEachLink) {
  traffic.on_event(event(irc));
  const auto text = status_text(state, traffic, 90061s);
  EXPECT_THAT(text, HasSubstr(", running for 1 d 01:01:01\n"));
  EXPECT_THAT(text, HasSubstr("component irc.example.org: up, 4 events and 7 bytes wait\n"
                              "  messages: 1 from its networks, 0 to them\n"
                              "  irc.example.net: 2 of 3 sessions are up, 10 bytes wait\n"));
  EXPECT_THAT(text, HasSubstr("events that wait for users: 5\nmessages of links that wait: 6\n"));
}

TEST_F(MetricsTest, DegradedIsWhatIsWantedAndNotUp) {
  EXPECT_THAT(degraded(state), ElementsAre("irc.example.net: 2 of 3 sessions are up"));
  EXPECT_THAT(degraded({}), IsEmpty());
}

TEST(LabelValue, CannotEndTheLabel) { EXPECT_EQ(label_value("a\"b\\c\nd"), "a\\\"b\\\\c\\nd"); }

TEST(Histogram, CountsWhatIsNotAboveABound) {
  Histogram histogram;
  for (const double seconds : {0.0005, 0.001, 0.002, 60.0, 61.0}) histogram.add(seconds);
  EXPECT_EQ(histogram.counts.front(), 2U);
  EXPECT_EQ(histogram.counts[1], 1U);
  EXPECT_EQ(histogram.counts[Histogram::bounds.size() - 1], 1U);
  EXPECT_EQ(histogram.counts.back(), 1U);
}

}  // namespace
}  // namespace isthmus::app
