#include "adapters/websocket/frames.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;

/// The frame that sends "ON" with `more` members; what is wrong with it fails the test.
Say sent(const std::string& more, const std::string& to = "mqtt:plant/lamp") {
  const auto frame =
      parse_frame(R"({"t":"send","id":"c1","to":")" + to + R"(","text":"ON",)" + more + "}", Format::native);
  EXPECT_TRUE(frame) << frame.error().problem.text;
  return frame ? std::get<Say>(*frame) : Say{};
}

TEST(SendFrame, SaysHowLongItIsWanted) {
  EXPECT_EQ(sent(R"("qos":1)").expiry, std::nullopt);
  EXPECT_EQ(sent(R"("expiry_s":null)").expiry, std::nullopt);
  EXPECT_EQ(sent(R"("expiry_s":1)").expiry, 1s);
  EXPECT_EQ(sent(R"("expiry_s":4294967295)").expiry, 4'294'967'295s);
}

TEST(SendFrame, AsksATopicForAnAnswerAndAMessageInAChannelIsOne) {
  const auto asked = sent(R"("reply_to":"mqtt:plant/answers/of/dash","corr":"q-1")");
  EXPECT_EQ(asked.answer_to, "mqtt:plant/answers/of/dash");
  EXPECT_EQ(asked.correlation, "q-1");
  EXPECT_EQ(std::get<Words>(asked.what).reply_to, "");
  EXPECT_EQ(sent("\"corr\":\"" + std::string(64, 'q') + "\"").correlation, std::string(64, 'q'));
  const auto said = sent(R"("reply_to":"m1","corr":"q-1")", "ws:plant");
  EXPECT_EQ(std::get<Words>(said.what).reply_to, "m1");
  EXPECT_EQ(said.answer_to, "");
}

TEST(SendFrame, NamesItsThread) {
  EXPECT_EQ(sent(R"("qos":1)").thread, "");
  EXPECT_EQ(sent(R"("thread":"t 1")").thread, "t 1");
  EXPECT_EQ(sent("\"thread\":\"" + std::string(128, 't') + "\"").thread, std::string(128, 't'));
}

TEST(SendFrame, WantsAReceiptWhereItHasAnIdUnlessItSaysOtherwise) {
  EXPECT_TRUE(sent(R"("qos":1)").wants_receipt());
  EXPECT_TRUE(sent(R"("receipt":true)").wants_receipt());
  EXPECT_FALSE(sent(R"("receipt":false)").wants_receipt());
  EXPECT_FALSE(sent(R"("id":null)").wants_receipt());
}

TEST(SendFrame, SpeaksForSomebodyWhoseNameStandsBeforeTheirWords) {
  const auto words = [](const std::string& more) { return std::get<Words>(sent(more, "ws:plant").what).text; };
  EXPECT_EQ(words(R"("as":"")"), "ON");
  EXPECT_EQ(words(R"("as":"romeo")"), "romeo: ON");
  EXPECT_EQ(words(R"("as":"romeo","kind":"action")"), "romeo ON");
  EXPECT_EQ(words("\"as\":\"" + std::string(64, 'r') + "\""), std::string(64, 'r') + ": ON");
  const auto edit =
      parse_frame(R"({"t":"edit","to":"ws:plant","target":"m1","text":"OFF","as":"romeo"})", Format::native);
  ASSERT_TRUE(edit);
  EXPECT_EQ(std::get<Edit>(std::get<Say>(*edit).what).now.text, "romeo: OFF");
  const auto posted = parse_bridge({{"text", "ON"}, {"gateway", "plant"}, {"username", "romeo"}});
  ASSERT_TRUE(posted);
  EXPECT_EQ(std::get<Words>(posted->what).text, "romeo: ON");
}

TEST(SendFrame, SpeaksForNobodyWhereThereAreNoWordsAndOnOtherNetworks) {
  for (const auto* frame : {R"({"t":"send","to":"mqtt:plant/lamp","text":"ON","as":"romeo"})",
                            R"({"t":"send","to":"ws:plant/lamp","value":true,"as":"romeo"})",
                            R"({"t":"typing","to":"ws:plant","as":"romeo"})"}) {
    const auto parsed = parse_frame(frame, Format::native);
    ASSERT_FALSE(parsed) << frame;
    EXPECT_EQ(parsed.error().problem.code, "unsupported");
  }
}

TEST(SendFrame, MayBeAnEventWithExtensions) {
  const auto with = [](const std::string& more) {
    const auto frame = parse_frame(
        R"({"specversion":"1.0","id":"1","source":"/me","type":"org.isthmus.send.v1",)" + more, Format::cloudevents);
    EXPECT_TRUE(frame);
    return frame ? std::get<Say>(*frame) : Say{};
  };
  EXPECT_EQ(with(R"("subject":"plant","thread":"t1","data":"hello"})").thread, "t1");
  EXPECT_EQ(with(R"("subject":"mqtt:plant/lamp","corr":"q-1","data_base64":"AA=="})").correlation, "q-1");
  EXPECT_FALSE(with(R"("subject":"plant","receipt":false,"data":"hello"})").wants_receipt());
  EXPECT_EQ(std::get<Words>(with(R"("subject":"plant","as":"romeo","data":"hello"})").what).text, "romeo: hello");
}

struct Bad {
  std::string name;
  std::string more;
  std::string problem;
  std::string to = "mqtt:plant/lamp";
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }

class BadSendFrame : public testing::TestWithParam<Bad> {};

TEST_P(BadSendFrame, IsAnsweredWithWhatIsWrong) {
  const auto& row = GetParam();
  const auto frame =
      parse_frame(R"({"t":"send","id":"c1","to":")" + row.to + R"(","text":"ON",)" + row.more + "}", Format::native);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().problem.code, "bad-frame");
  EXPECT_EQ(frame.error().problem.text, row.problem);
  EXPECT_EQ(frame.error().id, "c1");
}

