#include "adapters/mqtt/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;

struct Scheme {
  std::string_view name;
  std::uint16_t port;
  bool has_path;
};
constexpr std::array schemes{Scheme{"mqtt", 1883, false}, Scheme{"mqtts", 8883, false}, Scheme{"ws", 80, true},
                             Scheme{"wss", 443, true}};

// All but "#" itself, which shows everything of everybody: that is for whoever names it.
constexpr std::string_view all_but_everything = "+/#";

bool is_broker_name(std::string_view name) {
  return !name.empty() && name.size() <= 32 &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
}

std::vector<std::string> read_filters(const config::Section& section, std::string_view key,
                                      std::vector<std::string> otherwise) {
  if (!section.has(key)) return otherwise;
  auto filters = section.texts(key);
  for (const auto& filter : filters) {
    if (!is_topic_filter(filter)) section.problem(key, "\"" + filter + "\" is no topic filter");
  }
  return filters;
}

Rights read_rights(const config::Section& section, const Rights& otherwise) {
  return {read_filters(section, "publish", otherwise.publish), read_filters(section, "subscribe", otherwise.subscribe)};
}

Url read_url(const config::Section& section) {
  const auto text = section.required_text("url");
  auto url = parse_url(text);
  if (!url && !text.empty())
    section.problem("url", "must be like mqtt://host:1883, mqtts://host:8883, ws://host/path or wss://host/path");
  return url.value_or(Url{});
}

void read_connect(BrokerSettings& broker, const config::Section& section, std::string_view domain) {
  auto& options = broker.connect;
  options.version = section.integer("version", 5, 3, 5) == 5 ? Version::v5 : Version::v3_1_1;
  if (section.integer("version", 5, 3, 5) == 4) section.problem("version", "is 5, or 3 for MQTT 3.1.1");
  options.client_id = section.text("client_id", "isthmus-" + std::string{domain} + "-" + broker.name);
  options.username = section.text("username", "");
  options.password = section.secret("password");
  options.tls = {section.text("ca_file", ""), section.text("certificate_file", ""), section.text("key_file", "")};
  if (options.tls.certificate_file.empty() != options.tls.key_file.empty())
    section.problem("certificate_file", "certificate_file and key_file go together");
  if (!broker.url.is_secure() && (!options.tls.ca_file.empty() || !options.tls.certificate_file.empty()))
    section.problem("url", "certificates are for mqtts and wss");
  const auto seconds = [&](std::string_view key, std::chrono::seconds otherwise, std::chrono::seconds least,
                           std::chrono::seconds most) {
    return std::chrono::duration_cast<std::chrono::seconds>(section.duration(key, otherwise, least, most));
  };
  options.keep_alive = seconds("keep_alive", 60s, 5s, 18h);
  options.session_expiry = seconds("session_expiry", 1h, 0s, 365 * 24h);
  options.receive_maximum = static_cast<std::uint16_t>(section.integer("receive_maximum", 100, 1, 65'535));
  options.maximum_packet =
      static_cast<std::uint32_t>(section.size("max_packet", std::size_t{256} * 1024, 1024, std::size_t{256} << 20U));
}

/// A topic, or "".
std::string read_topic(const config::Section& section, std::string_view key, std::string_view otherwise) {
  auto topic = section.text(key, otherwise);
  if (!topic.empty() && !is_topic_name(topic)) section.problem(key, "is no topic");
  return topic;
}

void read_status(StatusSettings& status, const config::Section& section) {
  status.topic = read_topic(section, "status_topic", "");
  status.online = section.text("status_online", status.online);
  status.offline = section.text("status_offline", status.offline);
  status.will_delay =
      std::chrono::duration_cast<std::chrono::seconds>(section.duration("will_delay", 0s, 0s, 365 * 24h));
}

void read_own_logins(BrokerSettings& broker, const config::Section& section) {
  for (const auto& [name, one] : section.tables("certificates")) {
    CertificateSettings certificate{name, one.text("certificate_file", ""), one.text("key_file", ""),
                                    one.texts("users")};
    if (certificate.certificate_file.empty() || certificate.key_file.empty())
      one.problem("certificate_file", "certificate_file and key_file go together");
    if (!broker.url.is_secure()) section.problem("url", "certificates are for mqtts and wss");
    broker.certificates.push_back(std::move(certificate));
  }
  if (!section.has("own")) return;
  broker.own_rights = read_rights(section.table("own"), {{"#"}, {std::string{all_but_everything}}});
}

BrokerSettings read_broker(const std::string& name, const config::Section& section, std::string_view domain) {
  BrokerSettings broker;
  broker.name = name;
  if (!is_broker_name(name)) section.problem("", "a broker's name has 1 to 32 of a-z, 0-9 and -");
  broker.url = read_url(section);
  read_connect(broker, section, domain);
  broker.rights = read_rights(section, {{}, {std::string{all_but_everything}}});
  for (const auto& [pattern, own] : section.tables("users"))
    broker.users.emplace_back(pattern, read_rights(own, broker.rights));
  // A whole address says more than a domain, and that more than "*".
  std::ranges::sort(broker.users, {}, [](const auto& user) {
    return user.first == "*" ? 2 : user.first.contains('@') ? 0 : 1;
  });
  broker.discovery_prefix = read_topic(section, "discovery_prefix", "homeassistant");
  read_status(broker.status, section);
  broker.answer_topic = read_topic(section, "answer_topic", broker.answer_topic);
  read_own_logins(broker, section);
  broker.interval = section.duration("interval", broker.interval, 0ms, 24h);
  broker.status_interval = section.duration("status_interval", broker.status_interval, 0ms, 24h);
  broker.stale_after = section.duration("stale_after", broker.stale_after, 0ms, 365 * 24h);
  return broker;
}

}  // namespace

bool Rights::may_publish(std::string_view topic) const {
  return std::ranges::any_of(publish, [&](const std::string& filter) { return matches(filter, topic); });
}

bool Rights::may_subscribe(std::string_view filter) const {
  return std::ranges::any_of(subscribe, [&](const std::string& allowed) { return covers(allowed, filter); });
}

std::optional<Url> parse_url(std::string_view text) {
  const auto mark = text.find("://");
  if (mark == std::string_view::npos) return std::nullopt;
  const auto* const scheme = std::ranges::find(schemes, text.substr(0, mark), &Scheme::name);
  if (scheme == schemes.end()) return std::nullopt;
  auto rest = text.substr(mark + 3);
  Url url{std::string{scheme->name}, {}, scheme->port, {}};
  const auto slash = rest.find('/');
  if (slash != std::string_view::npos) url.path = rest.substr(slash);
  if (url.path == "/") url.path.clear();
  if (!url.path.empty() && !scheme->has_path) return std::nullopt;
  rest = rest.substr(0, slash);
  const auto bracket = rest.rfind(']');
  const auto colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    const auto port = rest.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) return std::nullopt;
    rest = rest.substr(0, colon);
  }
  if (rest.starts_with('[') && rest.ends_with(']')) rest = rest.substr(1, rest.size() - 2);
  url.host = rest;
  const bool is_host = !rest.empty() && std::ranges::none_of(rest, [](char c) {
    return c <= ' ' || c >= '\x7F' || std::string_view{"@[]?#%\\"}.contains(c);
  });
  return is_host ? std::optional{std::move(url)} : std::nullopt;
}

