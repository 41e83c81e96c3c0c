#include "adapters/irc/isupport.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace isthmus::irc {
namespace {

Isupport after(std::initializer_list<std::string_view> lines) {
  Isupport isupport;
  for (const std::string_view line : lines) isupport.add(*parse_line(line));
  return isupport;
}

TEST(IrcIsupport, HasTheDefaultsOfTheRfc) {
  const Isupport isupport;
  EXPECT_EQ(isupport.casemapping, CaseMapping::rfc1459);
  EXPECT_EQ(isupport.nick_length, 9);
  EXPECT_EQ(isupport.line_length, 512);
  EXPECT_TRUE(isupport.is_channel("#c"));
  EXPECT_TRUE(isupport.is_channel("&c"));
  EXPECT_FALSE(isupport.is_channel("al"));
  EXPECT_FALSE(isupport.is_channel(""));
  EXPECT_EQ(isupport.rank_of_mode('o'), 0U);
  EXPECT_EQ(isupport.rank_of_symbol('+'), 1U);
}

TEST(IrcIsupport, AddsUpTheLinesOfNgircd) {
  const auto isupport = after(
      {":irc.example.org 005 al RFC2812 IRCD=ngIRCd CHARSET=UTF-8 CASEMAPPING=ascii PREFIX=(qaohv)~&@%+ CHANTYPES=#&+ "
       "CHANMODES=beI,k,l,imMnOPQRstVz CHANLIMIT=#&+:10 :are supported on this server",
       ":irc.example.org 005 al CHANNELLEN=50 NICKLEN=9 TOPICLEN=490 AWAYLEN=127 KICKLEN=400 MODES=5 MAXLIST=beI:50 "
       "EXCEPTS=e "
       "INVEX=I PENALTY FNC :are supported on this server"});
  EXPECT_EQ(isupport.casemapping, CaseMapping::ascii);
  EXPECT_EQ(isupport.prefix_modes, "qaohv");
  EXPECT_EQ(isupport.prefix_symbols, "~&@%+");
  EXPECT_EQ(isupport.rank_of_symbol('%'), 3U);
  EXPECT_EQ(isupport.rank_of_mode('x'), std::nullopt);
  EXPECT_TRUE(isupport.is_channel("+c"));
  EXPECT_EQ(isupport.channel_length, 50);
  EXPECT_EQ(isupport.topic_length, 490);
  EXPECT_EQ(isupport.away_length, 127);
  EXPECT_EQ(isupport.kick_length, 400);
  EXPECT_EQ(isupport.modes_per_line, 5);
  EXPECT_EQ(isupport.flag_modes, "imMnOPQRstVz");
}

TEST(IrcIsupport, ReadsAllThirteenTokensOfALine) {
  const auto isupport =
      after({":s 005 al NICKLEN=30 USERLEN=11 HOSTLEN=64 CHANNELLEN=64 TOPICLEN=307 KICKLEN=255 AWAYLEN=200 "
             "KEYLEN=32 LINELEN=2048 MODES=20 MONITOR=30 WHOX CASEMAPPING=rfc1459-strict :are supported"});
  EXPECT_EQ(isupport.user_length, 11);
  EXPECT_EQ(isupport.host_length, 64);
  EXPECT_EQ(isupport.key_length, 32);
  EXPECT_EQ(isupport.line_length, 2048);
  EXPECT_EQ(isupport.monitor, 30);
  EXPECT_TRUE(isupport.whox);
  EXPECT_EQ(isupport.casemapping, CaseMapping::rfc1459_strict);
}

TEST(IrcIsupport, TakesATokenWhereTheTextIsMissing) {
  EXPECT_EQ(after({":s 005 al NICKLEN=20 UTF8ONLY"}).utf8_only, true);
}

TEST(IrcIsupport, NegationPutsTheDefaultBack) {
  const auto isupport =
      after({":s 005 al NICKLEN=30 PREFIX=(qov)~@+ CHANTYPES=# UTF8ONLY WHOX CASEMAPPING=ascii STATUSMSG=@+ :x",
             ":s 005 al -NICKLEN -PREFIX -CHANTYPES -UTF8ONLY -WHOX -CASEMAPPING -STATUSMSG :x"});
  EXPECT_EQ(isupport.nick_length, 9);
  EXPECT_EQ(isupport.prefix_modes, "ov");
  EXPECT_EQ(isupport.prefix_symbols, "@+");
  EXPECT_EQ(isupport.channel_types, "#&");
  EXPECT_FALSE(isupport.utf8_only);
  EXPECT_FALSE(isupport.whox);
  EXPECT_EQ(isupport.casemapping, CaseMapping::rfc1459);
  EXPECT_EQ(isupport.status_message, "");
}

TEST(IrcIsupport, UnescapesTheNetworksName) {
  EXPECT_EQ(after({R"(:s 005 al NETWORK=Example\x20Net\x3D1 :x)"}).network, "Example Net=1");
  EXPECT_EQ(after({R"(:s 005 al NETWORK=a\x2 :x)"}).network, R"(a\x2)");
  EXPECT_EQ(after({R"(:s 005 al NETWORK=a\xzz :x)"}).network, R"(a\xzz)");
}

TEST(IrcIsupport, IgnoresValuesOutOfReason) {
  const auto isupport =
      after({":s 005 al NICKLEN=0 USERLEN=abc HOSTLEN= LINELEN=80 CHANNELLEN=99999999999999 PREFIX=(ov)@ "
             "MODES=x TOPICLEN=-1 :x"});
  EXPECT_EQ(isupport.nick_length, 9);
  EXPECT_EQ(isupport.user_length, 10);
  EXPECT_EQ(isupport.host_length, 63);
  EXPECT_EQ(isupport.line_length, 512);
  EXPECT_EQ(isupport.channel_length, 200);
  EXPECT_EQ(isupport.prefix_modes, "ov");
  EXPECT_EQ(isupport.modes_per_line, 3);
  EXPECT_EQ(isupport.topic_length, 0);
  EXPECT_EQ(after({":s 005 al CHANTYPES=" + std::string(400, '#') + " :x"}).channel_types, "#&");
}

TEST(IrcIsupport, MayHaveNoChannelTypesAndNoPrefixes) {
  const auto isupport = after({":s 005 al CHANTYPES= PREFIX= :x"});
  EXPECT_FALSE(isupport.is_channel("#c"));
  EXPECT_EQ(isupport.rank_of_symbol('@'), std::nullopt);
  EXPECT_EQ(parse_names_item(isupport, "@al").nick, "@al");
}

TEST(IrcIsupport, ReadsLimitsWithoutANumberAsNone) {
  const auto isupport = after({":s 005 al MODES MONITOR MAXTARGETS=4 TARGMAX=JOIN:,PRIVMSG:3,KICK:1 :x"});
  EXPECT_EQ(isupport.modes_per_line, 0);
  EXPECT_EQ(isupport.monitor, 65535);
  EXPECT_EQ(isupport.targets("JOIN"), 0);
  EXPECT_EQ(isupport.targets("PRIVMSG"), 3);
  EXPECT_EQ(isupport.targets("NOTICE"), 4);
}

TEST(IrcIsupport, FindsTheChannelBehindAStatusSymbol) {
  const auto isupport = after({":s 005 al CHANTYPES=#+ STATUSMSG=@+ :x"});
  EXPECT_EQ(isupport.channel_of("@#c"), "#c");
  EXPECT_EQ(isupport.channel_of("+#c"), "#c");
  EXPECT_EQ(isupport.channel_of("+c"), "+c");
  EXPECT_EQ(isupport.channel_of("#c"), "#c");
  EXPECT_EQ(isupport.channel_of("@al"), "@al");
  EXPECT_EQ(isupport.channel_of("@"), "@");
  EXPECT_EQ(isupport.channel_of(""), "");
}

TEST(IrcParseNamesItem, CutsSymbolsNickAndAddress) {
  const auto isupport = after({":s 005 al PREFIX=(qohv)~@%+ :x"});
  const auto full = parse_names_item(isupport, "~@al!user@host.example");
  EXPECT_EQ(full.symbols, "~@");
  EXPECT_EQ(full.nick, "al");
  EXPECT_EQ(full.user, "user");
  EXPECT_EQ(full.host, "host.example");
  const auto bare = parse_names_item(isupport, "al");
  EXPECT_EQ(bare.symbols, "");
  EXPECT_EQ(bare.nick, "al");
  EXPECT_EQ(bare.host, "");
  EXPECT_EQ(parse_names_item(isupport, "@").nick, "");
}

std::string modes_text(const Isupport& isupport, std::vector<std::string_view> parameters) {
  std::vector<ModeChange> changes;
  parse_modes(isupport, parameters, changes);
  std::string text;
  for (const auto& change : changes) {
    constexpr std::string_view kinds = "SABCD";
    if (!text.empty()) text += ' ';
    text += kinds[static_cast<std::size_t>(change.kind)];
    text += change.add ? '+' : '-';
    text += change.letter;
    if (!change.argument.empty()) text += "=" + std::string{change.argument};
  }
  return text;
}

TEST(IrcIsupportTable, SharesWhatIsEqualAndForgetsWhatIsOutOfUse) {
  IsupportTable table;
  auto first = table.share(after({":s 005 al NETWORK=Here :x"}));
  const auto second = table.share(after({":s 005 al NETWORK=Here :x"}));
  const auto other = table.share(after({":s 005 al NETWORK=There :x"}));
  EXPECT_EQ(first, second);
  EXPECT_NE(first, other);
  EXPECT_EQ(other->network, "There");
  EXPECT_EQ(table.size(), 2U);
  first = other;
  EXPECT_EQ(table.size(), 2U);
  first = table.share({});
  EXPECT_EQ(table.size(), 3U);
  first.reset();
  EXPECT_EQ(table.size(), 2U);
}

TEST(IrcIsupport, SaysWhichClientTagsAreLetThrough) {
  EXPECT_TRUE(Isupport{}.allows_tag("typing"));
  EXPECT_TRUE(after({":s 005 al CLIENTTAGDENY= :x"}).allows_tag("typing"));
  EXPECT_FALSE(after({":s 005 al CLIENTTAGDENY=* :x"}).allows_tag("typing"));
  const auto some = after({":s 005 al CLIENTTAGDENY=*,-reply,-example/bar :x"});
  EXPECT_TRUE(some.allows_tag("reply"));
  EXPECT_FALSE(some.allows_tag("draft/reply"));
  EXPECT_FALSE(some.allows_tag("repl"));
  const auto others = after({":s 005 al CLIENTTAGDENY=typing,example/bar :x"});
  EXPECT_FALSE(others.allows_tag("typing"));
  EXPECT_TRUE(others.allows_tag("reply"));
  EXPECT_TRUE(after({":s 005 al CLIENTTAGDENY=* :x", ":s 005 al -CLIENTTAGDENY :x"}).allows_tag("typing"));
}

TEST(IrcIsupport, KnowsHistoryAndBots) {
  const auto isupport = after({":s 005 al CHATHISTORY=50 BOT=B :x"});
  EXPECT_EQ(isupport.chat_history, 50);
  EXPECT_EQ(isupport.bot_flag, 'B');
  EXPECT_EQ(after({":s 005 al CHATHISTORY=50 BOT=B :x", ":s 005 al -CHATHISTORY -BOT :x"}), Isupport{});
  EXPECT_EQ(after({":s 005 al BOT=no :x"}).bot_flag, '\0');
}

TEST(IrcParseModes, TakesArgumentsByTheClassOfTheLetter) {
  const auto isupport = after({":s 005 al PREFIX=(qov)~@+ CHANMODES=beI,kf,lj,imnst :x"});
  EXPECT_EQ(modes_text(isupport, {"+ov-b", "al", "bo", "*!*@*"}), "S+o=al S+v=bo A-b=*!*@*");
  EXPECT_EQ(modes_text(isupport, {"+ntkl", "key", "20"}), "D+n D+t B+k=key C+l=20");
  EXPECT_EQ(modes_text(isupport, {"-kl+m", "key"}), "B-k=key C-l D+m");
  EXPECT_EQ(modes_text(isupport, {"imn"}), "D+i D+m D+n");
  EXPECT_EQ(modes_text(isupport, {"+b"}), "A+b");
  EXPECT_EQ(modes_text(isupport, {"+Zo", "al"}), "D+Z S+o=al");
}

TEST(IrcParseModes, LeavesOutWhatLacksItsArgument) {
  const Isupport isupport;
  EXPECT_EQ(modes_text(isupport, {"+ovm", "al"}), "S+o=al D+m");
  EXPECT_EQ(modes_text(isupport, {"+kl"}), "");
  EXPECT_EQ(modes_text(isupport, {}), "");
  EXPECT_EQ(modes_text(isupport, {""}), "");
  EXPECT_EQ(modes_text(isupport, {"+-+-"}), "");
  EXPECT_EQ(modes_text(isupport, {"+m", "too", "many"}), "D+m");
}

}  // namespace
}  // namespace isthmus::irc
