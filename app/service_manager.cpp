#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace isthmus::app {
namespace {

std::string value_of(const std::map<std::string, std::string>& environment, const std::string& name) {
  const auto found = environment.find(name);
  return found == environment.end() ? "" : found->second;
}

}  // namespace

ServiceManager::ServiceManager(const std::map<std::string, std::string>& environment, Alarms& alarms)
    : socket_{value_of(environment, "NOTIFY_SOCKET")}, alarms_{alarms}, alarm_{alarms, [this] { ring(); }} {
  const auto text = value_of(environment, "WATCHDOG_USEC");
  std::int64_t microseconds = 0;
  std::from_chars(text.data(), text.data() + text.size(), microseconds);
  const auto process = value_of(environment, "WATCHDOG_PID");
  if (microseconds > 0 && (process.empty() || process == std::to_string(::getpid())))
    watchdog_ = std::chrono::microseconds{microseconds};
}

ServiceManager::~ServiceManager() = default;

void ServiceManager::ready() {
  notify("READY=1");
  if (watchdog_) ring();
}

void ServiceManager::stopping() { notify("STOPPING=1"); }

void ServiceManager::ring() {
  notify("WATCHDOG=1");
  alarm_.set(alarms_.now() + *watchdog_ / 2);
}

void ServiceManager::notify(std::string_view text) const {
  sockaddr_un address{};
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0) return;
  address.sun_family = AF_UNIX;
  std::ranges::copy(socket_, std::begin(address.sun_path));
  if (socket_.front() == '@') address.sun_path[0] = '\0';  // a name of the abstract namespace
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Nobody is to hear that the manager is away: the watchdog is what notices.
  static_cast<void>(
      ::sendto(socket, text.data(), text.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), length));
  ::close(socket);
}

}  // namespace isthmus::app