std::string to_text(const Url& url, std::string_view host) {
  const bool is_v6 = host.contains(':');
  std::string text = url.scheme + "://" + (is_v6 ? "[" : "");
  return text.append(host).append(is_v6 ? "]:" : ":").append(std::to_string(url.port)).append(url.path);
}

bool fits(std::string_view pattern, std::string_view owner) {
  return pattern == "*" || pattern == owner || pattern == owner.substr(owner.find('@') + 1);
}

const Rights& BrokerSettings::rights_of(std::string_view owner) const {
  const auto found = std::ranges::find_if(users, [&](const auto& user) { return fits(user.first, owner); });
  return found == users.end() ? rights : found->second;
}

std::vector<const CertificateSettings*> BrokerSettings::certificates_of(std::string_view owner) const {
  std::vector<const CertificateSettings*> theirs;
  for (const auto& one : certificates) {
    if (std::ranges::any_of(one.users, [&](const std::string& pattern) { return fits(pattern, owner); }))
      theirs.push_back(&one);
  }
  return theirs;
}

Settings read_settings(const config::Section& own, const config::Section& component) {
  Settings settings;
  settings.reconnect_base = own.duration("reconnect_base", settings.reconnect_base, 100ms, 10min);
  settings.max_contacts = static_cast<std::size_t>(own.integer("max_contacts", 50, 0, 10'000));
  settings.max_rooms = static_cast<std::size_t>(own.integer("max_rooms", 20, 0, 10'000));
  settings.publish_rate = own.number("publish_rate", settings.publish_rate, 0, 1e6);
  settings.publish_burst = static_cast<unsigned>(own.integer("publish_burst", settings.publish_burst, 1, 1'000'000));
  settings.room_rate = own.number("room_rate", settings.room_rate, 0, 1e6);
  settings.room_burst = static_cast<unsigned>(own.integer("room_burst", settings.room_burst, 1, 1'000'000));
  const auto domain = component.text("domain", "");
  for (const auto& [name, section] : own.tables("brokers"))
    settings.brokers.emplace(name, read_broker(name, section, domain));
  if (settings.brokers.empty()) own.problem("brokers", "at least one [mqtt.brokers.NAME] is needed");
  return settings;
}

}  // namespace isthmus::mqtt
