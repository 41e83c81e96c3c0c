#include "adapters/mqtt/payload.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

struct Case {
  std::string name;
  std::string payload;
  std::string content_type;
  Data::Form form;
  std::string text;
};

class MqttPayload : public testing::TestWithParam<Case> {};

TEST_P(MqttPayload, IsReadable) {
  const auto& row = GetParam();
  Publication publication{.topic = "t", .payload = row.payload};
  publication.content_type = row.content_type;
  EXPECT_EQ(form_of(publication), row.form);
  EXPECT_EQ(to_text(publication, form_of(publication)), row.text);
}

INSTANTIATE_TEST_SUITE_P(
    Table, MqttPayload,
    testing::Values(Case{"number", "21.5", "", Data::Form::text, "21.5"},
                    Case{"words", "a\r\nb\rc", "", Data::Form::text, "a\nb\nc"},
                    Case{"object", R"({"temperature":21.5,"on":true,"name":"a b"})", "", Data::Form::json,
                         "temperature: 21.5\non: true\nname: a b"},
                    Case{"nested", R"({"a":{"b":1,"c":[1,{"d":2}]},"e":{}})", "application/json", Data::Form::json,
                         "a.b: 1\na.c: [1,{\"d\":2}]\ne: {}"},
                    Case{"array", "[1, 2]", "", Data::Form::json, "[1, 2]"},
                    Case{"broken", "{\"a\":", "", Data::Form::text, "{\"a\":"},
                    Case{"deep", std::string(100, '['), "", Data::Form::text, std::string(100, '[')},
                    Case{"control", R"({"a":"\u0001"})", "", Data::Form::json, R"({"a":"\u0001"})"},
                    Case{"binary", "\xff\x01", "", Data::Form::binary, "binary, 2 bytes: ff01"},
                    Case{"image", "\x89PNG\r\n\x1a\n0123456789", "image/png", Data::Form::binary,
                         "binary, 18 bytes, image/png: 89504e470d0a1a0a3031323334353637…"},
                    Case{"control_characters", "a\x1b[0m", "text/plain", Data::Form::binary,
                         "binary, 5 bytes, text/plain: 611b5b306d"}),
    [](const auto& row) { return row.param.name; });

TEST(MqttPayloadText, IsCutWhenItIsLong) {
  const Publication publication{.topic = "t", .payload = std::string(max_shown + 1, 'x')};
  const auto text = to_text(publication, Data::Form::text);
  EXPECT_TRUE(text.ends_with("… (65537 bytes in all)"));
}

TEST(MqttPayloadText, AStatusIsOneLine) {
  EXPECT_EQ(to_status("a: 1\nb: 2", 200), "a: 1, b: 2");
  EXPECT_EQ(to_status("12345", 3), "123…");
}

TEST(MqttPayloadText, AValueKeepsWhatIsKnownOfItAndNothingOfOurs) {
  Publication publication{.topic = "home/temp", .payload = "1", .qos = 1, .retain = true, .is_duplicate = true};
  publication.content_type = "text/plain";
  publication.expiry = std::chrono::seconds{30};
  publication.response_topic = "home/answers";
  publication.correlation = std::string{"\0\xff", 2};
  publication.properties = {{"unit", "C"}, {"isthmus-id", "1"}, {"bad", "\x01"}};
  const auto data = to_data(publication, Data::Form::text);
  EXPECT_EQ(data.place, "home/temp");
  EXPECT_TRUE(data.is_stored && data.may_be_repeated);
  EXPECT_EQ(data.qos, 1);
  EXPECT_EQ(data.media_type, "text/plain");
  EXPECT_EQ(data.expiry, std::chrono::seconds{30});
  EXPECT_EQ(data.answer_to, "home/answers");
  EXPECT_EQ(data.correlation, publication.correlation);
  publication.response_topic = "home/#";
  EXPECT_EQ(to_data(publication, Data::Form::text).answer_to, "") << "nothing can be published there";
  ASSERT_EQ(data.properties.size(), 1U);
  EXPECT_EQ(data.properties[0].first, "unit");
}

TEST(MqttNumbers, AreRead) {
  EXPECT_EQ(to_number("21.5"), 21.5);
  EXPECT_EQ(to_number(" -3 "), -3.0);
  EXPECT_EQ(to_number("21.5 °C"), 21.5);
  EXPECT_EQ(to_number("21x"), std::nullopt);
  EXPECT_EQ(to_number("nan"), std::nullopt);
  EXPECT_EQ(to_number(""), std::nullopt);
}

}  // namespace
}  // namespace isthmus::mqtt
