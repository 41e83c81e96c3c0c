#include "adapters/irc/directory.hpp"

#include <gtest/gtest.h>

namespace isthmus::irc {
namespace {

struct Case {
  std::string_view name;
  std::string_view line;
  std::string_view entry;  // name=members:subject; "": none
};

class IrcListItem : public testing::TestWithParam<Case> {};

TEST_P(IrcListItem, IsARoom) {
  const auto line = parse_line(GetParam().line);
  ASSERT_TRUE(line);
  const auto entry = parse_list_item(*line);
  EXPECT_EQ(entry ? entry->name + "=" + std::to_string(entry->members) + ":" + entry->subject : "", GetParam().entry);
}

INSTANTIATE_TEST_SUITE_P(Table, IrcListItem,
                         testing::Values(Case{"plain", ":s 322 j #lounge 3 :stars", "#lounge=3:stars"},
                                         Case{"canonical", ":s 322 j #Lounge 3 :stars", "#lounge=3:stars"},
                                         Case{"no_topic", ":s 322 j #lounge 3", "#lounge=3:"},
                                         Case{"modes", ":s 322 j #lounge 3 :[+ntl 5] stars", "#lounge=3:stars"},
                                         Case{"modes_alone", ":s 322 j #lounge 3 :[+nt]", "#lounge=3:"},
                                         Case{"no_modes", ":s 322 j #lounge 3 :[+1 year!] stars",
                                              "#lounge=3:[+1 year!] stars"},
                                         Case{"formatted",
                                              ":s 322 j #lounge 3 :\x02"
                                              "st\x03"
                                              "04ars",
                                              "#lounge=3:stars"},
                                         Case{"latin1", ":s 322 j #lounge 3 :caf\xe9", "#lounge=3:caf\xc3\xa9"},
                                         Case{"no_number", ":s 322 j #lounge many :x", "#lounge=0:x"},
                                         Case{"too_large_a_number", ":s 322 j #lounge 99999999999 :x", "#lounge=0:x"},
                                         Case{"hidden", ":s 322 j * 3 :x", ""}, Case{"short", ":s 322 j #lounge", ""}),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(IrcDirectory, IsSortedWithEachRoomOnce) {
  DirectoryReader reader;
  reader.add({"#b", 5, "b"});
  reader.add({"#a", 1, ""});
  reader.add({"#b", 9, "b again"});
  reader.add({"#b", 7, "b"});
  const auto directory = reader.finish(SystemTime{});
  ASSERT_EQ(directory->rooms.size(), 2U);
  EXPECT_EQ(directory->rooms[0].name, "#a");
  EXPECT_EQ(directory->rooms[1].members, 9U);
  EXPECT_TRUE(reader.finish(SystemTime{})->rooms.empty());
}

TEST(IrcDirectory, IsCutWhereItIsTooLong) {
  DirectoryReader reader;
  for (std::size_t i = 0; i < DirectoryReader::max_rooms; ++i)
    ASSERT_TRUE(reader.add({"#" + std::to_string(i), 1, ""}));
  EXPECT_FALSE(reader.is_cut());
  EXPECT_FALSE(reader.add({"#more", 1, ""}));
  EXPECT_TRUE(reader.is_cut());
  EXPECT_EQ(reader.finish(SystemTime{})->rooms.size(), DirectoryReader::max_rooms);
  std::size_t taken = 0;
  while (reader.add({"#" + std::to_string(taken), 1, std::string(100'000, 'x')})) ++taken;
  EXPECT_LE(taken * 100'000, DirectoryReader::max_bytes);
}

}  // namespace
}  // namespace isthmus::irc
