#include "xmpp/place_name.hpp"

#include <gtest/gtest.h>

#include "tests/support/fake_adapter.hpp"

namespace isthmus::xmpp {
namespace {

TEST(PlaceName, IsWhatPeopleCallIt) {
  NameTable names;
  const test::FakeAddressBook book{AdapterId{1}, names};
  for (const auto& [address, name] :
       {std::pair{"#verona%net", "#verona"}, {"romeo%net", "romeo"}, {"net", "net"}, {"", "isthmus"}})
    EXPECT_EQ(place_name(book, *book.parse(address)), name) << address;
}

TEST(PlaceName, ThatNobodyCouldReadIsTheAddress) {
  NameTable names;
  const test::FakeAddressBook book{AdapterId{1}, names};
  auto place = *book.parse("#verona%net");
  place.native = names.intern(std::string_view{"\0lamp", 5});
  EXPECT_EQ(place_name(book, place), book.text(place));
}

}  // namespace
}  // namespace isthmus::xmpp
