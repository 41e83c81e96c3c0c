#pragma once
// Strict transport security (https://ircv3.net/specs/extensions/sts): a server that wants TLS, and for how long it is
// to be connected to in no other way.
#include <boost/unordered/unordered_flat_map.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/model/time.hpp"
#include "gateway/store/store.hpp"

namespace isthmus::irc {

/// The value of the capability "sts": "port=6697,duration=2592000".
struct StsOffer {
  std::uint16_t port = 0;                          // to connect to with TLS; 0: not said. Counts without TLS only
  std::optional<std::chrono::seconds> duration{};  // how long that holds; 0: no more. Counts with TLS only
};
StsOffer parse_sts(std::string_view value) noexcept;

/// What servers have asked for, kept over restarts.
class StsPolicies {
 public:
  static constexpr std::size_t max_policies = 10'000;  // users may name any host; beyond, none is added
  static constexpr std::chrono::hours longest{24 * 365};

  /// `store` outlives this. Reads what is stored: before the loop runs.
  explicit StsPolicies(Store& store);

  /// Where `host` is to be connected to with TLS; 0: it has no policy.
  std::uint16_t port(std::string_view host, SystemTime now) const;
  /// `host` was connected to with TLS at `port`, and said so.
  void put(std::string_view host, std::uint16_t port, std::chrono::seconds duration, SystemTime now);

 private:
  struct Policy {
    std::uint16_t port;
    SystemTime until;
  };
  Store& store_;
  boost::unordered_flat_map<std::string, Policy> policies_;
};

}  // namespace isthmus::irc
