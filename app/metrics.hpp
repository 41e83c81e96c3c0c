#pragma once
// The page /metrics: Prometheus' text format, version 0.0.4 (docs/decisions/metrics.md).
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/traffic.hpp"
#include "gateway/adapter.hpp"
#include "gateway/runtime/counters.hpp"

namespace isthmus::app {

/// One component as it is now: its stream, and the foreign services behind it.
struct ComponentState {
  LinkReport stream;  // named by the domain
  std::vector<LinkReport> foreign;
  std::size_t waiting = 0;  // events that the foreign side cannot take yet
};

/// How everything stands, for the metrics, the readiness page and `isthmus status`.
struct GatewayState {
  std::vector<ComponentState> components;  // in the order of the adapters' ids
  std::size_t waiting_for_users = 0;       // events that the users' side cannot take yet
  std::size_t waiting_for_links = 0;       // messages that links have to say and that have not arrived
};

std::string metrics_page(const Counters& counters, const Traffic& traffic, const GatewayState& state);

/// `value` as it may stand between the quotes of a label.
std::string label_value(std::string_view value);

}  // namespace isthmus::app
