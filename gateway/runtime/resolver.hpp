#pragma once
// Host names to addresses by c-ares, on the loop: a name server that does not answer delays nobody else.
#include <array>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
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
/// "192.0.2.1" or "2001:db8::1": no brackets, no zone, no shortened IPv4 forms.
Result<IpAddress> parse_ip_address(std::string_view text);
std::string to_text(const IpAddress& address);

/// False for loopback, private, link-local, carrier-grade NAT, multicast, documentation, unspecified and all other
/// ranges that are not part of the public internet (IANA special-purpose registries), also when wrapped in IPv6
/// (mapped, 6to4, NAT64; Teredo as such is not public).
bool is_public(const IpAddress& address) noexcept;

struct ResolverOptions {
  std::vector<std::string> servers;          // "127.0.0.1:5353"; empty: the system's
  std::chrono::milliseconds timeout{5'000};  // for the whole look-up
};

class Resolver {
 public:
  virtual ~Resolver() = default;
  /// IPv6 and IPv4 addresses of `host`, in the order to try them (RFC 6724), at most 16; numeric addresses are returned
  /// as they are. Names are ASCII. Errors: asio::error::host_not_found (there is no such name),
  /// host_not_found_try_again (the name servers failed), timed_out, no_buffer_space (1,000 look-ups are under way),
  /// operation_aborted (the resolver is gone). Throws only when cancelled. The resolver may be destroyed meanwhile.
  virtual asio::awaitable<Result<std::vector<IpAddress>>> resolve(std::string host) = 0;
};

/// /etc/hosts comes before the name servers. Changes of the system's configuration are seen as soon as no look-up is
/// under way.
std::unique_ptr<Resolver> make_resolver(asio::any_io_executor executor, ResolverOptions options);

}  // namespace isthmus
