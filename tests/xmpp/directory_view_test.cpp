#include "xmpp/directory_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::xmpp {
namespace {

using testing::ElementsAre;

std::shared_ptr<const Directory> directory() {
  return std::make_shared<const Directory>(Directory{{},
                                                     {{"#balcony", 2, "Juliet's place"},
                                                      {"#hall", 40, ""},
                                                      {"#lounge", 7, "Talk about Verona"},
                                                      {"#verona", 40, "The town"}}});
}

std::vector<std::string> names(const DirectoryView& view) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < view.size(); ++i) all.push_back(view[i].name);
  return all;
}

struct Row {
  std::string name;
  DirectoryWish wish;
  std::vector<std::string> shown;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

DirectoryWish words(std::string_view text) { return {.words = search_words(text)}; }
DirectoryWish with(DirectoryWish wish, bool in_name, bool in_subject) {
  wish.in_name = in_name;
  wish.in_subject = in_subject;
  return wish;
}

class DirectoryViewFilter : public testing::TestWithParam<Row> {};

TEST_P(DirectoryViewFilter, ShowsWhatIsSearchedFor) {
  EXPECT_EQ(names({directory(), GetParam().wish}), GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(Table, DirectoryViewFilter,
                         testing::Values(Row{"everything", {}, {"#balcony", "#hall", "#lounge", "#verona"}},
                                         Row{"a_word_in_name_or_subject", words("VERONA"), {"#lounge", "#verona"}},
                                         Row{"in_the_name_only", with(words("verona"), true, false), {"#verona"}},
                                         Row{"in_the_subject_only", with(words("verona"), false, true), {"#lounge"}},
                                         Row{"nowhere", with(words("verona"), false, false), {}},
                                         Row{"every_word", words("verona talk"), {"#lounge"}},
                                         Row{"no_such_word", words("mantua"), {}},
                                         Row{"enough_members", {.least_members = 7}, {"#hall", "#lounge", "#verona"}},
                                         Row{"by_members",
                                             {.order = DirectoryWish::Order::members},
                                             {"#hall", "#verona", "#lounge", "#balcony"}}),
                         [](const auto& row) { return row.param.name; });

class DirectoryViewOrder : public testing::TestWithParam<DirectoryWish::Order> {};

TEST_P(DirectoryViewOrder, FindsEachItemByItsId) {
  const DirectoryView view{directory(), {.order = GetParam()}};
  for (std::size_t i = 0; i < view.size(); ++i) {
    const auto found = view.find(view.id(i));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->from, i);
    EXPECT_EQ(found->to, i + 1);
  }
}

TEST_P(DirectoryViewOrder, FindsThePlaceOfARoomThatHasGoneMeanwhile) {
  const DirectoryView before{directory(), {.order = GetParam()}};
  auto fewer = *directory();
  std::erase_if(fewer.rooms, [](const auto& room) { return room.name == "#lounge"; });
  const DirectoryView after{std::make_shared<const Directory>(fewer), {.order = GetParam()}};
  const auto found = after.find(before.id(2));
  ASSERT_EQ(before[2].name, "#lounge") << "in either order";
  ASSERT_TRUE(found);
  EXPECT_EQ(found->from, 2U);
  EXPECT_EQ(found->to, 2U);
}

INSTANTIATE_TEST_SUITE_P(Both, DirectoryViewOrder,
                         testing::Values(DirectoryWish::Order::name, DirectoryWish::Order::members));

TEST(DirectoryView, KnowsWhatIsNoId) {
  const DirectoryView view{directory(), {.order = DirectoryWish::Order::members}};
  for (const char* id : {"", "#hall", "40", "-1 #hall", "99999999999 #hall"}) EXPECT_FALSE(view.find(id)) << id;
}

TEST(SearchWords, ArePartedByWhiteSpaceInSmallLetters) {
  EXPECT_THAT(search_words(" Two\tHOUSES \n"), ElementsAre("two", "houses"));
  EXPECT_THAT(search_words("  "), ElementsAre());
  std::string many;
  for (int i = 0; i < 100; ++i) many += "w ";
  EXPECT_EQ(search_words(many).size(), 16U);
}

TEST(RoomTitle, HoldsNameMembersAndTheSubjectsBeginning) {
  EXPECT_EQ(room_title({"#hall", 40, ""}), "#hall (40)");
  EXPECT_EQ(room_title({"#lounge", 7, "Talk"}), "#lounge (7): Talk");
  std::string wide;
  for (int i = 0; i < 80; ++i) wide += "é";
  EXPECT_EQ(room_title({"#x", 1, wide}), "#x (1): " + wide);
  EXPECT_EQ(room_title({"#x", 1, wide + "é"}), "#x (1): " + wide + "…");
}

}  // namespace
}  // namespace isthmus::xmpp
