#pragma once
// [websocket] of the configuration file.
#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "adapters/websocket/endpoint_settings.hpp"
#include "adapters/websocket/history.hpp"
#include "adapters/websocket/output.hpp"
#include "adapters/websocket/tokens.hpp"
#include "adapters/websocket/value_rules.hpp"
#include "config/config.hpp"

namespace isthmus::websocket {

struct ChannelSettings {
  std::string title;  // the room's subject; may be empty
  std::shared_ptr<const ValueRules> rules;
};

struct Settings {
  std::string domain;  // of the component
  std::map<std::string, ChannelSettings, std::less<>> channels;
  std::vector<EndpointSettings> endpoints;  // of others, that we connect to
  std::vector<Token> tokens;
  std::vector<std::string> origins;  // that pages may connect from, besides our own
  bool allow_query_token = false;
  bool dashboard = true;
  bool archive = true;       // what happens is kept in the store, for the next run
  bool compression = false;  // offered to clients that ask for it (RFC 7692)
  std::size_t max_clients = 10'000;
  std::size_t max_frame = std::size_t{64} * 1024;  // bytes from a client
  std::size_t max_subscriptions = 50;              // of one client
  double rate = 20;                                // frames a second from a client; 0: no limit
  unsigned burst = 40;
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds auth_timeout{5'000};
  OutputLimits output;
  HistoryLimits history;
};

Settings read_settings(const config::Section& own, const config::Section& component);

}  // namespace isthmus::websocket
