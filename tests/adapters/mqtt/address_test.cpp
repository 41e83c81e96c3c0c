#include "adapters/mqtt/address.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

class MqttAddress : public testing::Test {
 protected:
  Conversation parsed(std::string_view text) const {
    const auto place = book.parse(text);
    EXPECT_TRUE(place) << text;
    return place ? *place : Conversation{};
  }
  Condition refused(std::string_view text) const {
    const auto place = book.parse(text);
    return place ? Condition::undefined_condition : place.error().condition;
  }

  NameTable names;
  MqttAddressBook book{AdapterId{1}, names, {"plant", "home"}};
};

void append_utf8(std::string& text, unsigned point) {
  const auto byte = [&](unsigned value) { text += static_cast<char>(value); };
  if (point < 0x800) {
    byte(0xC0U | (point >> 6U));
  } else {
    byte(0xE0U | (point >> 12U));
    byte(0x80U | ((point >> 6U) & 0x3FU));
  }
  byte(0x80U | (point & 0x3FU));
}

/// UTF-8 of up to `most` code points, many of them such that an address must escape them.
std::string random_topic(std::mt19937& random, unsigned most) {
  static constexpr std::string_view often = "aZ/ ^=%!*~\\+#\"&'<>:@.-_\x7f\x01";
  std::string topic;
  const auto length = 1 + random() % most;
  for (unsigned i = 0; i < length; ++i) {
    const auto kind = random() % 4;
    if (kind < 2) {
      topic += often[random() % often.size()];
    } else if (kind == 2) {
      topic += static_cast<char>(1 + random() % 0x7F);
    } else {
      append_utf8(topic, static_cast<unsigned>(0x80 + random() % (0xD7FF - 0x80)));
    }
  }
  return topic;
}

TEST_F(MqttAddress, NamesWhatTheGrammarSays) {
  EXPECT_EQ(parsed("home/kitchen/temp%plant").native.view(), "home/kitchen/temp");
  EXPECT_EQ(parsed("^home/^kitchen%plant").native.view(), "Home/Kitchen");
  EXPECT_EQ(parsed("home/+/temp%plant").kind, PlaceKind::direct);
  EXPECT_EQ(parsed("!home/#%plant").kind, PlaceKind::room);
  EXPECT_EQ(parsed("!home/#%plant").native.view(), "home/#");
  EXPECT_EQ(parsed("plant").kind, PlaceKind::network);
  EXPECT_EQ(parsed("").kind, PlaceKind::gateway);
  EXPECT_EQ(slug_of(parsed("*lamp%plant").native.view()), "lamp");
  EXPECT_EQ(parsed("!*%plant").native.view(), all_devices);
  EXPECT_EQ(parsed("=2alamp%plant").native.view(), "*lamp") << "a topic, no device";
  EXPECT_EQ(parsed("k=c3=bcche%plant").native.view(), "küche");
}

