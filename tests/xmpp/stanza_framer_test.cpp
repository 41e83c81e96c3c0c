#include "xmpp/stanza_framer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace isthmus::xmpp {
namespace {

using Kind = Frame::Kind;

struct Seen {
  Kind kind;
  std::string text;  // the bytes, or the condition
  friend bool operator==(const Seen&, const Seen&) = default;
};

void PrintTo(const Seen& seen, std::ostream* out) {
  static constexpr const char* names[] = {"need_more", "stream_open",  "stanza", "too_long",
                                          "too_deep",  "stream_close", "bad"};
  *out << names[static_cast<int>(seen.kind)] << " \"" << seen.text.substr(0, 200) << '"';
}

/// A stream that is fed in pieces, each of them gone afterwards.
class Feeder {
 public:
  explicit Feeder(FramerLimits limits = {}) : framer_{limits} {}

  void feed(std::string piece) {
    framer_.feed(piece);
    for (;;) {
      const auto frame = framer_.next();
      if (frame.kind == Kind::need_more) break;
      const auto text = frame.kind == Kind::bad ? std::string{frame.bad_condition}
                                                : std::string(frame.bytes.begin(), frame.bytes.end());
      seen_.push_back({frame.kind, text});
      std::ranges::fill(frame.bytes, '#');  // as a parser may
      if (frame.kind == Kind::bad) break;
    }
    most_buffered_ = std::max(most_buffered_, framer_.buffered());
    std::ranges::fill(piece, '!');
  }
  void feed_in_pieces(const std::string& input, std::size_t size) {
    for (std::size_t at = 0; at < input.size() && !is_bad(); at += size) feed(input.substr(at, size));
  }
  bool is_bad() const { return !seen_.empty() && seen_.back().kind == Kind::bad; }
  const std::vector<Seen>& seen() const { return seen_; }
  std::size_t buffered() const { return framer_.buffered(); }
  std::size_t most_buffered() const { return most_buffered_; }

