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

}  // namespace
}  // namespace isthmus
