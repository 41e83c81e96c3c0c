#include "xmpp/component_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isthmus::xmpp {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ComponentStreamTest : public testing::Test, public StreamListener {
 protected:
  bool feed(std::string bytes) { return stream.feed({bytes.data(), bytes.size()}); }
  void begin() {
    stream.open();
    feed(
        "<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' "
        "xmlns='jabber:component:accept' id='3BF96D32' from='irc.example.org'>");
  }
  void ready() {
    begin();
    feed("<handshake/>");
    out.clear();
  }

  void on_ready() override { seen.emplace_back("ready"); }
  void on_stanza(pugi::xml_node stanza) override { seen.push_back("stanza " + std::string{attribute(stanza, "id")}); }
  void on_skipped(pugi::xml_node head, std::string_view) override {
    seen.push_back("skipped " + std::string{attribute(head, "id")});
  }

  std::string out;
  std::vector<std::string> seen;
  ComponentStream stream{"irc.example.org", "montague", FramerLimits{.max_stanza = 1024, .max_depth = 16}, out, *this};
};

TEST_F(ComponentStreamTest, ShakesHandsWithTheDigestOfIdAndSecret) {
  begin();
  EXPECT_EQ(out,
            "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
            "xmlns:stream='http://etherx.jabber.org/streams' to='irc.example.org'>"
            "<handshake>9b055450c83ec2d2fa61c1eae3b440c7f4a9429d</handshake>");
  EXPECT_TRUE(seen.empty()) << "not ready before the server agrees";
  EXPECT_TRUE(feed("<handshake/>"));
  EXPECT_THAT(seen, ElementsAre("ready"));
  EXPECT_EQ(stream.state(), ComponentStream::State::ready);
}

TEST_F(ComponentStreamTest, EndsWithTheServersOwnConditionWhenItIsRefused) {
  begin();
  EXPECT_FALSE(
      feed("<stream:error><not-authorized xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
           "<text xmlns='urn:ietf:params:xml:ns:xmpp-streams'>wrong</text></stream:error></stream:stream>"));
  EXPECT_EQ(stream.condition(), "not-authorized");
  EXPECT_TRUE(seen.empty());
}

TEST_F(ComponentStreamTest, StanzasBeforeTheHandshakeAreNotListenedTo) {
  begin();
  EXPECT_FALSE(feed("<message id='early' from='a@b' to='irc.example.org'/>"));
  EXPECT_TRUE(seen.empty());
}

TEST_F(ComponentStreamTest, AStanzaOverALimitIsToldOfAndTheStreamGoesOn) {
  ready();
  EXPECT_TRUE(feed("<message id='a'/><message id='long'><body>" + std::string(5000, 'x') +
                   "</body></message><message id='b'/>"));
  std::string deep = "<message id='deep'>";
  for (int i = 0; i < 100; ++i) deep += "<x>";
  for (int i = 0; i < 100; ++i) deep += "</x>";
  EXPECT_TRUE(feed(deep + "</message><message id='c'/>"));
  EXPECT_THAT(seen, ElementsAre("ready", "stanza a", "skipped long", "stanza b", "skipped deep", "stanza c"));
}

TEST_F(ComponentStreamTest, WhatIsNoRestrictedXmlEndsTheStreamWithTheDefinedError) {
  ready();
  EXPECT_FALSE(feed("<!DOCTYPE x><message id='a'/>"));
  EXPECT_THAT(out, HasSubstr("<stream:error><restricted-xml "
                             "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error></stream:stream>"));
  EXPECT_EQ(stream.condition(), "restricted-xml");
  EXPECT_THAT(seen, ElementsAre("ready"));
}

TEST_F(ComponentStreamTest, AStanzaThatIsNotWellFormedEndsTheStream) {
  ready();
  EXPECT_FALSE(feed("<message id='a'><body>&nbsp;</body></message>"));
  EXPECT_EQ(stream.condition(), "not-well-formed");
}

TEST_F(ComponentStreamTest, CanBeOpenedAgainAfterItsEnd) {
  ready();
  EXPECT_FALSE(feed("</stream:stream>"));
  EXPECT_EQ(stream.condition(), "");
  ready();
  EXPECT_THAT(seen, ElementsAre("ready", "ready"));
}

}  // namespace
}  // namespace isthmus::xmpp
