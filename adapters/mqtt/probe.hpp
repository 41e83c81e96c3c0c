#pragma once
// What `isthmus check --connect` tries of MQTT.
#include <vector>

#include "config/config.hpp"
#include "gateway/runtime/probe.hpp"

namespace isthmus::mqtt {

/// One for each broker: resolves, connects with the gateway's own login, under another client id so that a gateway that
/// runs keeps its session, and leaves. Mistakes go to the sections' document.
std::vector<Probe> probes(const config::Section& own, const config::Section& component);

}  // namespace isthmus::mqtt