 private:
  StanzaFramer framer_;
  std::vector<Seen> seen_;
  std::size_t most_buffered_ = 0;
};

std::vector<Seen> frames(const std::string& input, FramerLimits limits = {}) {
  Feeder feeder{limits};
  feeder.feed(input);
  return feeder.seen();
}

const std::string open_tag =
    "<stream:stream xmlns='jabber:component:accept' xmlns:stream='http://etherx.jabber.org/streams' id='x>y'>";
const std::string ping = "<iq type='get' id='1'><ping xmlns='urn:xmpp:ping'/></iq>";

/// What comes of `bytes` in a stream that is already open.
std::vector<Seen> frames_in_stream(const std::string& bytes, FramerLimits limits = {}) {
  auto all = frames(open_tag + bytes, limits);
  EXPECT_EQ(all.at(0), (Seen{Kind::stream_open, open_tag}));
  all.erase(all.begin());
  return all;
}

std::string repeated(std::string_view piece, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += piece;
  return all;
}

TEST(StanzaFramer, CutsAStreamIntoItsOpeningStanzasAndEnd) {
  const auto seen = frames("<?xml version='1.0'?>\n" + open_tag + "<handshake/> \r\n\t" + ping + "</stream:stream >\n");
  EXPECT_EQ(seen, (std::vector<Seen>{{Kind::stream_open, open_tag},
                                     {Kind::stanza, "<handshake/>"},
                                     {Kind::stanza, ping},
                                     {Kind::stream_close, "</stream:stream >"}}));
}

TEST(StanzaFramer, TakesAnyQuotingNestingAndCdata) {
  for (const std::string stanza : {
           "<message><body>a > b 'it\"s' ]] ></body></message>",
           "<message a='>/\"' b = \"'>\"/>",
           "<message a='/'>x</message>",
           "<message a='/>'/>",
           "<m><m><m/><m></m></m></m>",
           "<m><![CDATA[</m> <x a=' ]> ]]]><n/></m>",
           "<m><![CDATA[]]></m>",
           "<m\n/>",
           "<m></m\t>",
           "<\xC3\xA9/>",
       }) {
    EXPECT_EQ(frames_in_stream(stanza + ping), (std::vector<Seen>{{Kind::stanza, stanza}, {Kind::stanza, ping}}))
        << stanza;
  }
}

TEST(StanzaFramer, RefusesWhatIsNotWellFormed) {
  for (const std::string bytes :
       {"x", "\xEF\xBB\xBF<a/>", "&amp;", "<>", "< a/>", "<1/>", "<-a/>", "<a <b/>", "<a b='<'/>", "<a b=\"<\"/>",
        "</other>", "</stream:streams>", "</stream:stream x>", "<=", "<'"}) {
    EXPECT_EQ(frames_in_stream(bytes), (std::vector<Seen>{{Kind::bad, "not-well-formed"}})) << bytes;
  }
  EXPECT_EQ(frames("</stream:stream>"), (std::vector<Seen>{{Kind::bad, "not-well-formed"}}));
  EXPECT_EQ(frames("<stream:stream/>"), (std::vector<Seen>{{Kind::bad, "not-well-formed"}}));
}

TEST(StanzaFramer, RefusesWhatXmppForbidsOfXml) {
  for (const std::string bytes :
       {"<!-- x -->", "<!DOCTYPE a>", "<![CDATA[x]]>", "<?xml version='1.0'?>", "<?php ?>", "<a><!-- x --></a>",
        "<a><?php ?></a>", "<a><!ENTITY b 'c'></a>", "<a><![cdata[x]]></a>", "<a><![CDATAx"}) {
    EXPECT_EQ(frames_in_stream(bytes), (std::vector<Seen>{{Kind::bad, "restricted-xml"}})) << bytes;
  }
  for (const std::string bytes : {"<!DOCTYPE stream:stream>", "<?php ?>", "<?xmlx ?>", "<?xml>", "<?xml version='1.0'>",
                                  " <?xml version='1.0'?>", "<?xml version='1.0'?><?xml version='1.0'?>"}) {
    EXPECT_EQ(frames(bytes), (std::vector<Seen>{{Kind::bad, "restricted-xml"}})) << bytes;
  }
}

TEST(StanzaFramer, StaysBadUntilReset) {
  StanzaFramer framer;
  std::string input = "junk";
  framer.feed(input);
  EXPECT_EQ(framer.next().kind, Kind::bad);
  EXPECT_EQ(framer.next().kind, Kind::bad);
  std::string more = open_tag;
  framer.feed(more);
  EXPECT_EQ(framer.next().kind, Kind::bad);
  framer.reset();
  framer.feed(more);
  EXPECT_EQ(framer.next().kind, Kind::stream_open);
  EXPECT_EQ(framer.next().kind, Kind::need_more);
}

TEST(StanzaFramer, ResetForgetsAHalfReadStanza) {
  StanzaFramer framer;
  std::string half = open_tag + "<message><body>half";
  framer.feed(half);
  EXPECT_EQ(framer.next().kind, Kind::stream_open);
  EXPECT_EQ(framer.next().kind, Kind::need_more);
  EXPECT_EQ(framer.buffered(), 19U);
  framer.reset();
  EXPECT_EQ(framer.buffered(), 0U);
  std::string anew = "<?xml version='1.0'?>" + open_tag + ping;
  framer.feed(anew);
  EXPECT_EQ(framer.next().kind, Kind::stream_open);
  EXPECT_EQ(framer.next().kind, Kind::stanza);
}

TEST(StanzaFramer, IgnoresWhatFollowsTheStreamsEnd) {
  EXPECT_EQ(frames_in_stream("</stream:stream>junk<!"), (std::vector<Seen>{{Kind::stream_close, "</stream:stream>"}}));
}

TEST(StanzaFramer, HandsOutInPlaceWhatLiesWhole) {
  StanzaFramer framer;
  std::string input = open_tag + ping;
  framer.feed(input);
  EXPECT_EQ(framer.next().bytes.data(), input.data());
  EXPECT_EQ(framer.next().bytes.data(), input.data() + open_tag.size());
  EXPECT_EQ(framer.next().kind, Kind::need_more);
  EXPECT_EQ(framer.buffered(), 0U);
}

TEST(StanzaFramer, KeepsOnlyTheUnfinishedStanza) {
  Feeder feeder;
  feeder.feed(open_tag + ping + ping + "<message>");
  EXPECT_EQ(feeder.most_buffered(), 9U);
  feeder.feed("</message>" + ping);
  EXPECT_EQ(feeder.seen().size(), 5U);
  EXPECT_EQ(feeder.buffered(), 0U);
}

struct Hostile {
  const char* name;
  std::string stanza;
  Seen answer;
};

std::vector<Hostile> hostile_stanzas() {
  const std::string head = "<message from='juliet@example.org' to='irc.example.org'>";
  constexpr std::size_t two_mib = 2 * 1024 * 1024;
  std::string many = "<message";
  for (int i = 0; i < 65; ++i) many += " a" + std::to_string(i) + "=''";
  const std::string long_attribute = "<message a='" + std::string(two_mib, 'x') + "'/>";
  return {
      {"text", head + "<body>" + std::string(two_mib, 'x') + "</body></message>", {Kind::too_long, head}},
      {"quotes_and_angles_in_text",
       head + "<body>" + repeated("'>\"", two_mib / 3) + "</body></message>",
       {Kind::too_long, head}},
      {"markup", head + repeated("<a b='c'/>", two_mib / 10) + "</message>", {Kind::too_long, head}},
      {"cdata",
       head + "<![CDATA[" + repeated("</message>]] >", two_mib / 14) + "]]></message>",
       {Kind::too_long, head}},
      {"attribute_of_a_child", head + "<a b='" + std::string(two_mib, '>') + "'/></message>", {Kind::too_long, head}},
      {"attribute_of_its_own", long_attribute, {Kind::too_long, ""}},
      {"name", "<" + std::string(two_mib, 'x') + "/>", {Kind::too_long, ""}},
      {"depth", head + repeated("<a>", 10000) + repeated("</a>", 10000) + "</message>", {Kind::too_deep, head}},
      {"depth_and_length",
       head + repeated("<a b=''>", 300000) + repeated("</a>", 300000) + "</message>",
       {Kind::too_deep, head}},
      {"attributes", many + "></message>", {Kind::too_long, many + ">"}},
      {"long_opening_tag",
       "<message a='" + std::string(5000, 'x') + "'>" + repeated("<a>", 200) + repeated("</a>", 200) + "</message>",
       {Kind::too_deep, ""}},
  };
}

TEST(StanzaFramer, SkipsAStanzaOverALimitAndGoesOn) {
  for (const auto& [name, stanza, answer] : hostile_stanzas()) {
    SCOPED_TRACE(name);
    EXPECT_EQ(frames_in_stream(ping + stanza + ping),
              (std::vector<Seen>{{Kind::stanza, ping}, answer, {Kind::stanza, ping}}));
    for (const std::size_t size : {61UL, 997UL, 65536UL}) {
      Feeder feeder;
      feeder.feed(open_tag);
      feeder.feed_in_pieces(ping + stanza + ping, size);
      EXPECT_EQ(feeder.seen(),
                (std::vector<Seen>{{Kind::stream_open, open_tag}, {Kind::stanza, ping}, answer, {Kind::stanza, ping}}));
    }
  }
}

TEST(StanzaFramer, SkipsWithFlatMemory) {
  constexpr FramerLimits limits{.max_stanza = 10000};
  for (const auto& [name, stanza, answer] : hostile_stanzas()) {
    SCOPED_TRACE(name);
    Feeder feeder{limits};
    feeder.feed(open_tag);
    feeder.feed_in_pieces(stanza + ping, 512);
    EXPECT_EQ(feeder.seen().size(), 3U);
    EXPECT_LE(feeder.most_buffered(), limits.max_stanza);
  }
}

TEST(StanzaFramer, LimitsAreInclusive) {
  const std::string deep = repeated("<a>", 3) + "<b/>" + repeated("</a>", 3);
  EXPECT_EQ(frames_in_stream(deep, {.max_depth = 4}).at(0).kind, Kind::stanza);
  EXPECT_EQ(frames_in_stream(deep, {.max_depth = 3}).at(0).kind, Kind::too_deep);
  const std::string wide = "<a b='' c='' d=''/>";
  EXPECT_EQ(frames_in_stream(wide, {.max_attributes = 3}).at(0).kind, Kind::stanza);
  EXPECT_EQ(frames_in_stream("<x>" + wide + "</x>", {.max_attributes = 2}).at(0), (Seen{Kind::too_long, "<x>"}));
  const std::string stanza(open_tag.size() - 4, 'x');
  const std::string exact = "<" + stanza + "/>";
  EXPECT_EQ(frames_in_stream(exact, {.max_stanza = open_tag.size()}).at(0).kind, Kind::stanza);
  EXPECT_EQ(frames_in_stream("<x" + stanza + "yz/>", {.max_stanza = open_tag.size()}).at(0).kind, Kind::too_long);
}

TEST(StanzaFramer, RefusesAStreamTagWithoutEnd) {
  Feeder feeder{{.max_stanza = 1000}};
  feeder.feed_in_pieces("<stream:stream a='" + std::string(2000, 'x'), 100);
  EXPECT_EQ(feeder.seen(), (std::vector<Seen>{{Kind::bad, "policy-violation"}}));
  EXPECT_LE(feeder.most_buffered(), 1000U);
}

TEST(StanzaFramer, AWrongClosingTagEndsTheStreamAtOnce) {
  for (const std::string wrong : {"<a><b></a></b>", "<a><b>text</a>", "<a></b>", "<a><b><c/></d>"}) {
    EXPECT_EQ(frames_in_stream(ping + wrong + ping),
              (std::vector<Seen>{{Kind::stanza, ping}, {Kind::bad, "not-well-formed"}}))
        << wrong;
  }
  EXPECT_EQ(frames_in_stream("<a ><b c='d'/></a\n>").at(0).kind, Kind::stanza);
}

/// Streams of ordinary and hostile pieces: mostly right, so that much is framed, and sometimes not.
std::string random_stream(std::mt19937& random) {
  static const std::vector<std::string> pieces{ping,
                                               "<a>",
                                               "</a>",
                                               "<b c='>' d=\"'\">",
                                               "</b>",
                                               "<e/>",
                                               "<e f='/'/>",
                                               "<![CDATA[",
                                               "]]>",
                                               "]",
                                               "]]",
                                               "text",
                                               "'",
                                               "\"",
                                               ">",
                                               " ",
                                               "\n",
                                               "</stream:stream>",
                                               "<a/>",
                                               "<m>x</m>",
                                               std::string(50, 'y'),
                                               "<a g='",
                                               "'>",
                                               "<!--",
                                               "<",
                                               "&lt;",
                                               "<?xml version='1.0'?>",
                                               open_tag};
  std::string stream = random() % 2 == 0 ? open_tag : "<?xml version='1.0'?>" + open_tag;
  const auto count = random() % 30;
  for (std::size_t i = 0; i < count; ++i) {
    const auto pick = random() % 4 == 0 ? random() % pieces.size() : random() % 7;
    stream += pieces[pick];
  }
  return stream;
}

TEST(StanzaFramer, GivesTheSameFramesHoweverTheInputIsSplit) {
  std::mt19937 random{20240601};
  constexpr FramerLimits limits{.max_stanza = 120, .max_depth = 4, .max_attributes = 2};
  for (int round = 0; round < 4000; ++round) {
    const auto stream = random_stream(random);
    const auto whole = frames(stream, limits);
    Feeder feeder{limits};
    for (std::size_t at = 0; at < stream.size() && !feeder.is_bad();) {
      const auto size = 1 + random() % (round % 2 == 0 ? 3 : 40);
      feeder.feed(stream.substr(at, size));
      at += size;
    }
    ASSERT_EQ(feeder.seen(), whole) << stream;
    ASSERT_LE(feeder.most_buffered(), limits.max_stanza);
  }
}

}  // namespace
}  // namespace isthmus::xmpp
