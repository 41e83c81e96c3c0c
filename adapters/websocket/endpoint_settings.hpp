#pragma once
// [websocket.endpoints.NAME] of the configuration file: a WebSocket of somebody else's that the gateway connects to.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "adapters/websocket/value_rules.hpp"
#include "config/config.hpp"
#include "gateway/runtime/resolver.hpp"

namespace isthmus::websocket {

/// "wss://feed.example.net:8443/stream?all=1".
struct EndpointUrl {
  bool is_secure = true;
  std::string host;  // a name, or a numeric address without brackets
  std::uint16_t port = 443;
  std::string target = "/";  // path and query

  /// As the Host header has it: without the port where it is the scheme's own.
  std::string authority() const;
};
/// nullopt: no ws:// or wss:// URL of printable ASCII, at most 2,048 bytes, without user and fragment.
std::optional<EndpointUrl> parse_endpoint_url(std::string_view text);

/// Where in a frame, which is JSON then, something stands: JSON pointers (RFC 6901), "" for nowhere.
struct EndpointPointers {
  std::string text;
  std::string topic;  // what the value is called
  std::string value;
  std::string sender;

  bool is_json() const noexcept { return !(text.empty() && topic.empty() && value.empty() && sender.empty()); }
};

struct EndpointSettings {
  std::string name;
  EndpointUrl url;
  std::string title;  // the room's subject; may be empty
  std::string ca_file;
  std::vector<IpAddress> addresses;  // not public ones that may be connected to all the same
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> subprotocols;
  std::vector<std::string> hello;  // frames to begin with
  std::string heartbeat;           // a frame; empty: pings of the protocol only
  std::chrono::milliseconds heartbeat_every{30'000};
  EndpointPointers pointers;
  std::string send;  // the template of what we say; empty: nothing is said there
  std::chrono::milliseconds reconnect_base{1'000};
  std::chrono::milliseconds reconnect_max{60'000};
  std::size_t max_frame = std::size_t{64} * 1024;
  std::shared_ptr<const ValueRules> rules;
};

EndpointSettings read_endpoint(const std::string& name, const config::Section& section);

}  // namespace isthmus::websocket
