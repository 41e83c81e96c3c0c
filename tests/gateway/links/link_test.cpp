#include "gateway/links/link.hpp"

#include <gtest/gtest.h>

#include "gateway/links/echo_guard.hpp"
#include "gateway/links/references.hpp"
#include "tests/support/fake_adapter.hpp"

namespace isthmus {
namespace {

using namespace std::chrono_literals;

class LinkTest : public testing::Test {
 protected:
  Conversation place(std::string_view name) { return {AdapterId{1}, PlaceKind::room, {}, names.intern(name)}; }
  Link link(std::string name, std::vector<std::string_view> members, bool is_one_way = false) {
    Link made{std::move(name), {}, is_one_way};
    for (const auto member : members) made.members.push_back(place(member));
    return made;
  }
  /// "link/member other_link/other_member", or "none".
  std::string ring(const std::vector<Link>& links) {
    const auto overlap = [this](const Conversation& a, const Conversation& b) {
      return book.overlap(a.native.view(), b.native.view());
    };
    const auto found = find_ring(links, overlap);
    if (!found) return "none";
    const auto& member = links[found->link].members[found->member].native.str();
    const auto& other = links[found->other_link].members[found->other_member].native.str();
    return links[found->link].name + "/" + member + " " + links[found->other_link].name + "/" + other;
  }
  std::string reached(const std::vector<Link>& links, std::string_view from) {
    std::string text;
    const auto routes = routes_of(links);
    const auto found = routes.find(place(from));
    if (found == routes.end()) return text;
    for (const auto& to : found->second) text += (text.empty() ? "" : " ") + to.native.str();
    return text;
  }

  NameTable names;
  test::FakeAddressBook book{AdapterId{1}, names};
};

TEST_F(LinkTest, TwoWaysBetweenTwoPlacesAreARing) {
  const struct {
    const char* name;
    std::vector<Link> links;
    std::string ring;
  } cases[] = {
      {"one link", {link("a", {"x", "y", "z"})}, "none"},
      {"two apart", {link("a", {"x", "y"}), link("b", {"v", "w"})}, "none"},
      {"two in a row", {link("a", {"x", "y"}), link("b", {"y", "z"})}, "none"},
      {"a star", {link("a", {"x", "m"}), link("b", {"y", "m"}), link("c", {"z", "m"})}, "none"},
      {"a place twice in one", {link("a", {"x", "y", "x"})}, "a/x a/x"},
      {"the same link twice", {link("a", {"x", "y"}), link("b", {"y", "x"})}, "b/x a/x"},
      {"three in a circle", {link("a", {"x", "y"}), link("b", {"y", "z"}), link("c", {"z", "x"})}, "c/x a/x"},
      {"also one way", {link("a", {"x", "y"}, true), link("b", {"y", "x"}, true)}, "b/x a/x"},
      {"places that overlap", {link("a", {"x", "t*"}), link("b", {"t1", "x"})}, "b/x a/x"},
      {"two that overlap in one", {link("a", {"t*", "t1"})}, "a/t1 a/t*"},
      {"overlapping, but in a row", {link("a", {"x", "t*"}), link("b", {"t1", "y"})}, "none"},
      {"two of one overlapping", {link("a", {"t1", "x"}), link("b", {"t2", "y"}), link("c", {"t*", "z"})}, "none"},
      {"joined by what overlaps both",
       {link("a", {"t1", "x"}), link("b", {"t2", "x"}), link("c", {"t*", "z"})},
       "c/t* b/t2"},
      {"known twice is one place", {link("a", {"t*", "x"}), link("b", {"t1", "y"}), link("c", {"t1", "z"})}, "none"},
  };
  for (const auto& it : cases) EXPECT_EQ(ring(it.links), it.ring) << it.name;
}

TEST_F(LinkTest, WhatIsSaidGoesThroughAllLinksInARowOnce) {
  const std::vector<Link> links{link("a", {"x", "y"}), link("b", {"y", "z"}), link("c", {"z", "w"}, true)};
  EXPECT_EQ(reached(links, "x"), "y z w");
  EXPECT_EQ(reached(links, "y"), "x z w");
  EXPECT_EQ(reached(links, "w"), "") << "one way: nothing goes back";
  EXPECT_EQ(reached(links, "elsewhere"), "");
}

TEST(EchoGuard, KnowsItsOwnWordsBehindAnotherNameAndForgetsThem) {
  EchoGuard guard;
  const SteadyTime begin{};
  guard.said("<romeo> hello", begin);
  EXPECT_TRUE(guard.is_echo("<isthmus> <romeo> hello", begin + 1s));
  EXPECT_TRUE(guard.is_echo("<romeo> hello", begin + 1s));
  EXPECT_FALSE(guard.is_echo("hello", begin + 1s));
  EXPECT_FALSE(guard.is_echo("<romeo> hello there", begin + 1s));
  EXPECT_FALSE(guard.is_echo("<isthmus> <romeo> hello", begin + EchoGuard::memory + 1s));
  for (std::size_t i = 0; i <= EchoGuard::most; ++i) guard.said("<juliet> " + std::to_string(i), begin);
  EXPECT_FALSE(guard.is_echo("<juliet> 0", begin)) << "it keeps so many";
  EXPECT_TRUE(guard.is_echo("<juliet> 1", begin));
}

TEST_F(LinkTest, AReferenceIsTranslatedToWhatTheOtherPlaceKnows) {
  References references;
  const EventId id{1, 2};
  const auto hex = to_hex(id);
  const std::string ours{hex.data(), hex.size()};
  references.note(id, place("x"), "x-ref");
  EXPECT_EQ(references.translated("x-ref", place("x"), place("y")), ours) << "y gives no ids of its own";
  EXPECT_EQ(references.translated(ours, place("y"), place("x")), "x-ref");
  references.note(id, place("z"), "z-ref");
  EXPECT_EQ(references.translated("x-ref", place("x"), place("z")), "z-ref");
  EXPECT_EQ(references.translated("x-ref", place("y"), place("z")), "x-ref") << "of another place";
  EXPECT_EQ(references.translated("unknown", place("x"), place("z")), "unknown");
  for (std::uint64_t i = 0; i < References::most; ++i) references.note({3, i}, place("w"), "w" + std::to_string(i));
  EXPECT_EQ(references.translated("x-ref", place("x"), place("z")), "x-ref") << "the oldest are forgotten";
}

}  // namespace
}  // namespace isthmus
