#pragma once
// Paho's values as the port's, and back. Called on Paho's threads too: no state.
#include <mqtt/async_client.h>

#include <string>

#include "adapters/mqtt/client.hpp"

namespace isthmus::mqtt {

/// "mqtt://…" is "tcp://…" to Paho, "mqtts://…" "ssl://…".
std::string to_paho_url(const std::string& url);
/// `filled` is one that nobody else has seen: it must not be copied once its properties are set.
void fill(::mqtt::connect_options& filled, const ConnectOptions& options);
Publication to_publication(const ::mqtt::message& message);

Connack connack_of(const ::mqtt::token& token, Version version);
Reason success_of(const ::mqtt::token& token, Version version);
Reason failure_of(const ::mqtt::token& token, bool is_connect, Version version);
/// The reason string (MQTT 5 §3.14.2.2.3); "" when there is none.
std::string reason_text(const ::mqtt::properties& properties);

}  // namespace isthmus::mqtt
