#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docs/developer/example/adapter.hpp"
#include "tests/support/fake_adapter.hpp"
#include "tests/support/test_runtime.hpp"

namespace isthmus::echo {
namespace {

class EchoTest : public testing::Test {
 protected:
  EchoTest() {
    base.router.set(home_id, users);
    base.router.set_home(home_id);
    base.router.set(id, echo);
  }

  Outcome says(Payload what) {
    auto event = std::make_unique<Event>();
    event->about.id = base.ids.next(base.alarms.wall_clock());
    event->about.source = home_id;
    event->about.owner = base.names.intern("juliet@example.org");
    event->about.conversation = *echo.addresses().parse("vale");
    event->what = std::move(what);
    users.seen.clear();
    Delivery delivery{std::move(event), {}};
    auto outcome = echo.deliver(delivery);
    base.router.settle();
    return outcome;
  }
  Outcome changes(Change::Kind kind, std::string nick = "juliet") {
    return says(Membership{{{.kind = kind, .who = {.name = std::move(nick), .address = {}}}}});
  }
  std::vector<std::string> seen() const {
    std::vector<std::string> lines;
    for (const auto& one : users.seen) lines.push_back(one.what);
    return lines;
  }
  static Condition why(const Outcome& outcome) { return std::get<Rejected>(outcome).why.condition; }

  test::TestRuntime base;
  AdapterId home_id = base.router.reserve();
  AdapterId id = base.router.reserve();
  test::FakeAdapter users{home_id, base.names};
  EchoAdapter echo{base.runtime, id, {.nick = "echo", .max_members = 1}};
};

TEST_F(EchoTest, AddressesAreTheirOwnInverse) {
  for (const char* text : {"", "vale", "vale-2"}) {
    const auto place = echo.addresses().parse(text);
    ASSERT_TRUE(place) << text;
    EXPECT_EQ(echo.addresses().text(*place), text);
  }
  for (const char* text : {"Vale", "a b", "a/b", "\xc3\xa9"}) EXPECT_FALSE(echo.addresses().parse(text)) << text;
  EXPECT_FALSE(echo.addresses().parse(std::string(65, 'a')));
}

TEST_F(EchoTest, WhoEntersHearsWhoIsThereAndThenTheEcho) {
  EXPECT_TRUE(std::holds_alternative<Accepted>(changes(Change::Kind::join)));
  ASSERT_EQ(users.seen.size(), 2U);
  EXPECT_THAT(users.seen.front().what, testing::HasSubstr("roster"));
  EXPECT_TRUE(std::holds_alternative<Accepted>(says(Message{Style::normal, "hello"})));
  ASSERT_EQ(users.seen.size(), 1U);
  EXPECT_THAT(users.seen.front().what, testing::HasSubstr("hello"));
  EXPECT_EQ(users.seen.front().who.name, "echo");
}

TEST_F(EchoTest, WhoIsNotThereIsRefused) {
  EXPECT_EQ(why(says(Message{Style::normal, "hello"})), Condition::not_acceptable);
  changes(Change::Kind::join);
  changes(Change::Kind::leave);
  EXPECT_EQ(why(says(Message{Style::normal, "hello"})), Condition::not_acceptable);
  EXPECT_EQ(why(changes(Change::Kind::join, "echo")), Condition::conflict);
}

TEST_F(EchoTest, ALostUserIsToldThatTheRoomIsOver) {
  changes(Change::Kind::join);
  changes(Change::Kind::lost);
  EXPECT_EQ(seen().size(), 1U);
}

TEST_F(EchoTest, ItsSettingsHaveLimits) {
  const auto document = config::Document::parse("[echo]\nmax_members = 0\nnick = \"\"\n", "isthmus.toml", {});
  factory(document.root().table("echo"), document.root());
  EXPECT_EQ(document.finish().size(), 2U);
}

}  // namespace
}  // namespace isthmus::echo
