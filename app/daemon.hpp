#pragma once
// What runs, from the first connection to the last goodbye: puts the two sides together.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "app/changes.hpp"
#include "app/command_line.hpp"
#include "app/control_socket.hpp"
#include "app/metrics.hpp"
#include "app/plan.hpp"
#include "app/self_test.hpp"
#include "app/service_manager.hpp"
#include "app/traffic.hpp"
#include "gateway/archive.hpp"
#include "gateway/links/links.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"
#include "xmpp/adapter.hpp"

namespace isthmus::app {

enum ExitCode : int { clean = 0, bad_configuration = 2, bad_storage = 3, not_authorized = 4 };

/// How the answer to a reload begins that changed nothing for the configuration's mistakes.
constexpr std::string_view reload_refused = "nothing was changed";

/// The store cannot be opened: exit code 3.
class StorageFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Daemon {
 public:
  /// `again` reads the configuration anew, for a reload. Throws StorageFailed.
  Daemon(Reading reading, std::function<Reading()> again);
  /// Runs until a signal ends it; the exit code.
  int run();

 private:
  asio::awaitable<void> serve();
  asio::awaitable<void> watch_signals();
  asio::awaitable<void> serve_pages();
  HttpAnswer readiness() const;
  GatewayState state() const;
  std::string status() const;
  /// Runs an administrators' command: a JSON object of its name and values. What came of it, in lines.
  std::string run_command(std::string_view request);
  /// Begins one; that it runs, or why it does not.
  std::string start_self_test(std::string_view place);
  /// All or nothing; what came of it, in lines.
  std::string reload();
  /// The same for administrators, from their client.
  Command reload_command();
  void log_lines(const std::string& text) const;
  void on_users_failed(const std::exception_ptr& failed);
  void stop();

  static constexpr std::size_t read_buffer_size = std::size_t{128} * 1024;

  const SteadyTime started_ = std::chrono::steady_clock::now();
  Plan plan_;
  Values values_;  // what runs: keys that want a restart keep their old value
  std::function<Reading()> again_;
  std::mt19937 random_;
  Counters counters_;
  NameTable names_;  // outlives what waits for the loop, which may name places
  asio::io_context io_{1};
  Router router_{counters_, plan_.degrade};
  Turn turn_;
  Alarms alarms_;
  std::unique_ptr<Resolver> resolver_;
  std::shared_ptr<LogSink> sink_;
  Log log_;
  std::unique_ptr<Store> store_;
  Archive archive_;
  EventIds ids_;
  asio::steady_timer stop_;  // cancelled: end
  HttpRoutes routes_;
  std::vector<char> read_buffer_ = std::vector<char>(read_buffer_size);
  Runtime runtime_;
  Traffic traffic_;
  xmpp::Adapter users_;
  Links links_;
  SelfTest self_test_;
  std::vector<std::unique_ptr<Adapter>> adapters_;
  std::unique_ptr<Alarm> last_resort_;
  ServiceManager service_manager_;
  ControlCommands commands_;
  bool is_stopping_ = false;
  int exit_code_ = clean;
};

}  // namespace isthmus::app
