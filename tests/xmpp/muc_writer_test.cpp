#include "xmpp/muc_writer.hpp"

#include <gtest/gtest.h>

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view room = "#lounge%net@irc.example.org";
constexpr std::string_view client = "juliet@example.org/balcony";
const SystemTime noon{std::chrono::milliseconds{1'700'000'000'250}};

template <class Write>
std::string written(Write write) {
  std::string out;
  StanzaWriter writer{out};
  write(writer);
  EXPECT_TRUE(writer.finished());
  return out;
}

TEST(MucWriter, AnOccupantHasItsStandingAndTheAddressToWriteTo) {
  const Member romeo{"Romeo", "r@host", Affiliation::admin, Role::moderator};
  EXPECT_EQ(written([&](StanzaWriter& out) {
              write_available(out, presence_head(room, client), room,
                              {.member = romeo, .real_jid = "romeo%net@irc.example.org"}, {});
            }),
            "<presence to='juliet@example.org/balcony' from='#lounge%net@irc.example.org/Romeo'>"
            "<x xmlns='http://jabber.org/protocol/muc#user'>"
            "<item affiliation='admin' role='moderator' jid='romeo%net@irc.example.org'/></x></presence>");
}

TEST(MucWriter, ANickThatNoResourcepartCanHoldIsEscaped) {
  const Member odd{"\xe0\xb8", "", Affiliation::none, Role::participant};
  EXPECT_EQ(occupant_jid(room, odd.name), "#lounge%net@irc.example.org/=e0=b8");
}

TEST(MucWriter, OneWhoLeftSaysWhyAndOneWhoWasKickedByWhom) {
  EXPECT_EQ(
      written([](StanzaWriter& out) { write_unavailable(out, room, client, {"Romeo", {}, {}, "good night"}, {}); }),
      "<presence type='unavailable' from='#lounge%net@irc.example.org/Romeo' to='juliet@example.org/balcony'>"
      "<status>good night</status><x xmlns='http://jabber.org/protocol/muc#user'>"
      "<item affiliation='none' role='none'/></x></presence>");
  EXPECT_EQ(written([](StanzaWriter& out) {
              write_unavailable(out, room, client, {"Romeo", {}, "Tybalt", "out"}, {status_kicked});
            }),
            "<presence type='unavailable' from='#lounge%net@irc.example.org/Romeo' to='juliet@example.org/balcony'>"
            "<x xmlns='http://jabber.org/protocol/muc#user'><item affiliation='none' role='none'>"
            "<actor nick='Tybalt'/><reason>out</reason></item><status code='307'/></x></presence>");
}

TEST(MucWriter, AMessageBeginsWithTheClientsReadyHead) {
  const auto head = message_head("#a&b%net@irc.example.org", client);
  const Payload what{Message{Style::normal, "<hi>"}};
  const Content content{what, {}};
  const RoomMessage said{
      .nick = "Romeo", .id = "m1", .origin_id = {}, .stanza_id = {}, .marks = {}, .content = content, .delayed = {}};
  EXPECT_EQ(
      written([&](StanzaWriter& out) { write_groupchat(out, head, "#a&b%net@irc.example.org", said); }),
      "<message to='juliet@example.org/balcony' type='groupchat' from='#a&amp;b%net@irc.example.org/Romeo' id='m1'>"
      "<body>&lt;hi&gt;</body></message>");
}

TEST(MucWriter, WhatTheServiceSaysComesFromTheRoomItself) {
  const Payload what{Message{Style::notice, "Cannot send to channel"}};
  const Content content{what, {}};
  const RoomMessage said{
      .nick = {}, .id = "m1", .origin_id = {}, .stanza_id = {}, .marks = {}, .content = content, .delayed = {}};
  EXPECT_EQ(written([&](StanzaWriter& out) { write_groupchat(out, message_head(room, client), room, said); }),
            "<message to='juliet@example.org/balcony' type='groupchat' from='#lounge%net@irc.example.org' id='m1'>"
            "<body>[notice] Cannot send to channel</body></message>");
}

TEST(MucWriter, AMessageBearsWhoSaidItAndTheIdThatTheRoomGaveIt) {
  const Payload what{Message{Style::normal, "hi"}};
  const Content content{what, {}};
  const RoomMessage said{
      .nick = "Romeo",
      .id = "m1",
      .origin_id = "o1",
      .stanza_id = "AZ<9",
      .marks = {.occupant = "<occupant-id xmlns='urn:xmpp:occupant-id:0' id='5f'/>",
                .stanza_id = "<stanza-id xmlns='urn:xmpp:sid:0' by='#lounge%net@irc.example.org' id='"},
      .content = content,
      .delayed = {}};
  EXPECT_EQ(
      written([&](StanzaWriter& out) { write_groupchat(out, message_head(room, client), room, said); }),
      "<message to='juliet@example.org/balcony' type='groupchat' from='#lounge%net@irc.example.org/Romeo' id='m1'>"
      "<body>hi</body><occupant-id xmlns='urn:xmpp:occupant-id:0' id='5f'/>"
      "<stanza-id xmlns='urn:xmpp:sid:0' by='#lounge%net@irc.example.org' id='AZ&lt;9'/>"
      "<origin-id xmlns='urn:xmpp:sid:0' id='o1'/></message>");
}

TEST(MucWriter, HistoryBearsItsTime) {
  const Payload what{Message{Style::action, "waves"}};
  const Content content{what, {}};
  const RoomMessage said{
      .nick = "Romeo", .id = "m1", .origin_id = {}, .stanza_id = {}, .marks = {}, .content = content, .delayed = noon};
  EXPECT_EQ(
      written([&](StanzaWriter& out) { write_groupchat(out, message_head(room, client), room, said); }),
      "<message to='juliet@example.org/balcony' type='groupchat' from='#lounge%net@irc.example.org/Romeo' id='m1'>"
      "<body>/me waves</body><delay xmlns='urn:xmpp:delay' from='#lounge%net@irc.example.org' "
      "stamp='2023-11-14T22:13:20.250Z'/></message>");
}

TEST(MucWriter, ASubjectIsWrittenAnEmptyOneTooAndNeverWithABody) {
  EXPECT_EQ(written([](StanzaWriter& out) { write_subject(out, room, client, {{}, {}, {}}, true); }),
            "<message type='groupchat' to='juliet@example.org/balcony' "
            "from='#lounge%net@irc.example.org'><subject/></message>");
  EXPECT_EQ(written([](StanzaWriter& out) { write_subject(out, room, client, {"news", "Romeo", noon}, true); }),
            "<message type='groupchat' to='juliet@example.org/balcony' from='#lounge%net@irc.example.org/Romeo'>"
            "<subject>news</subject><delay xmlns='urn:xmpp:delay' from='#lounge%net@irc.example.org' "
            "stamp='2023-11-14T22:13:20.250Z'/></message>");
}

TEST(Timestamp, IsReadAsItIsWrittenButForTheFraction) {
  EXPECT_EQ(parse_timestamp("2023-11-14T22:13:20Z"), noon - 250ms);
  EXPECT_EQ(parse_timestamp("2023-11-14T22:13:20.250Z"), noon - 250ms);
  for (const char* bad :
       {"", "yesterday", "2023-11-14", "2023-11-14T22:13:20", "2023-11-14T22:13:20+01:00x", "2023-11-14T22:13:20Zz"}) {
    EXPECT_EQ(parse_timestamp(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace isthmus::xmpp
