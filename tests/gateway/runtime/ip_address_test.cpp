#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "gateway/runtime/resolver.hpp"

namespace isthmus {
namespace {

struct Case {
  const char* address;
  bool is_public;
  friend std::ostream& operator<<(std::ostream& out, const Case& row) { return out << row.address; }
};

class IsPublic : public testing::TestWithParam<Case> {};

TEST_P(IsPublic, FollowsTheRegistries) {
  const auto address = parse_ip_address(GetParam().address);
  ASSERT_TRUE(address.has_value());
  EXPECT_EQ(is_public(*address), GetParam().is_public);
}

// Both ends of each range, and the addresses beside it.
INSTANTIATE_TEST_SUITE_P(
    V4, IsPublic,
    testing::Values(Case{"0.0.0.0", false}, Case{"0.255.255.255", false}, Case{"1.0.0.0", true}, Case{"8.8.8.8", true},
                    Case{"9.255.255.255", true}, Case{"10.0.0.0", false}, Case{"10.255.255.255", false},
                    Case{"11.0.0.0", true}, Case{"100.63.255.255", true}, Case{"100.64.0.0", false},
                    Case{"100.127.255.255", false}, Case{"100.128.0.0", true}, Case{"126.255.255.255", true},
                    Case{"127.0.0.1", false}, Case{"127.255.255.255", false}, Case{"128.0.0.0", true},
                    Case{"169.253.255.255", true}, Case{"169.254.169.254", false}, Case{"169.255.0.0", true},
                    Case{"172.15.255.255", true}, Case{"172.16.0.0", false}, Case{"172.31.255.255", false},
                    Case{"172.32.0.0", true}, Case{"192.0.0.8", false}, Case{"192.0.1.0", true},
                    Case{"192.0.2.1", false}, Case{"192.0.3.0", true}, Case{"192.88.99.1", false},
                    Case{"192.167.255.255", true}, Case{"192.168.0.0", false}, Case{"192.168.255.255", false},
                    Case{"192.169.0.0", true}, Case{"198.17.255.255", true}, Case{"198.18.0.0", false},
                    Case{"198.19.255.255", false}, Case{"198.20.0.0", true}, Case{"198.51.100.7", false},
                    Case{"203.0.113.7", false}, Case{"203.0.114.0", true}, Case{"223.255.255.255", true},
                    Case{"224.0.0.1", false}, Case{"239.255.255.255", false}, Case{"240.0.0.1", false},
                    Case{"255.255.255.255", false}));

INSTANTIATE_TEST_SUITE_P(V6, IsPublic,
                         testing::Values(Case{"::", false}, Case{"::1", false}, Case{"::8.8.8.8", false},
                                         Case{"100::1", false}, Case{"100:0:0:1::1", false}, Case{"2001::1", false},
                                         Case{"2001:1ff:ffff::1", false}, Case{"2001:200::1", true},
                                         Case{"2001:db8::1", false}, Case{"2001:db9::1", true},
                                         Case{"2606:4700:4700::1111", true}, Case{"2a00:1450::1", true},
                                         Case{"3fff::1", false}, Case{"3fff:fff:ffff::1", false},
                                         Case{"3fff:1000::1", true}, Case{"4000::1", false}, Case{"5f00::1", false},
                                         Case{"fc00::1", false}, Case{"fdff::1", false}, Case{"fe80::1", false},
                                         Case{"fec0::1", false}, Case{"ff02::1", false}));

INSTANTIATE_TEST_SUITE_P(WrappedV4, IsPublic,
                         testing::Values(Case{"::ffff:127.0.0.1", false}, Case{"::ffff:10.1.2.3", false},
                                         Case{"::ffff:8.8.8.8", true},                                         // mapped
                                         Case{"64:ff9b::192.168.1.1", false}, Case{"64:ff9b::8.8.8.8", true},  // NAT64
                                         Case{"64:ff9b:1::8.8.8.8", false},  // NAT64 of one's own network
                                         Case{"2002:7f00:1::1", false}, Case{"2002:a9fe:a9fe::1", false},
                                         Case{"2002:808:808::1", true},  // 6to4
                                         Case{"2001:0:4136:e378:8000:63bf:3fff:fdd2", false},
                                         Case{"2001::f5ff:fffe", false}));  // Teredo

TEST(IpAddress, TextRoundTrips) {
  for (const std::string text : {"192.0.2.1", "255.255.255.255", "2001:db8::1", "::", "::ffff:192.0.2.1"}) {
    const auto address = parse_ip_address(text);
    ASSERT_TRUE(address.has_value()) << text;
    EXPECT_EQ(to_text(*address), text);
  }
}

TEST(IpAddress, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const auto text :
       {""sv, "127.1"sv, "0x7f.0.0.1"sv, "2130706433"sv, "1.2.3.4.5"sv, "1.2.3.4 "sv, "[::1]"sv, "fe80::1%lo"sv, ":"sv,
        "irc.example.org"sv, "1.2.3.4\0"sv, "1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa"sv}) {
    EXPECT_FALSE(parse_ip_address(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace isthmus
