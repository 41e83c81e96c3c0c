#pragma once
// What the operator says about IRC: the section [irc] and the component's own fixed_network.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/irc/legacy_charset.hpp"
#include "config/config.hpp"

namespace isthmus::irc {

/// What the adapter calls its protocol, here and in the store.
inline constexpr std::string_view protocol_name = "irc";

/// One foreign service and how it may be used.
struct Network {
  using Charset = std::shared_ptr<const LegacyCharset>;  // null: UTF-8, and Windows-1252 for what is none

  std::string name;  // as it stands in addresses, lower case
  std::string host;
  std::uint16_t port = 6697;
  bool tls = true;                                                // required; there is no falling back to plain
  std::string ca_file;                                            // empty: the system's certificates
  std::string password;                                           // for PASS; empty: none
  std::uint32_t flood_burst = 10;                                 // lines
  double flood_rate = 0.5;                                        // lines per second; 0: no limit
  double connect_rate = 0.5;                                      // new connections per second; 0: no limit
  bool formatting = false;                                        // formatting codes are sent
  Charset charset;                                                // of all that is said there
  std::vector<std::pair<std::string, Charset>> channel_charsets;  // of channels that have their own, lower case
  bool listed = false;        // by the operator: its addresses may be in private ranges
  std::string fingerprint{};  // of the only certificate to trust (TlsWanted); empty: any good one
  std::string identity{};     // the user's own certificate and key (TlsWanted); empty: none

  /// The gateway's own login, which links use.
  struct Own {
    std::string nick{};           // empty: "isthmus"
    std::string sasl_account{};   // empty: the nick
    std::string sasl_password{};  // empty: no SASL
  };
  Own own{};

  /// The charset of what is said to `target`, a channel or a nick; null: none of its own.
  const LegacyCharset* charset_of(std::string_view target) const;
};

/// 6697 (RFC 7194 §2) with TLS, else 6667.
std::uint16_t usual_port(bool tls) noexcept;

struct Settings {
  std::string fixed_network;  // lower case; empty: users name the network in the address
  bool any_network = true;
  bool archive = true;         // what is said may be kept
  bool formatting = false;     // of networks that do not say otherwise
  std::size_t max_lines = 50;  // of one message
  std::chrono::milliseconds linger{std::chrono::minutes{10}};
  std::chrono::milliseconds reconnect_base{std::chrono::seconds{15}};
  std::map<std::string, Network, std::less<>> networks;  // the listed ones, by name

  /// The network that users mean by `name` (lower case): a listed one, or any public host by its own name, port 6697
  /// with TLS. nullopt when only listed networks may be used and this is none.
  std::optional<Network> network(std::string_view name) const;
  /// Users may name servers of their own.
  bool allows_any_host() const noexcept { return any_network && fixed_network.empty(); }
};

/// Reads [irc] (`own`) and what the [[component]] sets for itself. Mistakes go to the sections' document.
Settings read_settings(const config::Section& own, const config::Section& component);

}  // namespace isthmus::irc
