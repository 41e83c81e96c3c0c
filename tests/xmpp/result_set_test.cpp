#include "xmpp/result_set.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace isthmus::xmpp {
namespace {

/// A list of "b", "d", "f", "h": an id may be one that is not there. "?" is no id.
constexpr std::array<std::string_view, 4> list{"b", "d", "f", "h"};

std::optional<Standing> find(std::string_view id) {
  if (id == "?") return std::nullopt;
  const auto same = std::ranges::equal_range(list, id);
  return Standing{static_cast<std::size_t>(same.begin() - list.begin()),
                  static_cast<std::size_t>(same.end() - list.begin())};
}

struct Row {
  std::string name;
  std::string set;    // what the client sends
  std::string shown;  // the items, or the condition of the error
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

class ResultSet : public testing::TestWithParam<Row> {};

std::string shown(std::string_view set) {
  pugi::xml_document document;
  document.load_string(("<query>" + std::string{set} + "</query>").c_str());
  const auto wish = read_page_wish(document.first_child());
  if (!wish) return std::string{to_text(wish.error().condition)};
  const auto page = page_of(*wish, list.size(), find);
  if (!page) return std::string{to_text(page.error().condition)};
  EXPECT_EQ(page->total, list.size());
  std::string items;
  for (std::size_t i = page->first; i < page->first + page->size; ++i) items += list.at(i);
  return items;
}

TEST_P(ResultSet, ShowsThePageThatIsAskedFor) {
  const auto set = GetParam().set;
  EXPECT_EQ(shown(set.empty() ? "" : "<set xmlns='http://jabber.org/protocol/rsm'>" + set + "</set>"),
            GetParam().shown);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ResultSet,
    testing::Values(
        Row{"nothing_asked_for", "", "bdfh"}, Row{"the_first", "<max>3</max>", "bdf"},
        Row{"their_number_only", "<max>0</max>", ""}, Row{"more_than_there_are", "<max>99</max>", "bdfh"},
        Row{"the_next", "<max>2</max><after>d</after>", "fh"}, Row{"the_rest", "<max>9</max><after>f</after>", "h"},
        Row{"behind_the_last", "<max>2</max><after>h</after>", ""},
        Row{"after_one_that_has_gone", "<max>2</max><after>c</after>", "df"},
        Row{"after_nothing", "<max>1</max><after/>", "b"}, Row{"the_previous", "<max>2</max><before>h</before>", "df"},
        Row{"before_one_that_has_gone", "<max>2</max><before>e</before>", "bd"},
        Row{"before_the_first", "<max>2</max><before>b</before>", ""}, Row{"the_last", "<max>3</max><before/>", "dfh"},
        Row{"by_index", "<max>2</max><index>1</index>", "df"}, Row{"the_end_by_index", "<index>4</index>", ""},
        Row{"an_index_behind_the_end", "<index>5</index>", "item-not-found"},
        Row{"after_what_is_no_id", "<after>?</after>", "item-not-found"},
        Row{"before_what_is_no_id", "<before>?</before>", "item-not-found"},
        Row{"a_max_that_is_no_number", "<max>many</max>", "bad-request"},
        Row{"a_max_below_none", "<max>-1</max>", "bad-request"}, Row{"an_empty_max", "<max/>", "bad-request"},
        Row{"an_index_that_is_too_large", "<index>99999999999999999999</index>", "bad-request"},
        Row{"two_places", "<after>b</after><before>h</before>", "bad-request"}),
    [](const auto& row) { return row.param.name; });

TEST(PageWish, IsOneHundredItemsUnlessSaidAndNeverMoreThanTheMost) {
  pugi::xml_document document;
  document.load_string("<q><set xmlns='http://jabber.org/protocol/rsm'><max>100000</max></set></q>");
  EXPECT_EQ(read_page_wish(document.first_child())->max, PageWish::most);
  EXPECT_EQ(read_page_wish({})->max, PageWish::usual_max);
}

TEST(WriteSet, NamesTheFirstTheLastAndTheNumber) {
  std::string out;
  StanzaWriter writer{out};
  write_set(writer, {2, 2, 9}, "c & d", "e");
  EXPECT_EQ(out,
            "<set xmlns='http://jabber.org/protocol/rsm'><first index='2'>c &amp; d</first><last>e</last>"
            "<count>9</count></set>");
  out.clear();
  StanzaWriter other{out};
  write_set(other, {9, 0, 9}, {}, {});
  EXPECT_EQ(out, "<set xmlns='http://jabber.org/protocol/rsm'><count>9</count></set>");
}

}  // namespace
}  // namespace isthmus::xmpp
