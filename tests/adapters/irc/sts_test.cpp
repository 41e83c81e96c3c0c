#include "adapters/irc/sts.hpp"

#include <gtest/gtest.h>

#include "tests/support/memory_store.hpp"

namespace isthmus::irc {
namespace {

using namespace std::chrono_literals;

const SystemTime now{std::chrono::seconds{1'700'000'000}};

TEST(StsOffer, HasAPortAndADuration) {
  const auto offer = parse_sts("duration=2592000,port=6697,preload");
  EXPECT_EQ(offer.port, 6697);
  EXPECT_EQ(offer.duration, 2'592'000s);
}

TEST(StsOffer, OfNonsenseIsNone) {
  for (const auto* value : {"", "port=", "port=0", "port=65536", "port=-1", "port=6697x", "duration=", "duration=-5"}) {
    const auto offer = parse_sts(value);
    EXPECT_EQ(offer.port, 0) << value;
    EXPECT_FALSE(offer.duration) << value;
  }
  EXPECT_EQ(parse_sts("duration=99999999999999").duration, StsPolicies::longest);
}

TEST(StsPolicies, HoldForTheirTimeAndOverARestart) {
  test::MemoryStore store;
  StsPolicies policies{store};
  EXPECT_EQ(policies.port("irc.example.net", now), 0);
  policies.put("irc.example.net", 6697, 1h, now);
  for (const auto& same : {policies, StsPolicies{store}}) {
    EXPECT_EQ(same.port("irc.example.net", now + 59min), 6697);
    EXPECT_EQ(same.port("irc.example.net", now + 61min), 0);
    EXPECT_EQ(same.port("irc.example.com", now), 0);
  }
}

TEST(StsPolicies, EndWhenTheServerSaysSo) {
  test::MemoryStore store;
  StsPolicies policies{store};
  policies.put("irc.example.net", 6697, 1h, now);
  policies.put("irc.example.net", 6697, 0s, now);
  EXPECT_EQ(policies.port("irc.example.net", now), 0);
  EXPECT_TRUE(store.all_settings.empty());
}

TEST(StsPolicies, AreBounded) {
  test::MemoryStore store;
  StsPolicies policies{store};
  for (std::size_t i = 0; i < StsPolicies::max_policies; ++i) policies.put(std::to_string(i), 6697, 1h, now);
  policies.put("one.more", 6697, 1h, now);
  EXPECT_EQ(policies.port("one.more", now), 0);
  policies.put("one.more", 6697, 1h, now + 2h);
  EXPECT_EQ(policies.port("one.more", now + 2h), 6697) << "those that are over made room";
}

}  // namespace
}  // namespace isthmus::irc
