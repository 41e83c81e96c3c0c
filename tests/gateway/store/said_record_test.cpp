#include "gateway/store/said_record.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

Payload copy_of(const Payload& what) {
  const auto record = to_record(what);
  EXPECT_TRUE(record);
  const auto again = to_payload(*record);
  EXPECT_TRUE(again);
  EXPECT_EQ(to_record(*again), record);
  return *again;
}

TEST(SaidRecord, APlainTextIsNothingButItsText) {
  const auto record = to_record(Message{Style::normal, "hello"});
  ASSERT_TRUE(record);
  EXPECT_EQ(record->text, "hello");
  EXPECT_EQ(record->rest, "");
}

TEST(SaidRecord, AMessageComesBackAsItWas) {
  Message said{Style::action, "waves 5:5 at\nyou"};
  said.spans = {{Span::Kind::bold, 0, 5}, {Span::Kind::quote, 6, 9}};
  said.reply = Reply{{"id"}, "romeo", "what: 3?"};
  said.only_for = std::string{"@"};
  said.thread = std::string{"t 1"};
  const auto again = std::get<Message>(copy_of(said));
  EXPECT_EQ(again.style, Style::action);
  EXPECT_EQ(again.text, said.text);
  EXPECT_EQ(again.spans, said.spans);
  EXPECT_EQ(again.reply->to.id, "id");
  EXPECT_EQ(again.reply->author, "romeo");
  EXPECT_EQ(again.reply->quoted, "what: 3?");
  EXPECT_EQ(*again.only_for, "@");
  ASSERT_TRUE(again.thread);
  EXPECT_EQ(*again.thread, "t 1");
}

TEST(SaidRecord, AValueIsKeptWhereItIsAskedFor) {
  Message said{Style::normal, "21.5"};
  said.data = Data{.form = Data::Form::json,
                   .qos = 1,
                   .place = "home/temp",
                   .bytes = std::string{"{\"v\":\0}", 7},
                   .media_type = "application/json",
                   .properties = {{"unit", "C"}, {"none", ""}},
                   .expiry = std::chrono::seconds{4'294'967'295}};
  EXPECT_EQ(to_record(said)->rest, "");
  const auto record = to_record_with_value(said);
  const auto again = std::get<Message>(*to_payload(*record));
  EXPECT_EQ(again.data->form, Data::Form::json);
  EXPECT_EQ(again.data->qos, 1);
  EXPECT_EQ(again.data->place, "home/temp");
  EXPECT_EQ(again.data->bytes, said.data->bytes);
  EXPECT_EQ(again.data->media_type, "application/json");
  EXPECT_EQ(again.data->properties, said.data->properties);
  EXPECT_EQ(again.data->expiry, said.data->expiry);
  EXPECT_EQ(to_record_with_value(again), record);
  EXPECT_EQ(to_record_with_value(Message{Style::normal, "hello"})->rest, "");
}

TEST(SaidRecord, SoDoTheOthers) {
  const auto edit = std::get<Edit>(copy_of(Edit{{"first"}, {Style::notice, "better"}}));
  EXPECT_EQ(edit.target.id, "first");
  EXPECT_EQ(edit.now.text, "better");
  EXPECT_EQ(edit.now.style, Style::notice);
  const auto retract = std::get<Retract>(copy_of(Retract{{"first"}, true, "spam"}));
  EXPECT_TRUE(retract.moderated);
  EXPECT_EQ(retract.reason, "spam");
  const auto reactions = std::get<Reactions>(copy_of(Reactions{{"first"}, {"\U0001f339", "+1"}}));
  EXPECT_EQ(reactions.emoji, (std::vector<std::string>{"\U0001f339", "+1"}));
}

TEST(SaidRecord, WhatTellsOfAMomentIsNotKept) {
  EXPECT_FALSE(to_record(Typing{Typing::State::composing}));
  EXPECT_FALSE(to_record(Displayed{{"id"}, {}}));
  EXPECT_FALSE(to_record(Roster{}));
}

TEST(SaidRecord, ADamagedOneIsNoneAndTouchesNothingElse) {
  for (const auto* rest : {"y", "y1", "y1:", "y9:1", "y1:7", "s3:0 1", "s5:0 9 3", "s5:0 0 9", "s5:9 0 1", "y-1:1",
                           "y99999999999999999999:1", "v3:3 0", "v3:0 3", "v1:0", "u1:x", "x1:-"}) {
    EXPECT_FALSE(to_payload({SaidRecord::Kind::message, "abc", rest})) << rest;
  }
  EXPECT_FALSE(to_payload({static_cast<SaidRecord::Kind>(9), "abc", ""}));
  EXPECT_TRUE(to_payload({SaidRecord::Kind::message, "abc", "z2:xx"})) << "a field of a later version";
}

}  // namespace
}  // namespace isthmus
