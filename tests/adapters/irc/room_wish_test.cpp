#include "adapters/irc/room_wish.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

std::variant<RoomWish, FormProblem> after(const RoomWish& wish, const FilledValues& values, bool may_record = true) {
  auto filled = fill(to_room_form(wish, "#lounge", may_record), values);
  if (auto* problem = std::get_if<FormProblem>(&filled)) return *problem;
  return to_room_wish(std::get<Form>(filled), wish);
}

TEST(RoomWishForm, GivenBackAsItWasChangesNothing) {
  const RoomWish wish{.record = false, .charset = "KOI8-R"};
  EXPECT_EQ(std::get<RoomWish>(after(wish, {})), wish);
  EXPECT_EQ(std::get<RoomWish>(after(wish, {}, false)), wish);
  EXPECT_EQ(std::get<RoomWish>(after({}, {})), RoomWish{});
}

TEST(RoomWishForm, SetsAndRemoves) {
  const auto wish = std::get<RoomWish>(after({}, {{"record", "0"}, {"charset", "iso-8859-15"}}));
  EXPECT_EQ(wish, (RoomWish{.record = false, .charset = "iso-8859-15"}));
  EXPECT_EQ(std::get<RoomWish>(after(wish, {{"record", "on"}, {"charset", ""}})), RoomWish{});
}

TEST(RoomWishForm, NamesTheFieldThatCannotBe) {
  for (const auto& [field, value] : FilledValues{{"record", "perhaps"}, {"charset", "UTF-16"}, {"charset", "klingon"}})
    EXPECT_EQ(std::get<FormProblem>(after({}, {{field, value}})).field, field) << value;
}

TEST(RoomWishForm, AsksForNothingToBeKeptWhereNothingIs) {
  EXPECT_EQ(to_room_form(RoomWish{}, "#lounge", false).find("record"), nullptr);
}

TEST(RoomWishStored, ComesBackAndTakesNoSpaceWhenItIsAsUsual) {
  const RoomWish wish{.record = false, .charset = "KOI8-R"};
  RoomWish read;
  for (const auto& [key, value] : to_stored(wish)) take_stored(read, key, value);
  EXPECT_EQ(read, wish);
  for (const auto& [key, value] : to_stored(RoomWish{})) EXPECT_EQ(value, "") << key;
  take_stored(read, "of a later version", "x");
  EXPECT_EQ(read, wish);
}

TEST(RoomWishCharset, OfAUserGoesBeforeThatOfTheOperator) {
  Network network;
  network.channel_charsets = {{"#lounge", LegacyCharset::find("ISO-8859-15")}, {"#hall", nullptr}};
  const auto* const operators = network.channel_charsets.front().second.get();
  add_charsets(network.channel_charsets, {{"#garden", {.record = false}}});
  EXPECT_EQ(network.charset_of("#Lounge"), operators);
  add_charsets(network.channel_charsets, {{"#lounge", {.charset = "utf-8"}}, {"#hall", {.charset = "KOI8-R"}}});
  EXPECT_EQ(network.charset_of("#Lounge"), nullptr);
  EXPECT_NE(network.charset_of("#hall"), nullptr);
}

}  // namespace
}  // namespace isthmus::irc
