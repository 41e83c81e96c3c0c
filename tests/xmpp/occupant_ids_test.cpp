#include "xmpp/occupant_ids.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace isthmus::xmpp {
namespace {

constexpr std::string_view lounge = "#lounge%net@irc.example.org";
constexpr std::string_view attic = "#attic%net@irc.example.org";

TEST(OccupantIds, AreTheSameForOneAccountUnderWhateverNickAndOtherwiseForOneNick) {
  OccupantIds ids{"a key"};
  EXPECT_EQ(ids.element(lounge, "romeo", "montague"), ids.element(lounge, "romeo_", "montague"));
  EXPECT_EQ(ids.element(lounge, "romeo", ""), ids.element(lounge, "romeo", ""));
  EXPECT_NE(ids.element(lounge, "romeo", ""), ids.element(lounge, "romeo_", ""));
}

TEST(OccupantIds, AreAnotherInEachRoomAndForEveryone) {
  OccupantIds ids{"a key"};
  const std::set<std::string> all{ids.element(lounge, "romeo", ""),       ids.element(attic, "romeo", ""),
                                  ids.element(lounge, "juliet", ""),      ids.element(lounge, "x", "romeo"),
                                  ids.element(lounge, "romeo", "romeo_"), ids.element(attic, "x", "romeo")};
  EXPECT_EQ(all.size(), 6U) << "a nick that equals somebody's account is not them";
}

TEST(OccupantIds, AreAKeyedHashAndTellNeitherNickNorAccount) {
  OccupantIds ids{"a key"};
  const auto element = ids.element(lounge, "romeo", "montague");
  // key=$(printf 'a key' | openssl dgst -sha256 -binary | head -c 16 | xxd -p)
  // printf '%s\0account\0montague' '#lounge%net@irc.example.org' |
  //   openssl mac -macopt hexkey:$key -macopt size:16 SIPHASH
  EXPECT_EQ(element, "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='07400eb40646cfb2070b047f5ac2c2ca'/>");
  EXPECT_NE(OccupantIds{"another key"}.element(lounge, "romeo", "montague"), element);
}

TEST(OccupantIds, WithoutAKeyAreOthersInEachProcess) {
  EXPECT_NE(OccupantIds{""}.element(lounge, "romeo", ""), OccupantIds{""}.element(lounge, "romeo", ""));
}

TEST(OccupantIds, OfSpeakersAreThoseOfPresencesHoweverManySpeak) {
  OccupantIds ids{"a key"};
  for (int round = 0; round < 3; ++round) {
    for (std::size_t i = 0; i < 3 * OccupantIds::remembered; ++i) {
      const auto nick = "nick" + std::to_string(i);
      const std::string spoken{ids.speaker(lounge, nick, "").occupant};
      ASSERT_EQ(spoken, ids.element(lounge, nick, "")) << nick;
    }
  }
}

TEST(OccupantIds, ComeWithTheBeginningOfTheRoomsStanzaIdWhoeverSpokeBefore) {
  OccupantIds ids{"a key"};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(ids.speaker("#a&b%net@irc.example.org", "romeo", "").stanza_id,
              "<stanza-id xmlns='urn:xmpp:sid:0' by='#a&amp;b%net@irc.example.org' id='");
    EXPECT_EQ(ids.speaker(lounge, "romeo", "").occupant, ids.element(lounge, "romeo", ""));
    EXPECT_EQ(ids.speaker(lounge, "romeo", "montague").occupant, ids.element(lounge, "romeo", "montague"));
    EXPECT_EQ(ids.speaker(lounge, "nurse", "").occupant, ids.element(lounge, "nurse", ""));
    EXPECT_EQ(ids.speaker(lounge, "", "").occupant, "") << "the room itself";
  }
}

}  // namespace
}  // namespace isthmus::xmpp
