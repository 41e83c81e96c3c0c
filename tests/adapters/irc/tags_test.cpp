#include "adapters/irc/tags.hpp"

#include <gtest/gtest.h>

#include <string>

#include "adapters/irc/line.hpp"

namespace isthmus::irc {
namespace {

using namespace std::string_view_literals;

TEST(IrcTags, AreFoundInOnePass) {
  const Tags tags = read_tags(
      "time=2026-01-31T23:59:59.123Z;msgid=a;account=r;batch=b;label=1;bot;+reply=m;+typing=active;"
      "+draft/react=x;+draft/unreact=y;draft/multiline-concat");
  EXPECT_EQ(tags.time, "2026-01-31T23:59:59.123Z");
  EXPECT_EQ(tags.msgid, "a");
  EXPECT_EQ(tags.account, "r");
  EXPECT_EQ(tags.batch, "b");
  EXPECT_EQ(tags.label, "1");
  EXPECT_EQ(tags.bot, "");
  EXPECT_EQ(tags.reply, "m");
  EXPECT_EQ(tags.typing, "active");
  EXPECT_EQ(tags.react, "x");
  EXPECT_EQ(tags.unreact, "y");
  EXPECT_EQ(tags.concat, "");
}

TEST(IrcTags, TakeTheDraftNameOfAReplyToo) { EXPECT_EQ(read_tags("+draft/reply=m").reply, "m"); }

TEST(IrcTags, AreNotTakenForOthersOfLikeNames) {
  const Tags tags = read_tags("+time=x;example.org/msgid=y;msgi=z;msgids=z;reply=m;typing=active;Label=1;=b;;");
  EXPECT_FALSE(tags.time || tags.msgid || tags.reply || tags.typing || tags.label || tags.batch);
}

TEST(IrcTags, OfSeveralTheLastCounts) { EXPECT_EQ(read_tags("msgid=a;msgid=b;msgid").msgid, ""); }

TEST(IrcTags, MayFillAWholeLine) {
  std::string tags = "+example.org/" + std::string(8'190 - 22, 'x') + ";msgid=m1";
  ASSERT_EQ(tags.size(), 8'190U);
  EXPECT_EQ(read_tags(tags).msgid, "m1");
  const std::string line = "@" + tags + " :romeo!r@b PRIVMSG #c :hi";
  const auto parsed = parse_line(line);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->last(), "hi");
  EXPECT_EQ(read_tags(parsed->tags).msgid, "m1");
}

TEST(IrcUnescapedTag, GivesTheValue) {
  std::string buffer;
  EXPECT_EQ(unescaped_tag("plain", buffer), "plain");
  EXPECT_EQ(unescaped_tag(R"(a\:b\sc\\d\r\n\x\)"sv, buffer), "a;b c\\d\r\nx");
}

}  // namespace
}  // namespace isthmus::irc
