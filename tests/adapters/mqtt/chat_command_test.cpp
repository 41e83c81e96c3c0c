#include "adapters/mqtt/chat_command.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

template <class T>
T parsed(std::string_view text) {
  auto command = parse_chat_command(text);
  EXPECT_TRUE(std::holds_alternative<T>(command)) << text;
  return std::holds_alternative<T>(command) ? std::get<T>(std::move(command)) : T{};
}

TEST(ChatCommand, WhatBeginsWithNoSlashIsPublishedAsItIs) {
  EXPECT_EQ(parsed<command::Publish>("ON").text, "ON");
  EXPECT_EQ(parsed<command::Publish>(" /help").text, " /help");
  EXPECT_EQ(parsed<command::Publish>("//help").text, "/help");
  EXPECT_FALSE(parsed<command::Publish>("ON").retain);
}

TEST(ChatCommand, RetainPublishesAValueThatIsKept) {
  EXPECT_EQ(parsed<command::Publish>("/retain ON").text, "ON");
  EXPECT_TRUE(parsed<command::Publish>("/retain ON").retain);
  EXPECT_EQ(parsed<command::Publish>("/retain").text, "") << "an empty one: nothing is kept any more";
}

TEST(ChatCommand, TheOthers) {
  EXPECT_EQ(parsed<command::SetQos>("/qos 0").qos, 0);
  EXPECT_EQ(parsed<command::History>("/history").count, 10U);
  EXPECT_EQ(parsed<command::History>("/history 20").count, 20U);
  EXPECT_EQ(parsed<command::Every>("/every 10m").pause, 10min);
  EXPECT_EQ(parsed<command::Every>("/every 0").pause, 0ms);
  EXPECT_EQ(parsed<command::Pause>("/pause 1h30m").length, 90min);
  EXPECT_EQ(parsed<command::Pause>("/pause").length, std::nullopt);
  parsed<command::Get>("/get");
  parsed<command::Resume>("/resume");
  parsed<command::Help>("/help");
}

TEST(ChatCommand, AMistakeIsNeverPublished) {
  for (const auto* text : {"/", "/qos", "/qos 3", "/qos x", "/history 0", "/every", "/every soon", "/pause -1h",
                           "/alert", "/alert 30", "/alert >", "/alert > warm", "/alert > 3 for long", "/nothing"}) {
    parsed<command::Mistake>(text);
  }
}

TEST(ChatCommand, AnAlertIsATestALimitAndATime) {
  const auto alert = *parsed<command::SetAlert>("/alert > 30 for 5m").alert;
  EXPECT_EQ(alert.test, Alert::Test::above);
  EXPECT_EQ(alert.number, 30.0);
  EXPECT_EQ(alert.lasting, 5min);
  EXPECT_EQ(to_text(alert), "> 30 for 5m");
  EXPECT_FALSE(parsed<command::SetAlert>("/alert off").alert);
}

TEST(ChatCommand, AnAlertComparesNumbersAndWords) {
  const auto met = [](std::string_view command, std::string_view value) {
    return is_met(*parsed<command::SetAlert>(command).alert, value);
  };
  EXPECT_TRUE(met("/alert > 30", "30.5"));
  EXPECT_TRUE(met("/alert > 30", "31 °C"));
  EXPECT_FALSE(met("/alert > 30", "30"));
  EXPECT_TRUE(met("/alert >= 30", "30"));
  EXPECT_TRUE(met("/alert <= -1", "-2"));
  EXPECT_FALSE(met("/alert > 30", "warm"));
  EXPECT_TRUE(met("/alert = offline", "offline"));
  EXPECT_TRUE(met("/alert != online", "offline"));
  EXPECT_TRUE(met("/alert = 1", "1.0"));
}

TEST(ChatCommand, Durations) {
  EXPECT_EQ(parse_duration("90s"), 90s);
  EXPECT_EQ(parse_duration("500ms"), 500ms);
  EXPECT_EQ(parse_duration("1d2h"), 26h);
  for (const auto* text : {"", "5", "m", "5x", "1h-1m", "99999999d", "999999999999999999999h"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  EXPECT_EQ(to_text(90s), "1m30s");
  EXPECT_EQ(to_text(26h), "1d2h");
  EXPECT_EQ(to_text(500ms), "500ms");
}

}  // namespace
}  // namespace isthmus::mqtt
