#include "adapters/mqtt/reason.hpp"

#include <gtest/gtest.h>

namespace isthmus::mqtt {
namespace {

struct Case {
  std::uint8_t code;
  Condition condition;
  Remedy remedy;
  bool is_permanent = false;
};

class ReasonCode : public testing::TestWithParam<Case> {};

TEST_P(ReasonCode, IsToldAsTheConditionThatItMeans) {
  const Case& wanted = GetParam();
  const Reason reason{Reason::Where::broker, wanted.code, {}};
  EXPECT_FALSE(reason.is_success());
  const auto refusal = to_refusal(reason);
  EXPECT_EQ(refusal.condition, wanted.condition);
  EXPECT_EQ(refusal.remedy, wanted.remedy);
  EXPECT_EQ(refusal.text, "The broker says: " + name_of(wanted.code));
  EXPECT_EQ(is_permanent(reason), wanted.is_permanent);
}

INSTANTIATE_TEST_SUITE_P(OfTheStandard, ReasonCode,
                         testing::Values(Case{0x82, Condition::internal_server_error, Remedy::wait},
                                         Case{0x84, Condition::feature_not_implemented, Remedy::cancel, true},
                                         Case{0x85, Condition::internal_server_error, Remedy::cancel, true},
                                         Case{0x86, Condition::not_authorized, Remedy::auth, true},
                                         Case{0x87, Condition::forbidden, Remedy::auth, true},
                                         Case{0x88, Condition::remote_server_timeout, Remedy::wait},
                                         Case{0x8A, Condition::forbidden, Remedy::cancel, true},
                                         Case{0x93, Condition::resource_constraint, Remedy::wait},
                                         Case{0x95, Condition::policy_violation, Remedy::modify},
                                         Case{0x96, Condition::resource_constraint, Remedy::wait},
                                         Case{0x97, Condition::resource_constraint, Remedy::wait},
                                         Case{0x99, Condition::not_acceptable, Remedy::modify},
                                         Case{0x9A, Condition::feature_not_implemented, Remedy::cancel},
                                         Case{0xFF, Condition::undefined_condition, Remedy::cancel}),
                         [](const auto& one) { return "Code" + std::to_string(one.param.code); });

TEST(Reason, BelowEightyIsSuccess) {
  EXPECT_TRUE((Reason{Reason::Where::broker, reason::no_matching_subscribers, {}}.is_success()));
  EXPECT_FALSE((Reason{Reason::Where::connection, 0, {}}.is_success()));
}

TEST(Reason, TheBrokersOwnWordsComeFirst) {
  EXPECT_EQ(to_refusal({Reason::Where::broker, 0x97, "ten messages a day"}).text,
            "The broker says: ten messages a day");
}

TEST(Reason, WithoutAnAnswerItIsWorthAnotherAttempt) {
  for (const auto where : {Reason::Where::connection, Reason::Where::timeout}) {
    EXPECT_EQ(to_refusal({where, 0, {}}).condition, Condition::remote_server_timeout);
    EXPECT_FALSE(is_permanent({where, 0, {}}));
  }
}

TEST(Reason, ReturnCodesOfTheOldVersionHaveTheSameMeaning) {
  EXPECT_EQ(from_return_code(1), 0x84);
  EXPECT_EQ(from_return_code(4), 0x86);
  EXPECT_EQ(from_return_code(5), 0x87);
  EXPECT_EQ(from_return_code(9), 0x80);
}

}  // namespace
}  // namespace isthmus::mqtt
