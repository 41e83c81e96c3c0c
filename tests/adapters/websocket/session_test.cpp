#include "adapters/websocket/session.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class FakeGate final : public Gate {
 public:
  boost::system::result<TokenPtr, Problem> authenticate(std::string_view secret, std::string_view) override {
    if (secret != "good") return Problem{"unauthorised", "no"};
    return token;
  }
  boost::system::result<std::string, Problem> say(Session&, const Say& what) override {
    said.push_back(what.to);
    if (what.to == "ws:none") return Problem{"not-found", "none"};
    return std::string{"id1"};
  }
  void on_subscribed(Session&) override { ++subscribed; }
  std::uint64_t read_by(const Session&) const override { return read; }
  void set_read_by(const Session&, std::uint64_t seq) override { read = seq; }

  TokenPtr token;
  std::vector<std::string> said;
  int subscribed = 0;
  std::uint64_t read = 0;
};

class TestSession final : public Session {
 public:
  using Session::Session;
  void wake() override {}
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    Token token;
    token.name = "dash";
    add_scope(token, "read:ws:#");
    add_scope(token, "send:ws:plant/#");
    gate.token = std::make_shared<const Token>(token);
  }

  void open(bool has_token = true, Format format = Format::native) {
    output.emplace(Framing::lines, format, hub.instance(), limits);
    settings.format = format;
    session.emplace(hub, *output, gate, settings, has_token ? gate.token : nullptr);
    session->begin(now);
  }
  /// What the client is told meanwhile, a text each.
  std::vector<std::string> heard() {
    std::vector<std::string> all;
    for (;;) {
      static_cast<void>(session->pump());
      std::string text;
      output->take(text, 1 << 20);
      if (text.empty()) return all;
      for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n')) {
        all.push_back(text.substr(0, end));
        text.erase(0, end + 1);
      }
    }
  }
  std::vector<std::string> say(std::string_view text) {
    session->on_text(text, now);
    return heard();
  }
  void publish(const std::string& from, const std::string& text, bool is_value = false) {
    Record record;
    record.type = "msg";
    record.id = "m";
    record.from = from;
    record.is_value = is_value;
    record.members["text"] = text;
    hub.publish(std::move(record));
  }

  Alarms alarms;
  Hub hub{{"e7", "/isthmus/ws.example.org"}, {.records = 5}, alarms};
  FakeGate gate;
  SessionSettings settings;
  OutputLimits limits;
  std::optional<Output> output;
  std::optional<TestSession> session;
  TokenBucket::Time now{};
};

TEST_F(SessionTest, SaysHelloAndSubscribes) {
  open();
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("t":"hello","v":1)")));
  EXPECT_THAT(say(R"({"t":"sub","id":"s1","topics":["ws:plant"]})"),
              ElementsAre(R"({"t":"ok","id":"s1","matched":0})", R"({"t":"live","id":"s1","cursor":"e7-0"})"));
  publish("ws:plant", "hi");
  publish("ws:other", "not for us");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("from":"ws:plant","text":"hi")")));
  EXPECT_EQ(gate.subscribed, 1);
  EXPECT_THAT(say(R"({"t":"unsub","id":"s1"})"), ElementsAre(R"({"t":"ok","id":"s1"})"));
  publish("ws:plant", "hi");
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(SessionTest, SeveralSubscriptionsAreNamedAndToldOnce) {
  open();
  say(R"({"t":"sub","id":"a","topics":["ws:plant"]})");
  say(R"({"t":"sub","id":"b","topics":["ws:#"]})");
  publish("ws:plant", "hi");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"hi","sub":["a","b"]})")));
  publish("ws:other", "hi");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("sub":["b"]})")));
}

TEST_F(SessionTest, WhatStandsInTwoPlacesIsToldOnce) {
  Token token;
  add_scope(token, "read:#");
  gate.token = std::make_shared<const Token>(token);
  open();
  say(R"({"t":"sub","id":"a","topics":["ws:plant/#","irc:net/#","irc:net/+"]})");
  say(R"({"t":"sub","id":"b","topics":["ws:plant/+"]})");
  const auto publish_linked = [&](const std::string& text) {
    Record record;
    record.type = "msg";
    record.from = "irc:net/#plant";
    record.to = "ws:plant";
    record.members["text"] = text;
    hub.publish(std::move(record));
  };
  publish_linked("one");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"one","sub":["a"])")));
  say(R"({"t":"unsub","id":"a"})");
  publish_linked("two");
  publish("ws:plant/temp", "three");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr("three")));
}

TEST_F(SessionTest, ACursorBringsWhatWasMissed) {
  open();
  for (const auto* text : {"1", "2", "3"}) publish("ws:plant", text);
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"cursor":"e7-1"})"),
              ElementsAre(HasSubstr("\"ok\""), HasSubstr(R"("text":"2")"), HasSubstr(R"("text":"3")"),
                          HasSubstr(R"("t":"live","id":"s","cursor":"e7-3")")));
}

