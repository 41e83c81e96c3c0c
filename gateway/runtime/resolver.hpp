#pragma once
// Host names to addresses by c-ares, on the loop: a name server that does not answer delays nobody else.
#include <boost/asio/awaitable.hpp>
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/result.hpp"

namespace isthmus {

namespace asio = boost::asio;

/// An IPv4 or IPv6 address, in network order.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool is_v6 = false;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};
Result<IpAddress> parse_ip_address(std::string_view text);
std::string to_text(const IpAddress& address);

/// False for loopback, private, link-local, carrier-grade NAT, multicast, documentation, unspecified and all other ranges that are not
/// part of the public internet (IANA special-purpose registries), also when wrapped in IPv6 (mapped, 6to4, NAT64).
bool is_public(const IpAddress& address) noexcept;

struct ResolverOptions {
  std::vector<std::string> servers;            // "127.0.0.1:5353"; empty: the system's
  std::chrono::milliseconds timeout{5'000};    // for the whole look-up
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// IPv6 and IPv4 addresses of `host`, in the order to try them; numeric addresses are returned as they are.
  virtual asio::awaitable<Result<std::vector<IpAddress>>> resolve(std::string host) = 0;
};

std::unique_ptr<Resolver> make_resolver(asio::any_io_executor executor, ResolverOptions options);

}  // namespace isthmus
