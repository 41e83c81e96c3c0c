#include "app/status.hpp"

#include <fmt/format.h>

#include <iterator>

#include "gateway/runtime/log.hpp"
#include "gateway/version.hpp"

namespace isthmus::app {
namespace {

std::string duration_text(std::chrono::seconds running) {
  const auto seconds = running.count();
  return fmt::format("{} d {:02}:{:02}:{:02}", seconds / 86'400, seconds / 3'600 % 24, seconds / 60 % 60, seconds % 60);
}

}  // namespace

std::vector<std::string> degraded(const GatewayState& state) {
  std::vector<std::string> lines;
  for (const auto& component : state.components) {
    for (const auto& link : component.foreign) {
      if (link.up < link.sessions)
        lines.push_back(fmt::format("{}: {} of {} sessions are up", visible(link.name), link.up, link.sessions));
    }
  }
  return lines;
}

std::string status_text(const GatewayState& state, const Traffic& traffic, std::chrono::seconds running) {
  std::string text = fmt::format("isthmus {}, running for {}\n", version, duration_text(running));
  const auto out = std::back_inserter(text);
  for (std::size_t i = 0; i < state.components.size(); ++i) {
    const auto& component = state.components[i];
    fmt::format_to(out, "component {}: {}, {} events and {} bytes wait\n", component.stream.name,
                   component.stream.up > 0 ? "up" : "down", component.waiting, component.stream.queued);
    if (i < traffic.links().size()) {
      fmt::format_to(out, "  messages: {} from its networks, {} to them\n", traffic.links()[i].messages_in,
                     traffic.links()[i].messages_out);
    }
    for (const auto& link : component.foreign) {
      fmt::format_to(out, "  {}: {} of {} sessions are up, {} bytes wait\n", visible(link.name), link.up, link.sessions,
                     link.queued);
    }
  }
  fmt::format_to(out, "events that wait for users: {}\n", state.waiting_for_users);
  fmt::format_to(out, "messages of links that wait: {}\n", state.waiting_for_links);
  return text;
}

}  // namespace isthmus::app
