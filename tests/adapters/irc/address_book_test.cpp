#include "adapters/irc/address_book.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

using namespace std::literals;

namespace isthmus::irc {
namespace {

class IrcAddresses : public testing::Test {
 protected:
  NameTable names;
  IrcAddressBook book{AdapterId{3}, names, "", {"local", "odd_name", "Irc.Example.ORG"}};
  IrcAddressBook fixed{AdapterId{4}, names, "irc.example.org", {"irc.example.org"}};

  static std::string shown(const Answer<Conversation>& answer) {
    if (!answer) return answer.error().condition == Condition::jid_malformed ? "malformed" : "not found";
    constexpr std::string_view kinds[] = {"gateway", "network", "room", "direct"};
    std::string text{kinds[static_cast<std::size_t>(answer->kind)]};
    if (!answer->network.empty()) text += " " + answer->network.str();
    if (!answer->native.empty()) text += " " + answer->native.str();
    return text;
  }
};

TEST_F(IrcAddresses, NameGatewayNetworkRoomAndPerson) {
  EXPECT_EQ(shown(book.parse("")), "gateway");
  EXPECT_EQ(shown(book.parse("irc.libera.chat")), "network irc.libera.chat");
  EXPECT_EQ(shown(book.parse("#chan%irc.libera.chat")), "room irc.libera.chat #chan");
  EXPECT_EQ(shown(book.parse("&chan%irc.libera.chat")), "room irc.libera.chat &chan");
  EXPECT_EQ(shown(book.parse("+chan%irc.libera.chat")), "room irc.libera.chat +chan");
  EXPECT_EQ(shown(book.parse("!chan%irc.libera.chat")), "room irc.libera.chat !chan");
  EXPECT_EQ(shown(book.parse("nick%irc.libera.chat")), "direct irc.libera.chat nick");
  EXPECT_EQ(book.parse("nick%irc.libera.chat")->adapter, AdapterId{3});
}

TEST_F(IrcAddresses, OfLinksAreANetworkAndAChannel) {
  EXPECT_EQ(shown(book.place("irc.libera.chat/#Chan")), "room irc.libera.chat #chan");
  EXPECT_EQ(shown(book.place("local/#a/b")), "room local #a/b");
  EXPECT_EQ(shown(book.place("irc.libera.chat/romeo")), "malformed") << "a person is in no link";
  EXPECT_EQ(shown(book.place("irc.libera.chat")), "malformed");
  EXPECT_EQ(shown(book.place("nowhere/#chan")), "not found");
  EXPECT_EQ(shown(fixed.place("irc.example.org/#chan")), "room irc.example.org #chan");
  EXPECT_EQ(shown(fixed.place("irc.libera.chat/#chan")), "not found") << "the domain is another network";
}

TEST_F(IrcAddresses, AreSeparatedByTheLastPercentSign) {
  EXPECT_EQ(shown(book.parse("#50%%irc.libera.chat")), "room irc.libera.chat #50%");
  EXPECT_EQ(shown(book.parse("#a%b%irc.libera.chat")), "room irc.libera.chat #a%b");
}

TEST_F(IrcAddresses, AreCanonicalInAsciiLowerCase) {
  EXPECT_EQ(*book.parse("#Chan[]%IRC.Libera.Chat"), *book.parse("#chan[]%irc.libera.chat"));
  EXPECT_EQ(shown(book.parse("#\u00dc%irc.libera.chat")), "room irc.libera.chat #\u00dc");
  EXPECT_NE(*book.parse("#chan[]%irc.libera.chat"), *book.parse("#chan{}%irc.libera.chat"));
}

TEST_F(IrcAddresses, KnowTheNetworksOfTheConfiguration) {
  EXPECT_EQ(shown(book.parse("local")), "network local");
  EXPECT_EQ(shown(book.parse("al%odd_name")), "direct odd_name al");
  EXPECT_EQ(shown(book.parse("#c%IRC.EXAMPLE.org")), "room irc.example.org #c");
}

TEST_F(IrcAddresses, TakeAnyHostName) {
  const std::string label(63, 'a');
  for (const std::string& host : {"a.b"s, "1.2.3.4"s, "xn--bcher-kva.example"s, "a-b.c9"s, label + ".example"}) {
    EXPECT_EQ(shown(book.parse(host)), "network " + host);
  }
  const std::string longest = label + "." + label + "." + label + "." + std::string(61, 'b');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_EQ(shown(book.parse(longest)), "network " + longest);
}

TEST_F(IrcAddresses, AreMalformedWithWhatCanNameNothing) {
  const std::string label(63, 'a');
  for (const std::string& text : {"#chan"s,
                                  "#chan%"s,
                                  "nick%"s,
                                  "%irc.example.org"s,
                                  "%"s,
                                  "#%irc.example.org"s,
                                  "#a b%irc.example.org"s,
                                  "#a,b%irc.example.org"s,
                                  "#a\x07%irc.example.org"s,
                                  "#a\r%irc.example.org"s,
                                  "a b%irc.example.org"s,
                                  "a,b%irc.example.org"s,
                                  "a*%irc.example.org"s,
                                  "a!b%irc.example.org"s,
                                  "a@b%irc.example.org"s,
                                  ":a%irc.example.org"s,
                                  "$a%irc.example.org"s,
                                  "a\0%irc.example.org"s,
                                  "a..b"s,
                                  ".a.b"s,
                                  "a.b."s,
                                  "-a.b"s,
                                  "a-.b"s,
                                  "a_b.c"s,
                                  "a b.c"s,
                                  "[::1]"s,
                                  "::1"s,
                                  "a:6667"s,
                                  "\u00fc.example"s,
                                  label + "a.example",
                                  label + "." + label + "." + label + "." + std::string(62, 'b'),
                                  "#" + std::string(200, 'c') + "%irc.example.org",
                                  std::string(65, 'n') + "%irc.example.org",
                                  std::string(2000, 'n')}) {
    const auto answer = book.parse(text);
    EXPECT_EQ(shown(answer), "malformed") << testing::PrintToString(text);
    if (!answer) EXPECT_FALSE(answer.error().text.empty());
  }
}

TEST_F(IrcAddresses, AreNotFoundOnANetworkThatCannotBe) {
  EXPECT_EQ(shown(book.parse("nick")), "not found");
  EXPECT_EQ(shown(book.parse("#chan%libera")), "not found");
}

TEST_F(IrcAddresses, SayHowAnAddressLooksWhenItsNetworkIsMissing) {
  EXPECT_NE(book.parse("#chan").error().text.find("#channel%irc.example.org"), std::string::npos);
  EXPECT_NE(book.parse("nick").error().text.find("nick%network"), std::string::npos);
}

TEST_F(IrcAddresses, NeedNoNetworkWhereOneIsFixed) {
  EXPECT_EQ(shown(fixed.parse("")), "network irc.example.org");
  EXPECT_EQ(shown(fixed.parse("#Chan")), "room irc.example.org #chan");
  EXPECT_EQ(shown(fixed.parse("Nick")), "direct irc.example.org nick");
  EXPECT_EQ(shown(fixed.parse("#a%b.c")), "room irc.example.org #a%b.c");
  EXPECT_EQ(shown(fixed.parse("a%b.c")), "direct irc.example.org a%b.c");
  EXPECT_EQ(shown(fixed.parse("a b")), "malformed");
  EXPECT_EQ(shown(fixed.parse("#")), "malformed");
}

TEST_F(IrcAddresses, AreTextAndPlaceBothWays) {
  for (const auto text : {""sv, "irc.libera.chat"sv, "#chan%irc.libera.chat"sv, "nick%irc.libera.chat"sv,
                          "#50%%irc.libera.chat"sv, "al%local"sv}) {
    EXPECT_EQ(book.text(*book.parse(text)), text);
  }
  for (const auto text : {""sv, "#chan"sv, "nick"sv, "#a%b"sv}) EXPECT_EQ(fixed.text(*fixed.parse(text)), text);
}

TEST_F(IrcAddresses, NameAPersonOfARoom) {
  const auto room = *book.parse("#chan%irc.libera.chat");
  EXPECT_EQ(shown(book.person(room, "Nick")), "direct irc.libera.chat nick");
  EXPECT_EQ(*book.person(room, "nick"), *book.parse("nick%irc.libera.chat"));
  EXPECT_EQ(shown(book.person(room, "a b")), "malformed");
  EXPECT_EQ(shown(book.person(room, "")), "malformed");
  EXPECT_EQ(shown(book.person(*book.parse(""), "nick")), "not found");
}

TEST_F(IrcAddresses, AreMadeFromWhatAServerNames) {
  const Name network = names.intern("irc.libera.chat");
  EXPECT_EQ(book.room(network, "#Chan"), *book.parse("#chan%irc.libera.chat"));
  EXPECT_EQ(book.direct(network, "Nick"), *book.parse("nick%irc.libera.chat"));
  EXPECT_EQ(book.room(network, "#" + std::string(400, 'X')).native.str(), "#" + std::string(400, 'x'));
}

TEST_F(IrcAddresses, LeaveNoNamesBehind) {
  const auto before = names.size();
  for (int i = 0; i < 100; ++i) (void)book.parse("n" + std::to_string(i) + "%host" + std::to_string(i) + ".example");
  EXPECT_EQ(names.size(), before);
}

}  // namespace
}  // namespace isthmus::irc
