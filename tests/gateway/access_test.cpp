#include "gateway/access.hpp"

#include <gtest/gtest.h>

namespace isthmus {
namespace {

TEST(Access, AdmitsDomainsOwnersOrEverybody) {
  const Access some{{"example.org", "romeo@example.net"}};
  EXPECT_TRUE(some.may_use("juliet@example.org"));
  EXPECT_TRUE(some.may_use("romeo@example.net"));
  EXPECT_FALSE(some.may_use("juliet@example.net"));
  EXPECT_FALSE(some.may_use("juliet@sub.example.org"));
  EXPECT_FALSE(some.may_use("example.org@evil.example"));
  EXPECT_TRUE(Access{{"*"}}.may_use("anybody@anywhere"));
  EXPECT_FALSE(Access{{}}.may_use("juliet@example.org"));
}

using namespace std::chrono_literals;

class AccessRate : public testing::Test {
 protected:
  bool is_admitted(Access& access, std::string_view owner) { return !access.admit(names.intern(owner), now); }

  NameTable names;
  TokenBucket::Time now{1h};
};

TEST_F(AccessRate, OfOneUserIsNoneOfAnother) {
  Access access{{"*"}, {.user_burst = 2, .user_rate = 1, .total_burst = 100, .total_rate = 0}};
  EXPECT_TRUE(is_admitted(access, "juliet@example.org"));
  EXPECT_TRUE(is_admitted(access, "juliet@example.org"));
  EXPECT_FALSE(is_admitted(access, "juliet@example.org"));
  EXPECT_TRUE(is_admitted(access, "romeo@example.org"));
  now += 1s;
  EXPECT_TRUE(is_admitted(access, "juliet@example.org"));
  EXPECT_FALSE(is_admitted(access, "juliet@example.org"));
}

TEST_F(AccessRate, OfAllTogetherIsNotUsedUpByOneWhoIsOverTheirOwn) {
  Access access{{"*"}, {.user_burst = 1, .user_rate = 1, .total_burst = 3, .total_rate = 1}};
  for (int i = 0; i < 10; ++i) is_admitted(access, "juliet@example.org");
  EXPECT_TRUE(is_admitted(access, "romeo@example.org"));
  EXPECT_TRUE(is_admitted(access, "nurse@example.org"));
  EXPECT_FALSE(is_admitted(access, "tybalt@example.org")) << "three for all";
}

TEST_F(AccessRate, ThatWasExceededIsNamedInTheRefusal) {
  Access access{{"*"}, {.user_burst = 1, .user_rate = 2.5, .total_burst = 2, .total_rate = 7}};
  access.admit(names.intern("juliet@example.org"), now);
  const auto own = access.admit(names.intern("juliet@example.org"), now);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->condition, Condition::resource_constraint);
  EXPECT_EQ(own->remedy, Remedy::wait);
  EXPECT_NE(own->text.find("2.5 stanzas a second for each user"), std::string::npos) << own->text;
  access.admit(names.intern("romeo@example.org"), now);
  const auto all = access.admit(names.intern("nurse@example.org"), now);
  ASSERT_TRUE(all);
  EXPECT_NE(all->text.find("7 stanzas a second for all users together"), std::string::npos) << all->text;
}

TEST_F(AccessRate, OfZeroIsNoLimit) {
  Access access{{"*"}, {.user_burst = 1, .user_rate = 0, .total_burst = 1, .total_rate = 0}};
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(is_admitted(access, "juliet@example.org"));
}

TEST_F(AccessRate, IsKeptForThoseWhoAreNotIdleWhenManyPass) {
  Access access{{"*"}, {.user_burst = 1, .user_rate = 0.001, .total_burst = 1, .total_rate = 0}};
  EXPECT_TRUE(is_admitted(access, "juliet@example.org"));
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(is_admitted(access, "user" + std::to_string(i) + "@example.org"));
  EXPECT_FALSE(is_admitted(access, "juliet@example.org"));
  now += 1h;
  for (int i = 0; i < 5000; ++i) EXPECT_TRUE(is_admitted(access, "user" + std::to_string(i) + "@example.org"));
}

}  // namespace
}  // namespace isthmus
