#pragma once
// How the gateway stands, in words: for /readyz, `isthmus status` and the log.
#include <chrono>
#include <string>
#include <vector>

#include "app/metrics.hpp"

namespace isthmus::app {

/// "irc.libera.chat: 3 of 5 sessions are up": each foreign service that some user wants and does not have.
std::vector<std::string> degraded(const GatewayState& state);

/// Lines for an operator: version and running time, each component with its messages, its foreign services and queues.
std::string status_text(const GatewayState& state, const Traffic& traffic, std::chrono::seconds running);

}  // namespace isthmus::app
