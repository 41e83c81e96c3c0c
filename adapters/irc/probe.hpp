#pragma once
// What `isthmus check --connect` tries of IRC.
#include <vector>

#include "config/config.hpp"
#include "gateway/runtime/probe.hpp"

namespace isthmus::irc {

/// One for each listed network: resolves, connects, verifies the certificate and waits for the first line. It registers
/// no nick. Mistakes go to the sections' document.
std::vector<Probe> probes(const config::Section& own, const config::Section& component);

}  // namespace isthmus::irc
