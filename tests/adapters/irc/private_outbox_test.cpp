#include "adapters/irc/private_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace isthmus::irc {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr SteadyTime due{std::chrono::hours{1}};

EventPtr message(std::string text, SystemTime seen = {}) {
  auto event = std::make_unique<Event>();
  event->what = Message{Style::normal, std::move(text)};
  event->about.received_at = seen;
  return event;
}

std::vector<std::string> texts(const std::vector<EventPtr>& events) {
  std::vector<std::string> all;
  for (const EventPtr& event : events) all.push_back(std::get<Message>(event->what).text);
  return all;
}

TEST(PrivateOutbox, WhatWasSaidBeforeAPingArrivesWithItsAnswer) {
  PrivateOutbox outbox;
  EXPECT_FALSE(outbox.wants_ping());
  outbox.said(message("one"), "romeo", 1);
  const std::string token = outbox.ask(1, due);
  outbox.said(message("two"), "romeo", 1);
  EXPECT_FALSE(outbox.wants_ping()) << "one at a time";
  EXPECT_EQ(outbox.due(), due);
  EXPECT_THAT(outbox.arrived("another"), IsEmpty());
  EXPECT_THAT(texts(outbox.arrived(token)), ElementsAre("one"));
  EXPECT_TRUE(outbox.wants_ping());
  EXPECT_EQ(outbox.due(), SteadyTime::max());
  EXPECT_THAT(outbox.arrived(token), IsEmpty()) << "once";
  outbox.ask(2, due);
  EXPECT_THAT(texts(outbox.give_up_proof()), ElementsAre("two"));
  EXPECT_TRUE(outbox.empty());
}

TEST(PrivateOutbox, WhatIsLostWaitsBeforeWhatWaitsAndSaysSo) {
  PrivateOutbox outbox;
  outbox.said(message("one"), "romeo", 1);
  outbox.ask(1, due);
  outbox.wait(message("four"));
  std::vector<EventPtr> labelled;
  labelled.push_back(message("three"));
  outbox.said(message("two"), "nurse", 1);
  outbox.lose(std::move(labelled));
  EXPECT_TRUE(outbox.has_repeated());
  EXPECT_FALSE(outbox.wants_ping());
  const auto waiting = outbox.take_waiting();
  EXPECT_THAT(texts(waiting), ElementsAre("one", "two", "three", "four"));
  EXPECT_EQ(waiting[0]->about.origin, Origin::replay);
  EXPECT_EQ(waiting[3]->about.origin, Origin::live);
}

TEST(PrivateOutbox, WhatWasSaidInRoomsIsGivenBackAndNotSaidAgain) {
  PrivateOutbox outbox;
  auto passed_on = message("in a room");
  EXPECT_FALSE(PrivateOutbox::wants_proof(*message("live"))) << "its kind is no person";
  passed_on->about.conversation.kind = PlaceKind::room;
  passed_on->about.is_kept = true;
  EXPECT_TRUE(PrivateOutbox::wants_proof(*passed_on));
  outbox.said(std::move(passed_on), "#verona", 1);
  outbox.said(message("to a person"), "romeo", 1);
  EXPECT_THAT(texts(outbox.take_said_in_rooms()), ElementsAre("in a room"));
  outbox.lose({});
  EXPECT_THAT(texts(outbox.take_waiting()), ElementsAre("to a person"));
}

TEST(PrivateOutbox, ARefusalIsOfTheFirstLineThatMayBeMeant) {
  PrivateOutbox outbox;
  outbox.said(message("long"), "romeo", 2);
  outbox.said(message("other"), "nurse", 1);
  outbox.said(message("short"), "romeo", 1);
  const std::string token = outbox.ask(1, due);
  EXPECT_EQ(std::get<Message>(outbox.refuse("romeo")->event->what).text, "long");
  EXPECT_EQ(outbox.refuse("romeo")->event, nullptr) << "its second line";
  EXPECT_EQ(std::get<Message>(outbox.refuse("romeo")->event->what).text, "short");
  EXPECT_FALSE(outbox.refuse("romeo"));
  EXPECT_THAT(texts(outbox.arrived(token)), ElementsAre("other"));
}

TEST(PrivateOutbox, HasLimits) {
  PrivateOutbox outbox;
  for (std::size_t i = 0; i < PrivateOutbox::max_waiting; ++i) outbox.wait(message("x"));
  EXPECT_FALSE(outbox.has_room_for(*message("x")));
  for (std::size_t i = 0; i < PrivateOutbox::max_said; ++i) outbox.said(outbox.next(), "romeo", 1);
  EXPECT_EQ(outbox.next(), nullptr) << "too much is under way";
  EXPECT_TRUE(outbox.has_room_for(*message("x")));
  EXPECT_FALSE(outbox.has_room_for(*message(std::string(PrivateOutbox::max_waiting_bytes, 'x'))));
  outbox.take_waiting();
  EXPECT_TRUE(outbox.has_room_for(*message(std::string(PrivateOutbox::max_waiting_bytes, 'x'))));
}

TEST(PrivateOutbox, GivesOutWhatIsTooOld) {
  const SystemTime day{std::chrono::days{20'000}};
  PrivateOutbox outbox;
  EXPECT_FALSE(outbox.oldest());
  outbox.wait(message("old", day));
  outbox.wait(message("young", day + std::chrono::hours{2}));
  outbox.wait(message("older", day - std::chrono::hours{2}));
  EXPECT_EQ(outbox.oldest(), day - std::chrono::hours{2});
  EXPECT_THAT(texts(outbox.take_older(day + std::chrono::hours{1})), ElementsAre("old", "older"));
  EXPECT_THAT(texts(outbox.take_waiting()), ElementsAre("young"));
}

}  // namespace
}  // namespace isthmus::irc