TEST_F(SessionTest, WhatIsForgottenIsAGap) {
  open();
  for (int i = 1; i <= 8; ++i) publish("ws:plant", std::to_string(i));
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"cursor":"e7-1"})"),
              testing::Contains(R"({"t":"gap","from":"e7-1","to":"e7-3","count":2,"reason":"expired"})"));
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"cursor":"e6-9","history":0})"),
              testing::Contains(HasSubstr(R"("reason":"expired")")));
}

TEST_F(SessionTest, WhoIsStrictIsClosedInsteadOfMissingSomething) {
  open();
  for (int i = 1; i <= 8; ++i) publish("ws:plant", std::to_string(i));
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"a","topics":["ws:plant"],"cursor":"e7-3","strict":true})"),
              testing::Contains(HasSubstr("\"live\"")));
  EXPECT_FALSE(session->closing());
  say(R"({"t":"sub","id":"b","topics":["ws:plant"],"cursor":"e7-2","strict":true})");
  ASSERT_TRUE(session->closing());
  EXPECT_EQ(session->closing()->code, close_cursor_gone);

  settings.topics = {"ws:plant"};
  settings.is_strict = true;
  settings.start.cursor = Cursor{.is_elsewhere = true};
  open();
  ASSERT_TRUE(session->closing());
  EXPECT_EQ(session->closing()->code, close_cursor_gone);
}

TEST_F(SessionTest, WithARateTheNewestValueWaitsForItsTurn) {
  open();
  say(R"({"t":"sub","id":"s","topics":["ws:#"],"rate":0.5})");
  for (const auto* text : {"1", "2", "3"}) publish("ws:plant/temp", text, true);
  publish("ws:plant/door", "open", true);
  publish("ws:plant", "words");
  publish("ws:plant", "more words");
  EXPECT_THAT(heard(),
              ElementsAre(HasSubstr(R"("text":"1")"), HasSubstr("open"), HasSubstr("\"words"), HasSubstr("more")));
  alarms.advance(1s);
  EXPECT_THAT(heard(), IsEmpty());
  alarms.advance(1s);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"3")")));
  publish("ws:plant/temp", "4", true);
  EXPECT_THAT(heard(), IsEmpty());
  alarms.advance(2s);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"4")")));
  alarms.advance(2s);
  publish("ws:plant/temp", "5", true);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"5")")));
}

TEST_F(SessionTest, ValuesThatMayHaveWaitedWhenTheClientWentComeAgain) {
  open();
  publish("ws:plant/temp", "21", true);
  publish("ws:plant", "words");
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:#"],"rate":1,"cursor":"e7-2"})"),
              ElementsAre(HasSubstr("\"ok\""), HasSubstr(R"("text":"21")"), HasSubstr("\"live\"")));
}

TEST_F(SessionTest, ABadRateIsRefused) {
  open();
  heard();
  for (const auto* rate : {"-1", "1001", "\"2\"", "[]"})
    EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:#"],"rate":)" + std::string{rate} + "}"),
                ElementsAre(HasSubstr("rate is no number")))
        << rate;
}

TEST_F(SessionTest, AClientWithAnIdGoesOnWhereItSaidItHasRead) {
  settings.client = "panel";
  open();
  for (const auto* text : {"1", "2", "3"}) publish("ws:plant", text);
  heard();
  say(R"({"t":"ack","cursor":"e7-2"})");
  EXPECT_EQ(gate.read, 2U);
  EXPECT_THAT(say(R"({"t":"ack","cursor":"e7-99"})"), IsEmpty());
  EXPECT_EQ(gate.read, 3U) << "nobody has read what is not there";
  say(R"({"t":"ack","cursor":"e7-2"})");
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"]})"),
              ElementsAre(HasSubstr("\"ok\""), HasSubstr(R"("text":"3")"), HasSubstr("\"live\"")));
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"cursor":"e7-3"})"),
              ElementsAre(HasSubstr("\"ok\""), HasSubstr("\"live\"")));
  EXPECT_THAT(say(R"({"t":"ack"})"), ElementsAre(HasSubstr("cursor is missing")));
}

TEST_F(SessionTest, AClientOfMatterbridgeSaysWhatItSays) {
  open(true, Format::bridge);
  EXPECT_THAT(heard(), IsEmpty());
  say(R"({"text":"hello","username":"bot","gateway":"plant"})");
  EXPECT_THAT(gate.said, ElementsAre("ws:plant"));
  publish("ws:plant", "hi");
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"hi","channel":"api")")));
}

