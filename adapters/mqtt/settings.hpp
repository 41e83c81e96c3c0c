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

/// What a broker keeps for others to see while a login is connected, and after it.
struct StatusSettings {
  std::string topic{};  // empty: none
  std::string online = "online";
  std::string offline = "offline";    // also as the will
  std::chrono::seconds will_delay{};  // MQTT 5: so long the connection may be lost before others hear of it
};

/// A client certificate that some users may log in with.
struct CertificateSettings {
  std::string name;
  std::string certificate_file;
  std::string key_file;
  std::vector<std::string> users;  // patterns: name@domain, domain or "*"
};

/// True when `pattern`, name@domain, domain or "*", fits the user.
bool fits(std::string_view pattern, std::string_view owner);

struct BrokerSettings {
  std::string name;
  Url url;
  ConnectOptions connect;  // its url is made when connecting
  Rights rights;
  std::vector<std::pair<std::string, Rights>> users;  // by pattern: name@domain, domain or "*"; the first that fits
  std::string discovery_prefix;                       // of what devices announce; empty: nobody looks
  StatusSettings status{};                            // of the gateway itself: birth and will
  std::string answer_topic = "isthmus/answers";       // below it answers to questions come; empty: nobody asks
  std::optional<Rights> own_rights{};                 // of users with logins of their own; none: there are no such
  std::vector<CertificateSettings> certificates{};    // for those logins
  std::chrono::milliseconds interval{2'000};          // between two messages of one contact
  std::chrono::milliseconds status_interval{10'000};  // between two presences of one contact
  std::chrono::milliseconds stale_after{0};           // 0: three times the usual pause

  const Rights& rights_of(std::string_view owner) const;
  std::vector<const CertificateSettings*> certificates_of(std::string_view owner) const;
};

struct Settings {
  std::map<std::string, BrokerSettings, std::less<>> brokers;
  std::chrono::milliseconds reconnect_base{1'000};
  std::size_t max_contacts = 50;  // topics and filters that one user has as contacts on a broker
  std::size_t max_rooms = 20;     // filters that one user is in as rooms on a broker
  double publish_rate = 30;       // publications a second of one user on a broker, for long; 0: no limit
  unsigned publish_burst = 300;   // of them at once
  double room_rate = 30;          // values of QoS 0 a second that one user's rooms on a broker tell; 0: no limit
  unsigned room_burst = 300;      // of them at once
};

Settings read_settings(const config::Section& own, const config::Section& component);

}  // namespace isthmus::mqtt
