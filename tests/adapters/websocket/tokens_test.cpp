#include "adapters/websocket/tokens.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {
namespace {

using namespace std::chrono_literals;

Token token(const std::string& name, const std::string& secret) {
  Token one;
  one.name = name;
  one.digest = sha256(secret);
  return one;
}

TEST(Tokens, AreFoundByTheirTextUntilTheyExpireOrAreRemoved) {
  Tokens tokens;
  const SystemTime now{1000s};
  auto expiring = token("b", "second");
  expiring.expires = now + 10s;
  tokens.add(token("a", "first"));
  tokens.add(expiring);
  EXPECT_EQ(tokens.find("first", now)->name, "a");
  const auto second = tokens.find("second", now);
  EXPECT_TRUE(tokens.is_good(second, now));
  EXPECT_FALSE(tokens.is_good(second, now + 10s));
  EXPECT_EQ(tokens.find("second", now + 10s), nullptr);
  EXPECT_EQ(tokens.find("third", now), nullptr);
  EXPECT_EQ(tokens.find("", now), nullptr);
  EXPECT_EQ(tokens.find(std::string(600, 'x'), now), nullptr);
  EXPECT_TRUE(tokens.remove("b"));
  EXPECT_FALSE(tokens.is_good(second, now));
}

TEST(Tokens, ScopesArePatterns) {
  Token one;
  EXPECT_TRUE(add_scope(one, "read:ws:plant/#"));
  EXPECT_TRUE(add_scope(one, "send:ws:plant/lamp"));
  EXPECT_TRUE(add_scope(one, "state"));
  for (const auto* bad : {"", "read", "read:", "read:plant", "admin", "write:ws:#"}) EXPECT_FALSE(add_scope(one, bad));
  EXPECT_TRUE(one.may_read("ws:plant/+"));
  EXPECT_FALSE(one.may_read("ws:#"));
  EXPECT_TRUE(one.may_send("ws:plant/lamp"));
  EXPECT_FALSE(one.may_send("ws:plant"));
}

TEST(Tickets, AreGoodOnceForTheirOriginAndNotForLong) {
  Tickets tickets;
  const auto who = std::make_shared<const Token>(token("a", "first"));
  const SystemTime now{1000s};
  const auto first = tickets.make(who, "https://a", std::string(32, '1'), now);
  EXPECT_EQ(tickets.use(first, "https://a", now), who);
  EXPECT_EQ(tickets.use(first, "https://a", now), nullptr);
  const auto second = tickets.make(who, "https://a", std::string(32, '2'), now);
  EXPECT_EQ(tickets.use(second, "https://b", now), nullptr);
  const auto third = tickets.make(who, "", std::string(32, '3'), now);
  EXPECT_EQ(tickets.use(third, "", now + 30s), nullptr);
}

TEST(Attempts, OfAnAddressAreLimited) {
  Attempts attempts;
  const TokenBucket::Time now{};
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(attempts.may_try("192.0.2.1", now));
    attempts.failed("192.0.2.1", now);
  }
  EXPECT_FALSE(attempts.may_try("192.0.2.1", now));
  EXPECT_TRUE(attempts.may_try("192.0.2.2", now));
  EXPECT_TRUE(attempts.may_try("192.0.2.1", now + 10s));
  for (int i = 0; i < 10'000; ++i) attempts.failed("a" + std::to_string(i), now);
}

TEST(Base64Url, GoesBothWays) {
  for (const auto* text : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(from_base64url(to_base64url(text)), text);
  }
  EXPECT_EQ(to_base64url("\xff\xfe"), "__4");
  for (const auto* bad : {"a", "ab=c", "a b", "+/"}) EXPECT_EQ(from_base64url(bad), std::nullopt) << bad;
}

TEST(Digests, AreHexadecimal) {
  const auto digest = parse_digest("sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(digest, sha256("hello"));
  EXPECT_EQ(parse_digest("2cf2"), std::nullopt);
  EXPECT_EQ(parse_digest(std::string(64, 'g')), std::nullopt);
}

TEST(Timestamps, AreReadAsTheyAreWritten) {
  for (const auto* text : {"2026-11-22T07:40:11.204Z", "1970-01-01T00:00:00.000Z"})
    EXPECT_EQ(to_timestamp(parse_timestamp(text).value()), text);
  EXPECT_EQ(to_timestamp(parse_timestamp("2027-01-31").value()), "2027-01-31T00:00:00.000Z");
  EXPECT_EQ(to_timestamp(parse_timestamp("2027-01-31T12:00:00Z").value()), "2027-01-31T12:00:00.000Z");
  for (const auto* bad :
       {"", "2027", "2027-13-01", "2027-02-30", "2027-01-31T25:00:00Z", "2027-01-31 12:00:00", "2027-01-31T12:00:00"})
    EXPECT_EQ(parse_timestamp(bad), std::nullopt) << bad;
}

TEST(Tokens, AreStoredByTheirDigestAndComeBack) {
  Token token;
  token.name = "panel";
  token.digest = sha256("the secret");
  token.expires = parse_timestamp("2027-01-31");
  for (const auto* scope : {"read:ws:#", "send:ws:plant", "state"}) ASSERT_TRUE(add_scope(token, scope));
  const auto stored = to_stored(token);
  EXPECT_EQ(stored.find("the secret"), std::string::npos);
  const auto back = from_stored("panel", stored);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->digest, token.digest);
  EXPECT_EQ(scopes_of(*back), (std::vector<std::string>{"read:ws:#", "send:ws:plant", "state"}));
  EXPECT_EQ(back->expires, token.expires);
  for (const auto* bad : {"", "{}", "[]", R"({"hash":"x","scopes":[]})", R"({"hash":1,"scopes":[]})"})
    EXPECT_FALSE(from_stored("panel", bad)) << bad;
  auto endless = stored;
  endless.replace(endless.find("2027-"), 5, "soon-");
  EXPECT_FALSE(from_stored("panel", endless)) << "a token whose end is unreadable is none, not an endless one";
}

TEST(Cursors, OfAnotherInstanceAreKnownAsSuch) {
  const Instance here{"e7", ""};
  EXPECT_EQ(parse_cursor(here, "e7-1041"), Cursor{1041});
  EXPECT_EQ(parse_cursor(here, "e7-0"), Cursor{0});
  EXPECT_EQ(parse_cursor(here, "e6-1041"), (Cursor{.is_elsewhere = true}));
  for (const auto* bad : {"", "e7", "e7-", "-1", "e7-x", "e7-1-2"}) EXPECT_EQ(parse_cursor(here, bad), std::nullopt);
}

}  // namespace
}  // namespace isthmus::websocket
