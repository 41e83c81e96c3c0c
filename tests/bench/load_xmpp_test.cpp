#include "tests/bench/load_xmpp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace isthmus::bench {
namespace {

constexpr std::string_view message =
    "<message to=\"user1@bench.example/load\" from='#c%n@irc/a>b' type='groupchat' id='1'>"
    "<x a='/>'/><body>1 &lt; 2</body></message>";

TEST(ElementLength, IsTheWholeElementWhateverFollows) {
  const std::string stream = std::string{message} + "<presence/>";
  EXPECT_EQ(element_length(stream), message.size());
  EXPECT_EQ(element_length("<presence/><message>"), 11u);
}

TEST(ElementLength, IsZeroForEveryBeginning) {
  for (std::size_t size = 0; size < message.size(); ++size) {
    EXPECT_EQ(element_length(message.substr(0, size)), 0u) << message.substr(0, size);
  }
}

TEST(ReadStanza, FindsTheAttributesInAnyOrderAndQuotes) {
  const Stanza stanza = read_stanza(message);
  EXPECT_EQ(stanza.name, "message");
  EXPECT_EQ(stanza.to, "user1@bench.example/load");
  EXPECT_EQ(stanza.from, "#c%n@irc/a>b");
  EXPECT_EQ(stanza.type, "groupchat");
  EXPECT_EQ(stanza.id, "1");
  EXPECT_EQ(stanza.body(), "1 &lt; 2");
}

TEST(ReadStanza, LeavesAbsentPartsEmpty) {
  const Stanza stanza = read_stanza("<presence from='a@b'/>");
  EXPECT_EQ(stanza.name, "presence");
  EXPECT_EQ(stanza.from, "a@b");
  EXPECT_EQ(stanza.type, "");
  EXPECT_EQ(stanza.body(), "");
}

}  // namespace
}  // namespace isthmus::bench
