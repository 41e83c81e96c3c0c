#include "xmpp/avatar.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "gateway/model/base64.hpp"

namespace isthmus::xmpp {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

const Identity somebody{"client", "pc"};
const Identity machine{"client", "bot"};

TEST(Avatar, RoomsPeopleDevicesAndNetworksAreToldApart) {
  const std::set<std::string> hashes{avatar_of(PlaceKind::room, {}).hash, avatar_of(PlaceKind::direct, somebody).hash,
                                     avatar_of(PlaceKind::direct, machine).hash,
                                     avatar_of(PlaceKind::network, {}).hash};
  EXPECT_EQ(hashes.size(), 4U);
  EXPECT_EQ(avatar_of(PlaceKind::gateway, {}).hash, avatar_of(PlaceKind::network, {}).hash);
}

TEST(Avatar, IsASmallPng) {
  const auto& avatar = avatar_of(PlaceKind::direct, somebody);
  EXPECT_LT(avatar.png.size(), 2048U);
  EXPECT_THAT(avatar.hash, SizeIs(40));
  const auto png = from_base64(avatar.png);
  ASSERT_TRUE(png);
  // 64 × 64 pixels of a palette of two; the checksum of an empty IEND is a constant of the format.
  const std::string begin{"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x40\x01\x03\0\0\0", 29};
  EXPECT_THAT(*png, AllOf(StartsWith(begin), EndsWith(std::string{"\0\0\0\0IEND\xae\x42\x60\x82", 12})));
}

}  // namespace
}  // namespace isthmus::xmpp