const std::string no_expiry = "expiry_s is no whole number from 1 to 4294967295";
INSTANTIATE_TEST_SUITE_P(
    Table, BadSendFrame,
    testing::Values(
        Bad{"expiry_of_nothing", R"("expiry_s":0)", no_expiry}, Bad{"expiry_before", R"("expiry_s":-1)", no_expiry},
        Bad{"expiry_too_long", R"("expiry_s":4294967296)", no_expiry},
        Bad{"expiry_of_a_fraction", R"("expiry_s":1.5)", no_expiry},
        Bad{"expiry_as_text", R"("expiry_s":"60")", no_expiry},
        Bad{"correlation_as_number", R"("corr":7)", "corr is no text, or too long"},
        Bad{"correlation_too_long", "\"corr\":\"" + std::string(65, 'q') + "\"", "corr is no text, or too long"},
        Bad{"answer_nowhere", R"("reply_to":"m1")", "reply_to is no address such as mqtt:broker/topic"},
        Bad{"answer_to_a_filter", R"("reply_to":"mqtt:plant/#")", "reply_to is no address such as mqtt:broker/topic"},
        Bad{"receipt_as_text", R"("receipt":"true")", "receipt is neither true nor false"},
        Bad{"thread_as_number", R"("thread":1)", "thread is no text, or too long"},
        Bad{"thread_too_long", "\"thread\":\"" + std::string(129, 't') + "\"", "thread is no text, or too long"},
        Bad{"thread_of_two_lines", R"("thread":"a\nb")", "thread holds control characters"},
        Bad{"name_as_number", R"("as":1)", "as is no text, or too long", "ws:plant"},
        Bad{"name_too_long", "\"as\":\"" + std::string(65, 'r') + "\"", "as is no text, or too long", "ws:plant"},
        Bad{"name_of_two_lines", R"("as":"a\nb")", "as holds control characters", "ws:plant"}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace isthmus::websocket
