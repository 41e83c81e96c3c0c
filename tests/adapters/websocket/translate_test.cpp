#include "adapters/websocket/translate.hpp"

#include <gtest/gtest.h>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;

const Saying saying{"1", "mqtt:plant/lamp", {}, {}};

Message value_of(Data data) {
  data.bytes = "ON";
  Message message{Style::normal, "ON"};
  message.data = std::move(data);
  return message;
}

TEST(ValueOfAnotherNetwork, IsSaidWithWhatTheClientWishes) {
  Say say;
  say.what = Words{"ON"};
  EXPECT_EQ(to_value(say)->data->expiry, std::nullopt);
  say.expiry = 30s;
  say.correlation = "q-1";
  EXPECT_EQ(to_value(say)->data->expiry, 30s);
  EXPECT_EQ(to_value(say)->data->correlation, "q-1");
}

TEST(ValueOfAnotherNetwork, IsToldWithWhatIsKnownOfIt) {
  Data data;
  for (const auto* key : {"expiry_s", "replyTo", "corr"})
    EXPECT_FALSE(value_record(value_of(data), saying, false).members.contains(key)) << key;
  data.expiry = 30s;
  data.answer_to = "home/answers";
  data.correlation = "q-1";
  const auto members = value_record(value_of(data), saying, false).members;
  EXPECT_EQ(members.at("expiry_s"), 30);
  EXPECT_EQ(members.at("replyTo"), "mqtt:plant/home/answers");
  EXPECT_EQ(members.at("corr"), "q-1");
  data.correlation = "\xff";
  EXPECT_FALSE(value_record(value_of(data), saying, false).members.contains("corr")) << "JSON has no bytes";
}

TEST(WhatIsSaid, StaysInItsThread) {
  const Saying in_channel{"1", "ws:plant", "dash", {}};
  const auto record_of = [&](const Say& say) { return *to_record(to_payload(say, {}), in_channel); };
  Say say;
  for (const auto& what : {decltype(say.what){Words{"hi"}}, decltype(say.what){ValueSaid{21}},
                           decltype(say.what){Edit{{"m1"}, {Style::normal, "hi"}}}}) {
    say.what = what;
    say.thread.clear();
    EXPECT_FALSE(record_of(say).members.contains("thread"));
    say.thread = "t1";
    EXPECT_EQ(record_of(say).members.at("thread"), "t1");
    const auto event = parse_json(*record_of(say).text(Format::cloudevents, {"e7", "/isthmus/ws.example.org"}));
    EXPECT_EQ(event->at("thread"), "t1") << "an extension, as its data has it too";
    EXPECT_EQ(event->at("data").at("thread"), "t1");
  }
}

}  // namespace
}  // namespace isthmus::websocket
