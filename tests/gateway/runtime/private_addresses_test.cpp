#include "gateway/runtime/private_addresses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus {
namespace {

using testing::MatchesRegex;

TEST(PrivateAddresses, AreReplacedWhereverTheyStand) {
  const PrivateAddresses addresses;
  EXPECT_THAT(addresses.hashed("irc.example.net for juliet@example.org: joined #balcony as juliet"),
              MatchesRegex("irc\\.example\\.net for ~[0-9a-f]{12}: joined #balcony as juliet"));
  EXPECT_THAT(addresses.hashed("<juliet@example.org/balcony>"), MatchesRegex("<~[0-9a-f]{12}>"));
  EXPECT_THAT(addresses.hashed(":romeo!r@host.example PRIVMSG"), MatchesRegex(":~[0-9a-f]{12} PRIVMSG"));
  EXPECT_THAT(addresses.hashed("a@b c@d"), MatchesRegex("~[0-9a-f]{12} ~[0-9a-f]{12}"));
}

TEST(PrivateAddresses, TellPeopleApartWithoutNamingThem) {
  const PrivateAddresses addresses;
  EXPECT_EQ(addresses.hashed("juliet@example.org"), addresses.hashed("juliet@example.org"));
  EXPECT_EQ(addresses.hashed("juliet@example.org"), addresses.hashed("juliet@example.org/phone"));
  EXPECT_NE(addresses.hashed("juliet@example.org"), addresses.hashed("romeo@example.org"));
  EXPECT_NE(addresses.hashed("juliet@example.org"), PrivateAddresses{}.hashed("juliet@example.org"));
}

TEST(PrivateAddresses, WhatIsNoneStays) {
  const PrivateAddresses addresses;
  for (const auto* text : {"", " ", "@", "a@", "@b", "no address: at all.", "@ @ @", "mode +o @"})
    EXPECT_EQ(addresses.hashed(text), text);
}

}  // namespace
}  // namespace isthmus