TEST_F(MqttAddress, SaysWhatIsWrong) {
  EXPECT_EQ(refused("home/temp"), Condition::item_not_found) << "it names no broker";
  EXPECT_EQ(refused("home/temp%office"), Condition::item_not_found);
  EXPECT_EQ(refused("a#b%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("!%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("a^%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("a=4%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("a=00b%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("=ff%plant"), Condition::jid_malformed);
  EXPECT_EQ(refused("*no such%plant"), Condition::item_not_found);
  EXPECT_EQ(refused("!*lamp%plant"), Condition::item_not_found);
  EXPECT_EQ(refused("=h.aaaaaaaaaaaaaaaaaaaaaaaaaa%plant"), Condition::item_not_found);
}

TEST_F(MqttAddress, WhereThereIsOneBrokerTheFullAddressIsTold) {
  const MqttAddressBook one{AdapterId{1}, names, {"plant"}};
  const auto place = one.parse("home/temp");
  ASSERT_FALSE(place);
  EXPECT_NE(place.error().text.find("home/temp%plant"), std::string::npos);
}

TEST_F(MqttAddress, AnotherSpellingOfATopicLeadsToTheRightOne) {
  const auto place = book.parse("ho=6de/=54emp%plant");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().condition, Condition::gone);
  EXPECT_EQ(place.error().alternate, "home/^temp%plant");
}

TEST_F(MqttAddress, EveryTopicHasOneAddressAndEveryAddressOneTopic) {
  std::mt19937 random{1};
  std::set<std::string> bodies;
  std::set<std::string> topics;
  for (int i = 0; i < 20'000; ++i) {
    const auto topic = random_topic(random, 12);
    const auto body = encode_body(topic);
    const auto decoded = decode_body(body);
    ASSERT_TRUE(decoded) << body;
    ASSERT_EQ(*decoded, topic) << body;
    for (const char c : body) {
      ASSERT_TRUE(c >= ' ' && c < '\x7f' && (c < 'A' || c > 'Z')) << body;
    }
    ASSERT_FALSE(body.starts_with(' ') || body.ends_with(' ')) << body;
    topics.insert(topic);
    bodies.insert(body);
  }
  EXPECT_EQ(topics.size(), bodies.size());
}

TEST_F(MqttAddress, PlacesComeBackFromTheirTexts) {
  std::mt19937 random{2};
  for (int i = 0; i < 5'000; ++i) {
    const auto topic = random_topic(random, 12);
    if (!is_topic_filter(topic)) continue;
    for (const auto kind : {PlaceKind::direct, PlaceKind::room}) {
      const Conversation place{AdapterId{1}, kind, names.intern("plant"), names.intern(topic)};
      ASSERT_EQ(parsed(book.text(place)), place) << book.text(place);
    }
  }
  for (const auto* text : {"plant", "*lamp%plant", "!*%plant"}) EXPECT_EQ(book.text(parsed(text)), text);
}

TEST_F(MqttAddress, ALongTopicHasADigestThatLeadsBackOnceItWasSeen) {
  const std::string topic = "plant/" + std::string(600, 'A');
  const auto text = encode_body(topic) + "%plant";
  EXPECT_EQ(text.size(), 3 + 26 + 6);
  EXPECT_EQ(refused(text), Condition::item_not_found);
  book.remember(topic);
  EXPECT_EQ(parsed(text).native.view(), topic);
}

TEST_F(MqttAddress, ANickIsTheTopicLessTheConstantPrefix) {
  EXPECT_EQ(nick_of("home/kitchen/Temp", "home/#"), "kitchen/Temp");
  EXPECT_EQ(nick_of("home", "home/#"), ".");
  EXPECT_EQ(nick_of("home/kitchen/temp", "home/+/temp"), "kitchen/temp");
  EXPECT_EQ(nick_of("temp", "temp"), "temp");
  EXPECT_EQ(nick_of("a/" + std::string(201, 'b'), "a/#").size(), 180 + 1 + 8);
}

TEST_F(MqttAddress, ANickLeadsBackToItsTopic) {
  const auto room = parsed("!home/#%plant");
  for (const std::string topic : {"home/kitchen/Temp", "home", "home/a b"}) {
    const auto place = book.person(room, nick_of(topic, "home/#"));
    ASSERT_TRUE(place) << topic;
    EXPECT_EQ(place->native.view(), topic);
  }
  EXPECT_FALSE(book.person(parsed("!home/+/temp%plant"), "kitchen/humidity"));
  const auto one = parsed("!home/temp%plant");
  EXPECT_EQ(book.person(one, "temp")->native.view(), "home/temp");

  const std::string topic = "home/" + std::string(300, 'b');
  EXPECT_FALSE(book.person(room, nick_of(topic, "home/#")));
  book.remember(topic);
  EXPECT_EQ(book.person(room, nick_of(topic, "home/#"))->native.view(), topic);
}

TEST(MqttUtf8, IsAsRfc3629Says) {
  EXPECT_TRUE(is_utf8("aé€😀"));
  for (const auto* text : {"\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xf4\x90\x80\x80", "\xed\xbf\xbf", "\xe2\x82", "\xf8"})
    EXPECT_FALSE(is_utf8(text));
  EXPECT_EQ(cut("aé€", 3), "aé");
  EXPECT_EQ(cut("aé€", 2), "a");
}

}  // namespace
}  // namespace isthmus::mqtt
