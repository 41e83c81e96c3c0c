// The part of resolver.hpp that needs no network.
#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <span>

#include "gateway/runtime/resolver.hpp"

namespace isthmus {
namespace {

struct Range {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
};

// IANA IPv4 special-purpose registry (RFC 6890), all but the few blocks that are globally reachable (AS112, AMT), and
// multicast.
constexpr Range not_public_v4[] = {
    {{0}, 8},              // this network (RFC 791)
    {{10}, 8},             // private (RFC 1918)
    {{100, 64}, 10},       // shared by carriers (RFC 6598)
    {{127}, 8},            // loopback (RFC 1122)
    {{169, 254}, 16},      // link-local (RFC 3927)
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments (RFC 6890)
    {{192, 0, 2}, 24},     // documentation (RFC 5737)
    {{192, 88, 99}, 24},   // 6to4 relays, deprecated (RFC 7526)
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks (RFC 2544)
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast (RFC 5771)
    {{240}, 4},            // reserved (RFC 1112), limited broadcast
};

// IANA IPv6 special-purpose registry. Whatever is outside of 2000::/3 is not public to begin with (RFC 4291 §2.4):
// loopback, unspecified, unique local, link-local, discard, segment routing, multicast.
constexpr Range global_unicast{{0x20}, 3};
constexpr Range not_public_v6[] = {
    {{0x20, 0x01},
     23},  // protocol assignments (RFC 2928), Teredo among them: whom its addresses reach, its relay decides
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation (RFC 3849)
    {{0x3f, 0xff}, 20},              // documentation (RFC 9637)
};

// IPv6 addresses that lead to the IPv4 address inside.
struct Wrapping {
  Range range;
  std::size_t offset;  // of the IPv4 address
};
constexpr Wrapping wrappings[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // IPv4-mapped (RFC 4291 §2.5.5.2)
    {{{0x00, 0x64, 0xff, 0x9b}, 96}, 12},                    // NAT64 (RFC 6052)
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4 (RFC 3056)
};

constexpr bool holds(const Range& range, std::span<const std::uint8_t, 16> bytes) {
  const unsigned whole = range.bits / 8;
  const unsigned rest = range.bits % 8;
  if (!std::equal(range.prefix.begin(), range.prefix.begin() + whole, bytes.begin())) return false;
  return rest == 0 || ((range.prefix[whole] ^ bytes[whole]) >> (8 - rest)) == 0;
}

}  // namespace

Result<IpAddress> parse_ip_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return boost::system::error_code{asio::error::invalid_argument};
  }
  std::copy(text.begin(), text.end(), terminated.begin());
  IpAddress address;
  address.is_v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.is_v6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1) {
    return boost::system::error_code{asio::error::invalid_argument};
  }
  return address;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, address.bytes.data(), text.data(), text.size());
  return text.data();
}

bool is_public(const IpAddress& address) noexcept {
  const auto is_inside = [&](const Range& range) { return holds(range, address.bytes); };
  if (!address.is_v6) return std::ranges::none_of(not_public_v4, is_inside);
  for (const Wrapping& wrapping : wrappings) {
    if (!is_inside(wrapping.range)) continue;
    IpAddress inner;
    std::copy_n(address.bytes.begin() + wrapping.offset, 4, inner.bytes.begin());
    return is_public(inner);
  }
  return is_inside(global_unicast) && std::ranges::none_of(not_public_v6, is_inside);
}

}  // namespace isthmus
