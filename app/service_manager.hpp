#pragma once
// What systemd wants to hear of a service (sd_notify(3)), spoken directly: a datagram with lines.
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/runtime/alarms.hpp"

namespace isthmus::app {

class ServiceManager {
 public:
  /// From NOTIFY_SOCKET and WATCHDOG_USEC of `environment`; without them it says nothing. `alarms` outlives it.
  ServiceManager(const std::map<std::string, std::string>& environment, Alarms& alarms);
  ~ServiceManager();

  /// The loop runs: from now on it is told so, at half of the time after which systemd would end a silent service.
  void ready();
  void stopping();

 private:
  void notify(std::string_view text) const;
  void ring();

  std::string socket_;
  std::optional<std::chrono::microseconds> watchdog_;
  Alarms& alarms_;
  Alarm alarm_;
};

}  // namespace isthmus::app