TEST_F(SessionTest, HistoryIsTheNewest) {
  open();
  for (int i = 1; i <= 4; ++i) publish("ws:plant", std::to_string(i));
  publish("ws:other", "x");
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"history":2})"),
              ElementsAre(HasSubstr("ok"), HasSubstr(R"("text":"3")"), HasSubstr(R"("text":"4")"), HasSubstr("live")));
}

TEST_F(SessionTest, ABreakIsToldToWhoGoesOnAndNotToWhoAsksForHistory) {
  open();
  publish("ws:plant", "before");
  hub.publish(break_record(alarms.wall_clock()));
  publish("ws:plant", "after");
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"history":9})"),
              ElementsAre(HasSubstr("ok"), HasSubstr("before"), HasSubstr("after"), HasSubstr("live")));
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["ws:plant"],"cursor":"e7-1"})"),
              ElementsAre(HasSubstr("ok"), HasSubstr(R"("t":"gap")"), HasSubstr("after"), HasSubstr("live")));
}

TEST_F(SessionTest, ScopesAreKept) {
  open();
  heard();
  EXPECT_THAT(say(R"({"t":"sub","id":"s","topics":["mqtt:plant/#"]})"),
              ElementsAre(HasSubstr(R"("code":"forbidden")")));
  EXPECT_THAT(say(R"({"t":"send","id":"c","to":"ws:other","text":"x"})"),
              ElementsAre(HasSubstr(R"("code":"forbidden")")));
  EXPECT_THAT(gate.said, IsEmpty());
  EXPECT_THAT(say(R"({"t":"send","id":"c","to":"ws:plant/lamp","value":true})"),
              ElementsAre(R"({"t":"receipt","id":"c","state":"accepted","message":"id1"})"));
}

TEST_F(SessionTest, AReceiptIsToldUnlessTheClientWantsNone) {
  open();
  heard();
  EXPECT_THAT(say(R"({"t":"send","id":"c1","to":"ws:plant","text":"x"})"), ElementsAre(HasSubstr("accepted")));
  EXPECT_THAT(say(R"({"t":"send","id":"c2","to":"ws:plant","text":"x","receipt":true})"),
              ElementsAre(R"({"t":"receipt","id":"c2","state":"accepted","message":"id1"})"));
  EXPECT_THAT(say(R"({"t":"send","id":"c3","to":"ws:plant","text":"x","receipt":false})"), IsEmpty());
  EXPECT_THAT(say(R"({"t":"send","to":"ws:plant","text":"x"})"), IsEmpty());
  EXPECT_THAT(gate.said, SizeIs(4));
  EXPECT_THAT(say(R"({"t":"send","to":"ws:plant","text":"x","receipt":true})"),
              ElementsAre(R"({"t":"error","code":"bad-frame","text":"receipt needs an id that it can name"})"));
  EXPECT_THAT(gate.said, SizeIs(4)) << "what is refused is not said";
  EXPECT_THAT(say(R"({"t":"send","id":"c4","to":"ws:other","text":"x","receipt":false})"),
              ElementsAre(HasSubstr(R"("code":"forbidden")")))
      << "an error is no receipt";
}

TEST_F(SessionTest, WithoutATokenTheFirstFrameIsAuth) {
  open(false);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("auth":"needed")")));
  EXPECT_THAT(say(R"({"t":"auth","token":"good"})"), ElementsAre(HasSubstr(R"("auth":"ok")")));
  EXPECT_FALSE(session->closing());

  open(false);
  say(R"({"t":"sub","id":"s","topics":["ws:plant"]})");
  EXPECT_EQ(session->closing()->code, close_unauthorised);

  open(false);
  say(R"({"t":"auth","token":"bad"})");
  EXPECT_EQ(session->closing()->code, close_unauthorised);

  open(false);
  session->on_auth_timeout();
  EXPECT_EQ(session->closing()->code, close_auth_timeout);
}

TEST_F(SessionTest, TooManyFramesAreRefusedAndThenTheConnectionIsClosed) {
  open();
  heard();
  for (int i = 0; i < 40; ++i) EXPECT_THAT(say(R"({"t":"ping","ts":1})"), ElementsAre(R"({"t":"pong","ts":1})"));
  EXPECT_THAT(say(R"({"t":"ping","ts":1})"), ElementsAre(HasSubstr(R"("code":"rate-limited")")));
  for (int i = 0; i < 40; ++i) say(R"({"t":"ping","ts":1})");
  EXPECT_EQ(session->closing()->code, close_slow);
}

TEST_F(SessionTest, BadFramesAreAnsweredUntilThereAreTooMany) {
  settings.rate = 0;
  open();
  heard();
  EXPECT_THAT(say("{"), ElementsAre(HasSubstr(R"("code":"bad-frame")")));
  EXPECT_THAT(say(R"({"t":"send","id":"c1","to":"ws:plant","text":"a","value":1})"),
              ElementsAre(HasSubstr(R"("t":"error","id":"c1","code":"bad-frame")")));
  EXPECT_THAT(say(R"({"t":"send","id":"c1","to":"ws:plant","data":"AA=="})"), ElementsAre(HasSubstr("unsupported")));
  EXPECT_THAT(say(R"({"t":"fly"})"), ElementsAre(HasSubstr("unsupported")));
  say(R"({"t":"ping"})");
  for (int i = 0; i < 40; ++i) say("{");
  EXPECT_FALSE(session->closing());
  say("{");
  EXPECT_EQ(session->closing()->code, close_bad_frame);
}

TEST_F(SessionTest, BytesCloseTheConnection) {
  open();
  session->on_binary();
  EXPECT_EQ(session->closing()->code, close_not_text);
}

TEST_F(SessionTest, FlatClientsGetDataAlone) {
  open(true, Format::flat);
  EXPECT_THAT(heard(), IsEmpty());
  publish("ws:plant/temp", "21.5", true);
  EXPECT_THAT(heard(), ElementsAre(R"({"time":0,"topic":"plant/temp","text":"21.5"})"));
  EXPECT_THAT(say(R"({"topic":"plant/lamp","payload":"on"})"), IsEmpty());
  EXPECT_THAT(gate.said, ElementsAre("ws:plant/lamp"));
}

TEST_F(SessionTest, CloudEventsAreWellFormed) {
  open(true, Format::cloudevents);
  heard();
  publish("ws:plant/temp", "21.5", true);
  const auto events = heard();
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_THAT(events.front(), StartsWith(R"({"specversion":"1.0","id":"m","source":"/isthmus/ws.example.org/ws/plant",)"
                                         R"("type":"org.isthmus.value.v1","subject":"plant/temp")"));
  say(R"({"specversion":"1.0","id":"9","source":"/me","type":"org.isthmus.send.v1","subject":"plant/lamp","data":{"value":true}})");
  EXPECT_THAT(gate.said, ElementsAre("ws:plant/lamp"));
}

TEST_F(SessionTest, ASlowClientIsToldWhatItMissed) {
  limits.frames = 3;
  open();
  say(R"({"t":"sub","id":"s","topics":["ws:plant"],"policy":"drop-oldest"})");
  heard();
  output->set_blocked(true);
  for (int i = 1; i <= 5; ++i) publish("ws:plant", std::to_string(i));
  EXPECT_THAT(heard(), ElementsAre(R"({"t":"gap","from":"e7-1","to":"e7-2","count":2,"reason":"slow"})",
                                   HasSubstr(R"("text":"3")"), HasSubstr(R"("text":"4")"), HasSubstr(R"("text":"5")")));
  EXPECT_FALSE(session->is_too_slow());
}

TEST_F(SessionTest, ANewerValueReplacesOneThatWaits) {
  open();
  say(R"({"t":"sub","id":"s","topics":["ws:#"]})");
  heard();
  publish("ws:plant/temp", "1", true);
  publish("ws:plant/temp", "2", true);
  EXPECT_THAT(heard(), SizeIs(2)) << "who takes them gets all";
  output->set_blocked(true);
  for (const auto* text : {"3", "4", "5"}) publish("ws:plant/temp", text, true);
  publish("ws:plant/hum", "6", true);
  EXPECT_THAT(heard(), ElementsAre(HasSubstr(R"("text":"5")"), HasSubstr(R"("text":"6")")));
}

TEST_F(SessionTest, OneFrameHasRoomHoweverLongItIs) {
  limits.bytes = 100;
  open();
  heard();
  const std::string words(200, 'w');
  EXPECT_THAT(say("{\"t\":\"ping\",\"ts\":\"" + words + "\"}"), ElementsAre(HasSubstr(words)));
  EXPECT_FALSE(session->is_too_slow());
}

TEST_F(SessionTest, TheDisconnectPolicyGivesASlowClientUp) {
  limits.frames = 3;
  open();
  say(R"({"t":"sub","id":"s","topics":["ws:plant"],"policy":"disconnect"})");
  heard();
  for (int i = 1; i <= 4; ++i) publish("ws:plant", std::to_string(i));
  EXPECT_TRUE(session->is_too_slow());
}

TEST(FrameHead, HasTheShortestLength) {
  const auto head = [](std::size_t length) {
    std::string out;
    append_frame_head(out, 1, length);
    return out;
  };
  EXPECT_EQ(head(0), std::string("\x81\x00", 2));
  EXPECT_EQ(head(125), "\x81\x7d");
  EXPECT_EQ(head(126), std::string("\x81\x7e\x00\x7e", 4));
  EXPECT_EQ(head(65'535), "\x81\x7e\xff\xff");
  EXPECT_EQ(head(65'536), std::string("\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00", 10));
}

}  // namespace
}  // namespace isthmus::websocket
