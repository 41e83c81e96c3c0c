#include "adapters/websocket/endpoint_text.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {
namespace {

struct Case {
  const char* name;
  EndpointPointers pointers;
  std::string frame;
  std::optional<EndpointSaid> said;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

EndpointSaid value(const std::string& name, boost::json::value what) {
  return {.sender = {}, .text = {}, .value = NamedValue{name, std::move(what)}};
}

const EndpointPointers all{.text = "/text", .topic = "/data/sensor", .value = "/data/value", .sender = "/user/name"};

class ReadFrame : public testing::TestWithParam<Case> {};

TEST_P(ReadFrame, SaysWhatThePointersLeadTo) {
  const auto& row = GetParam();
  const auto said = read_frame(row.pointers, row.frame);
  ASSERT_EQ(said.has_value(), row.said.has_value());
  if (!said) return;
  EXPECT_EQ(said->sender, row.said->sender);
  EXPECT_EQ(said->text, row.said->text);
  EXPECT_EQ(said->value, row.said->value);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ReadFrame,
    testing::Values(
        Case{"NoPointers", {}, "plain words", EndpointSaid{{}, "plain words", {}}},
        Case{"NoPointersAndNothing", {}, "", {}},
        Case{"AText", all, R"({"text":"hello","user":{"name":"romeo"}})", EndpointSaid{"romeo", "hello", {}}},
        Case{"AValue", all, R"({"data":{"sensor":"temp","value":21.5}})", value("temp", 21.5)},
        Case{"AValueThatIsFalse", all, R"({"data":{"sensor":"lamp","value":false}})", value("lamp", false)},
        Case{"AValueWithoutTopic", all, R"({"data":{"value":1}})", value("value", 1)},
        Case{"ATopicOfSeveralLevels", all, R"({"data":{"sensor":"a/b c+#","value":1}})", value("a_b_c__", 1)},
        Case{"ANumberAsTopic", all, R"({"data":{"sensor":7,"value":1}})", value("7", 1)},
        Case{"AListElement",
             {.text = "/1/m", .topic = {}, .value = {}, .sender = {}},
             R"([0,{"m":"x"}])",
             EndpointSaid{{}, "x", {}}},
        Case{"ANumberAsText", all, R"({"text":21.5})", EndpointSaid{{}, "21.5", {}}},
        Case{"ControlsInASender", all, R"({"text":"x","user":{"name":"a\nb"}})", EndpointSaid{"a b", "x", {}}},
        Case{"AnAcknowledgement", all, R"({"ok":true})", {}},
        Case{"AnObjectAsValue", all, R"({"data":{"value":{}}})", {}},
        Case{"NullAsValue", all, R"({"data":{"value":null}})", {}}, Case{"NoJson", all, "hello", {}},
        Case{"TooDeep", all, std::string(10'000, '['), {}},
        Case{"ANumberThatIsNotFinite", all, R"({"data":{"value":1e999}})", {}}),
    [](const auto& row) { return std::string{row.param.name}; });

TEST(ReadFrameSender, IsCutAtACodePoint) {
  std::string name;
  for (int i = 0; i < 40; ++i) name += "é";
  const auto said = read_frame(all, R"({"text":"x","user":{"name":")" + name + "\"}}");
  EXPECT_EQ(said->sender, name.substr(0, 64));
}

TEST(Pointers, AreAsRfc6901HasThem) {
  for (const auto* good : {"", "/", "/a", "/a/0/b", "/a~0b~1c", "/ä"}) EXPECT_TRUE(is_pointer(good)) << good;
  for (const auto* bad : {"a", "a/b", "/a~", "/a~2", "#/a"}) EXPECT_FALSE(is_pointer(bad)) << bad;
}

TEST(Templates, NeedATextAndKnowFourNames) {
  for (const auto* good : {"${text}", R"({"m":"${text}","by":"${nick}"})", "${id} ${time} ${text}"})
    EXPECT_TRUE(is_template(good)) << good;
  for (const auto* bad : {"", "text", "${nick}", "${text} ${secret}", "${text", "${}${text}"})
    EXPECT_FALSE(is_template(bad)) << bad;
}

TEST(Templates, EscapeWhatStandsInJsonAndNothingElse) {
  const EndpointSaying saying{"say \"hi\"\n${nick}", "a\\b", "0f", SystemTime{}};
  const auto frame = fill(R"({"m":"${text}","by":"${nick}","id":"${id}","at":"${time}"})", saying);
  const auto parsed = parse_json(frame);
  ASSERT_TRUE(parsed.has_value()) << frame;
  EXPECT_EQ(parsed->at("m").as_string(), "say \"hi\"\n${nick}");
  EXPECT_EQ(parsed->at("by").as_string(), "a\\b");
  EXPECT_EQ(parsed->at("id").as_string(), "0f");
  EXPECT_EQ(parsed->at("at").as_string(), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(fill("<${nick}> ${text}", saying), "<a\\b> say \"hi\"\n${nick}");
}

struct UrlCase {
  const char* text;
  bool is_secure;
  const char* host;
  std::uint16_t port;
  const char* target;
  const char* authority;
};

TEST(EndpointUrls, AreReadAsTheyAreWritten) {
  for (const auto& row : {UrlCase{"wss://feed.example.net", true, "feed.example.net", 443, "/", "feed.example.net"},
                          UrlCase{"wss://a:8443/x?y=1", true, "a", 8443, "/x?y=1", "a:8443"},
                          UrlCase{"ws://a?y=1", false, "a", 80, "/?y=1", "a"},
                          UrlCase{"ws://[::1]:81/", false, "::1", 81, "/", "[::1]:81"},
                          UrlCase{"wss://[2001:db8::1]", true, "2001:db8::1", 443, "/", "[2001:db8::1]"}}) {
    const auto url = parse_endpoint_url(row.text);
    ASSERT_TRUE(url.has_value()) << row.text;
    EXPECT_EQ(url->is_secure, row.is_secure) << row.text;
    EXPECT_EQ(url->host, row.host) << row.text;
    EXPECT_EQ(url->port, row.port) << row.text;
    EXPECT_EQ(url->target, row.target) << row.text;
    EXPECT_EQ(url->authority(), row.authority) << row.text;
  }
  for (const auto* bad : {"", "http://a", "wss://", "wss:///x", "wss://a:0", "wss://a:65536", "wss://a:x", "wss://u@a",
                          "wss://a/#b", "wss://a b", "wss://::1", "wss://[a]", "wss://[::1", "wss://a\r\nX: y"})
    EXPECT_FALSE(parse_endpoint_url(bad).has_value()) << bad;
}

}  // namespace
}  // namespace isthmus::websocket
