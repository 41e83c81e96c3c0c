#pragma once
// The sections [mqtt] and [mqtt.brokers.NAME]: docs/admin/configuration.md.
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/mqtt/client.hpp"
#include "config/config.hpp"

namespace isthmus::mqtt {

/// Topic filters that bound what may be done.
struct Rights {
  std::vector<std::string> publish;
  std::vector<std::string> subscribe;

  bool may_publish(std::string_view topic) const;
  /// True when one of the filters covers all that `filter` selects.
  bool may_subscribe(std::string_view filter) const;
};

struct Url {
  std::string scheme;  // mqtt, mqtts, ws or wss
  std::string host;    // without brackets
  std::uint16_t port = 0;
  std::string path;  // with its slash; empty for mqtt and mqtts
  bool is_secure() const { return scheme == "mqtts" || scheme == "wss"; }
};
/// nullopt unless it is scheme://host[:port][/path] with one of those schemes.
std::optional<Url> parse_url(std::string_view text);
/// The URL with `host` instead of its own; an IPv6 address gets its brackets.
std::string to_text(const Url& url, std::string_view host);

struct BrokerSettings {
  std::string name;
  Url url;
  ConnectOptions connect;  // its url is made when connecting
  Rights rights;
  std::vector<std::pair<std::string, Rights>> users;  // by pattern: name@domain, domain or "*"; the first that fits
  std::string discovery_prefix;                       // of what devices announce; empty: nobody looks
  std::string status_topic;                           // of the gateway itself: will and birth; empty: none
  std::chrono::milliseconds interval{2'000};          // between two messages of one contact
  std::chrono::milliseconds status_interval{10'000};  // between two presences of one contact
  std::chrono::milliseconds stale_after{0};           // 0: three times the usual pause

  const Rights& rights_of(std::string_view owner) const;
};

struct Settings {
  std::map<std::string, BrokerSettings, std::less<>> brokers;
  std::chrono::milliseconds reconnect_base{1'000};
  std::size_t max_contacts = 50;  // topics and filters that one user has as contacts on a broker
};

Settings read_settings(const config::Section& own, const config::Section& component);

}  // namespace isthmus::mqtt
