#pragma once
// What `isthmus check --connect` tries of WebSockets.
#include <vector>

#include "config/config.hpp"
#include "gateway/runtime/probe.hpp"

namespace isthmus::websocket {

/// One for each endpoint: connects as the gateway does, shakes hands, and leaves without a frame. Mistakes go to the
/// sections' document.
std::vector<Probe> probes(const config::Section& own, const config::Section& component);

}  // namespace isthmus::websocket
