#include "adapters/mqtt/paho_values.hpp"

#include <utility>

namespace isthmus::mqtt {
namespace {

using ::mqtt::properties;
using ::mqtt::property;

constexpr std::string_view system_trust = "/etc/ssl/certs/ca-certificates.crt";

template <class T>
T value_or(const properties& from, property::code code, T otherwise) {
  return from.contains(code) ? ::mqtt::get<T>(from, code) : otherwise;
}

::mqtt::ssl_options to_ssl(const TlsFiles& files) {
  ::mqtt::ssl_options ssl;
  ssl.set_trust_store(files.ca_file.empty() ? std::string{system_trust} : files.ca_file);
  if (!files.certificate_file.empty()) {
    ssl.set_key_store(files.certificate_file);
    ssl.set_private_key(files.key_file);
  }
  ssl.set_enable_server_cert_auth(true);
  ssl.set_verify(true);
  return ssl;
}

}  // namespace

std::string to_paho_url(const std::string& url) {
  const auto mark = url.find("://");
  const auto scheme = url.substr(0, mark);
  if (scheme == "mqtt") return "tcp" + url.substr(mark);
  if (scheme == "mqtts") return "ssl" + url.substr(mark);
  return url;
}

void fill(::mqtt::connect_options& filled, const ConnectOptions& options) {
  const bool is_v5 = options.version == Version::v5;
  filled.set_mqtt_version(is_v5 ? MQTTVERSION_5 : MQTTVERSION_3_1_1);
  if (is_v5) {
    filled.set_clean_start(options.clean_start);
  } else {
    filled.set_clean_session(options.clean_start);
  }
  filled.set_keep_alive_interval(options.keep_alive);
  filled.set_connect_timeout(options.timeout);
  filled.set_automatic_reconnect(false);
  // Ours to bound: when Paho's window is full, it sleeps for a second.
  filled.set_max_inflight(65'535);
  if (!options.username.empty()) filled.set_user_name(options.username);
  if (!options.password.empty()) filled.set_password(options.password);
  if (options.url.starts_with("mqtts:") || options.url.starts_with("wss:")) filled.set_ssl(to_ssl(options.tls));
  if (options.will) {
    const auto& what = options.will->what;
    ::mqtt::will_options will{what.topic, ::mqtt::binary_ref{what.payload}, what.qos, what.retain};
    if (is_v5 && options.will->delay.count() > 0)
      will.set_properties({{property::WILL_DELAY_INTERVAL, static_cast<int>(options.will->delay.count())}});
    filled.set_will(std::move(will));
  }
  if (!is_v5) return;
  properties all;
  all.add({property::SESSION_EXPIRY_INTERVAL, static_cast<int>(options.session_expiry.count())});
  all.add({property::RECEIVE_MAXIMUM, static_cast<int>(options.receive_maximum)});
  if (options.maximum_packet != 0) all.add({property::MAXIMUM_PACKET_SIZE, static_cast<int>(options.maximum_packet)});
  filled.set_properties(std::move(all));
}

Publication to_publication(const ::mqtt::message& message) {
  Publication publication{.topic = message.get_topic(),
                          .payload = message.get_payload_str(),
                          .qos = static_cast<std::uint8_t>(message.get_qos()),
                          .retain = message.is_retained(),
                          .is_duplicate = message.is_duplicate()};
  const auto& all = message.get_properties();
  if (all.empty()) return publication;
  publication.is_utf8 = value_or<std::uint8_t>(all, property::PAYLOAD_FORMAT_INDICATOR, 0) == 1;
  publication.content_type = value_or<std::string>(all, property::CONTENT_TYPE, {});
  publication.response_topic = value_or<std::string>(all, property::RESPONSE_TOPIC, {});
  publication.correlation = value_or<std::string>(all, property::CORRELATION_DATA, {});
  if (all.contains(property::MESSAGE_EXPIRY_INTERVAL))
    publication.expiry = std::chrono::seconds{::mqtt::get<std::uint32_t>(all, property::MESSAGE_EXPIRY_INTERVAL)};
  for (std::size_t i = 0; i < all.count(property::USER_PROPERTY); ++i) {
    auto [name, value] = ::mqtt::get<::mqtt::string_pair>(all, property::USER_PROPERTY, i);
    publication.properties.emplace_back(std::move(name), std::move(value));
  }
  for (std::size_t i = 0; i < all.count(property::SUBSCRIPTION_IDENTIFIER); ++i)
    publication.subscriptions.push_back(::mqtt::get<std::uint32_t>(all, property::SUBSCRIPTION_IDENTIFIER, i));
  return publication;
}

Connack connack_of(const ::mqtt::token& token, Version version) {
  const auto response = token.get_connect_response();
  Connack connack;
  connack.session_present = response.is_session_present();
  if (version != Version::v5) return connack;
  const auto& all = response.get_properties();
  connack.receive_maximum = value_or<std::uint16_t>(all, property::RECEIVE_MAXIMUM, 65'535);
  connack.maximum_qos = value_or<std::uint8_t>(all, property::MAXIMUM_QOS, 2);
  connack.retain_available = value_or<std::uint8_t>(all, property::RETAIN_AVAILABLE, 1) == 1;
  connack.wildcard_available = value_or<std::uint8_t>(all, property::WILDCARD_SUBSCRIPTION_AVAILABLE, 1) == 1;
  connack.has_subscription_ids = value_or<std::uint8_t>(all, property::SUBSCRIPTION_IDENTIFIERS_AVAILABLE, 1) == 1;
  connack.maximum_packet = value_or<std::uint32_t>(all, property::MAXIMUM_PACKET_SIZE, 0);
  connack.topic_aliases = value_or<std::uint16_t>(all, property::TOPIC_ALIAS_MAXIMUM, 0);
  return connack;
}

Reason success_of(const ::mqtt::token& token, Version version) {
  const auto code = static_cast<unsigned>(token.get_reason_code());
  // A SUBACK of 3.1.1 that refuses counts as success with Paho.
  if (version != Version::v5 && token.get_type() == ::mqtt::token::SUBSCRIBE) {
    const auto codes = token.get_subscribe_response().get_reason_codes();
    const bool is_refused = !codes.empty() && static_cast<unsigned>(codes.front()) >= 0x80;
    return {Reason::Where::broker, is_refused ? reason::not_authorized : std::uint8_t{0}, {}};
  }
  return {Reason::Where::broker, static_cast<std::uint8_t>(code), {}};
}

Reason failure_of(const ::mqtt::token& token, bool is_connect, Version version) {
  const auto code = static_cast<unsigned>(token.get_reason_code());
  if (code >= 0x80 && code <= 0xFF) return {Reason::Where::broker, static_cast<std::uint8_t>(code), {}};
  const int returned = token.get_return_code();
  // Of a refused login Paho has the reason code there.
  if (version == Version::v5 && is_connect && returned >= 0x80 && returned <= 0xFF)
    return {Reason::Where::broker, static_cast<std::uint8_t>(returned), {}};
  if (version != Version::v5 && is_connect && returned >= 1 && returned <= 5)
    return {Reason::Where::broker, from_return_code(static_cast<std::uint8_t>(returned)), {}};
  // 3.1.1 has one code for all refusals of a subscription, and it is a matter of rights in practice.
  if (version != Version::v5 && !is_connect && returned == 0x80)
    return {Reason::Where::broker, reason::not_authorized, {}};
  return {Reason::Where::connection, 0, returned == 0 ? std::string{} : ::mqtt::exception::error_str(returned)};
}

std::string reason_text(const ::mqtt::properties& properties) {
  return value_or<std::string>(properties, property::REASON_STRING, {});
}

}  // namespace isthmus::mqtt
