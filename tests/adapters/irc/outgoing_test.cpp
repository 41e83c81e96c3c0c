#include "adapters/irc/outgoing.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isthmus::irc {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime start{1h};

EventPtr message(std::string text) {
  auto event = std::make_unique<Event>();
  event->what = Message{Style::normal, std::move(text)};
  return event;
}

std::vector<std::string> texts(const std::vector<EventPtr>& events) {
  std::vector<std::string> all;
  for (const EventPtr& event : events) all.push_back(std::get<Message>(event->what).text);
  return all;
}

using Texts = std::vector<std::string>;

bool say(Outgoing& outgoing, std::string text, unsigned lines, SteadyTime now) {
  const std::size_t from = outgoing.lines().size();
  for (unsigned i = 0; i < lines; ++i) outgoing.lines() += text + "\r\n";
  EventPtr event = message(std::move(text));
  return outgoing.add_message(event, from, now);
}

void add(Outgoing& outgoing, std::string_view line, Urgency urgency, SteadyTime now) {
  bool taken = false;
  outgoing.add(line, urgency, now, taken);
  ASSERT_TRUE(taken);
}

/// Writes all there is.
std::string write(Outgoing& outgoing, std::vector<EventPtr>& through) {
  std::string bytes{outgoing.bytes()};
  outgoing.written(bytes.size(), through);
  return bytes;
}

TEST(IrcOutgoing, ConfirmsAMessageWithItsLastByteAndInOrder) {
  Outgoing outgoing{10, 0};
  std::vector<EventPtr> through;
  ASSERT_TRUE(say(outgoing, "one", 1, start));
  ASSERT_TRUE(say(outgoing, "two", 2, start));
  outgoing.written(4, through);
  EXPECT_TRUE(through.empty());
  outgoing.written(1, through);
  EXPECT_EQ(texts(through), Texts{"one"});
  outgoing.written(9, through);
  EXPECT_EQ(texts(through), Texts{"one"});
  outgoing.written(1, through);
  EXPECT_EQ(texts(through), (Texts{"one", "two"}));
  EXPECT_TRUE(outgoing.bytes().empty());
}

TEST(IrcOutgoing, LetsABurstThroughAndThenOneLineAfterTheOther) {
  Outgoing outgoing{2, 0.5};
  std::vector<EventPtr> through;
  for (const char* text : {"a", "b", "c", "d"}) ASSERT_TRUE(say(outgoing, text, 1, start));
  EXPECT_EQ(write(outgoing, through), "a\r\nb\r\n");
  EXPECT_TRUE(outgoing.holds_up());
  const SteadyTime due = outgoing.pump(start);
  EXPECT_EQ(due, start + 2s);
  EXPECT_TRUE(outgoing.bytes().empty());
  EXPECT_EQ(outgoing.pump(due), start + 4s);
  EXPECT_EQ(write(outgoing, through), "c\r\n");
  EXPECT_EQ(outgoing.pump(start + 4s), SteadyTime::max());
  EXPECT_EQ(write(outgoing, through), "d\r\n");
  EXPECT_EQ(texts(through), (Texts{"a", "b", "c", "d"}));
  EXPECT_FALSE(outgoing.holds_up());
}

TEST(IrcOutgoing, PutsPongFirstThenTheUserThenOurselves) {
  Outgoing outgoing{1, 1};
  std::vector<EventPtr> through;
  ASSERT_TRUE(say(outgoing, "first", 1, start));
  add(outgoing, "JOIN #a\r\n", Urgency::later, start);
  ASSERT_TRUE(say(outgoing, "second", 1, start));
  add(outgoing, "PONG\r\n", Urgency::now, start);
  EXPECT_EQ(write(outgoing, through), "first\r\nPONG\r\n");
  outgoing.pump(start + 2s);
  EXPECT_EQ(write(outgoing, through), "second\r\n");
  outgoing.pump(start + 10s);
  EXPECT_EQ(write(outgoing, through), "JOIN #a\r\n");
}

TEST(IrcOutgoing, TellsWhenALineWillHaveLeft) {
  Outgoing outgoing{1, 0.5};
  bool taken = false;
  EXPECT_EQ(outgoing.add("A\r\n", Urgency::user, start, taken), start);
  EXPECT_EQ(outgoing.add("B\r\nC\r\n", Urgency::user, start, taken), start + 4s);
}

TEST(IrcOutgoing, TakesNoMessageThatHasNoRoomAndKeepsTheEvent) {
  Outgoing limited{1, 1};
  ASSERT_TRUE(say(limited, "x", 1 + Outgoing::max_lines, start));
  EXPECT_FALSE(say(limited, "y", 1, start));
  EXPECT_TRUE(limited.lines().empty());

  Outgoing unlimited{1, 0};
  ASSERT_TRUE(say(unlimited, std::string(Outgoing::max_bytes - 10, 'x'), 1, start));
  const std::size_t before = unlimited.bytes().size();
  EventPtr event = message("y");
  const std::size_t from = unlimited.lines().size();
  unlimited.lines() += "this is too much\r\n";
  EXPECT_FALSE(unlimited.add_message(event, from, start));
  EXPECT_NE(event, nullptr);
  EXPECT_EQ(unlimited.bytes().size(), before);
}

TEST(IrcOutgoing, GivesBackWhatWasNotWrittenInOrder) {
  Outgoing outgoing{2, 1};
  std::vector<EventPtr> through;
  ASSERT_TRUE(say(outgoing, "written", 1, start));
  write(outgoing, through);
  ASSERT_TRUE(say(outgoing, "half", 2, start));
  ASSERT_TRUE(say(outgoing, "held", 1, start));
  std::vector<EventPtr> lost;
  outgoing.clear(lost);
  EXPECT_EQ(texts(lost), (Texts{"half", "held"}));
  EXPECT_TRUE(outgoing.bytes().empty());
  EXPECT_FALSE(outgoing.holds_up());
}

}  // namespace
}  // namespace isthmus::irc
