#include "app/daemon.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <sstream>
#include <utility>

#include "app/status.hpp"
#include "gateway/store/storage.hpp"
#include "gateway/version.hpp"

namespace isthmus::app {
namespace {

using namespace std::chrono_literals;

constexpr auto shutdown_limit = 9s;

/// Throws StorageFailed.
std::unique_ptr<Store> open_store(const Storage& storage, const asio::any_io_executor& loop, const Log& log,
                                  Counters& counters) {
  auto store = open_storage(storage, loop, [&counters, log](const std::string& text) {
    counters.add("storage_failures", "write");
    log.error("storage: {}", text);
  });
  if (store.has_error()) throw StorageFailed{store.error()};
  return std::move(*store);
}

}  // namespace

Daemon::Daemon(Reading reading, std::function<Reading()> again)
    : plan_{std::move(reading.plan)},
      values_{std::move(reading.values)},
      again_{std::move(again)},
      random_{std::random_device{}()},
      turn_{io_.get_executor(), [this] { router_.settle(); }},
      alarms_{io_.get_executor()},
      resolver_{make_resolver(io_.get_executor(), plan_.dns)},
      sink_{make_stdout_sink(plan_.log)},
      log_{sink_},
      store_{open_store(plan_.storage, io_.get_executor(), log_, counters_)},
      archive_{*store_, router_, turn_, alarms_, counters_, plan_.retention},
      ids_{(std::uint64_t{random_()} << 32) ^ random_()},
      stop_{io_.get_executor(), SteadyTime::max()},
      runtime_{io_.get_executor(),
               turn_,
               alarms_,
               *resolver_,
               router_,
               names_,
               ids_,
               counters_,
               log_,
               read_buffer_,
               [this] { return std::uniform_real_distribution<>{0.0, 1.0}(random_); },
               plan_.limits,
               routes_,
               *store_,
               archive_,
               {},
               &links_},
      traffic_{alarms_, log_},
      users_{runtime_, router_.reserve(), plan_.server, Access{plan_.users, plan_.rates, plan_.admins}},
      links_{runtime_},
      self_test_{runtime_, links_},
      service_manager_{read_environment(), alarms_},
      commands_{{"status", [this](std::string_view) { return status(); }},
                {"reload", [this](std::string_view) { return reload(); }},
                {"selftest", [this](std::string_view place) { return start_self_test(place); }},
                {"selftest-result", [this](std::string_view) { return self_test_.result() + "\n"; }},
                {"run", [this](std::string_view request) { return run_command(request); }}} {
  router_.set_watch(traffic_);
  const AdapterId home{0};
  router_.set(home, users_);
  router_.set_home(home);
  router_.set_witness(archive_);
  for (auto& component : plan_.components) {
    const auto id = router_.reserve();
    adapters_.push_back(component.make(runtime_, id));
    router_.set(id, *adapters_.back());
    users_.add(component.settings, id, *adapters_.back());
    traffic_.add(id, component.settings.domain);
    links_.know(id);
  }
  users_.offer_to_administrators(reload_command());
  users_.offer_to_administrators(self_test_.command());
  links_.set_id(router_.reserve());
  links_.add(plan_.links);
}

int Daemon::run() {
  asio::co_spawn(io_, serve(), [this](const std::exception_ptr& failed) {
    if (failed) std::rethrow_exception(failed);
    io_.stop();
  });
  io_.run();
  return exit_code_;
}

asio::awaitable<void> Daemon::serve() {
  runtime_.log.info("isthmus {} starts", version);
  TaskGroup watchers{io_.get_executor()};
  watchers.spawn("signals", watch_signals());
  TaskGroup users{io_.get_executor(),
                  [this](std::string_view, const std::exception_ptr& failed) { on_users_failed(failed); }};
  users.spawn("xmpp", users_.run());
  co_await with_tasks([this](TaskGroup& tasks) -> asio::awaitable<void> {
    for (const auto& adapter : adapters_) tasks.spawn("adapter", adapter->run());
    tasks.spawn("links", links_.run());
    if (!plan_.http.address.empty()) tasks.spawn("http", serve_pages());
    if (!plan_.control_socket.empty())
      tasks.spawn("control", serve_control(plan_.control_socket, commands_, runtime_.log));
    service_manager_.ready();
    boost::system::error_code stopped;
    co_await stop_.async_wait(asio::redirect_error(asio::use_awaitable, stopped));
  });
  // The foreign sides have said goodbye; what they confirmed last is on its way to the users.
  router_.settle();
  users.cancel();
  co_await users.join();
  watchers.cancel();
  co_await watchers.join();
  runtime_.log.info("isthmus ends");
}

asio::awaitable<void> Daemon::watch_signals() {
  asio::signal_set signals{io_, SIGTERM, SIGINT, SIGHUP};
  signals.add(SIGUSR1);
  for (;;) {
    const int signal = co_await signals.async_wait(asio::use_awaitable);
    if (signal == SIGHUP) {
      reload();
    } else if (signal == SIGUSR1) {
      log_lines(status());
    } else {
      runtime_.log.info("asked to end");
      stop();
    }
  }
}

asio::awaitable<void> Daemon::serve_pages() {
  const auto metrics = [this] {
    return HttpAnswer{.content_type = "text/plain; version=0.0.4", .body = metrics_page(counters_, traffic_, state())};
  };
  routes_["/healthz"] = HttpRoute{[] { return HttpAnswer{.body = "ok\n"}; }};
  routes_["/readyz"] = HttpRoute{[this] { return readiness(); }};
  routes_["/metrics"] = HttpRoute{metrics};
  try {
    co_await serve_http(plan_.http, routes_, runtime_.log);
  } catch (const boost::system::system_error& error) {
    if (error.code() == asio::error::operation_aborted) throw;
    runtime_.log.error("http.listen = \"{}\": {}", plan_.http.address, error.code().message());
    exit_code_ = bad_configuration;
    stop();
  }
}

GatewayState Daemon::state() const {
  GatewayState state{
      .components = {}, .waiting_for_users = router_.waiting(AdapterId{0}), .waiting_for_links = links_.waiting()};
  const auto streams = users_.links();
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const AdapterId id{static_cast<std::uint8_t>(i + 1)};
    state.components.push_back(
        {.stream = streams[i], .foreign = adapters_[i]->links(), .waiting = router_.waiting(id)});
  }
  return state;
}

std::string Daemon::status() const {
  const auto running = std::chrono::duration_cast<std::chrono::seconds>(alarms_.now() - started_);
  return status_text(state(), traffic_, running);
}

std::string Daemon::run_command(std::string_view request) {
  std::vector<Command> offered;
  for (const auto& adapter : adapters_) {
    for (auto& command : adapter->admin_commands()) offered.push_back(std::move(command));
  }
  const CommandCall call{names_.intern("the command line"), {}};
  auto answer = run_admin_command(offered, call, request);
  router_.settle();
  return answer;
}

std::string Daemon::start_self_test(std::string_view place) {
  const auto why = self_test_.start(place);
  router_.settle();
  return why ? std::string{command_refused} + why->text + "\n" : self_test_.result() + "\n";
}

std::string Daemon::reload() {
  auto reading = again_();
  if (!reading.problems.empty()) {
    std::string text = std::string{reload_refused} + ", the configuration has mistakes:\n";
    for (const auto& problem : reading.problems) text += to_text(problem) + "\n";
    log_lines(text);
    return text;
  }
  const auto changes = changes_between(values_, reading.values);
  for (const auto& key : changes.live) {
    values_.erase(key);
    if (const auto set = reading.values.find(key); set != reading.values.end()) values_.insert(*set);
  }
  if (!changes.live.empty()) {
    sink_->set(reading.plan.log);
    router_.set_policy(reading.plan.degrade);
    runtime_.limits = reading.plan.limits;
    users_.set_access(Access{reading.plan.users, reading.plan.rates, reading.plan.admins});
  }
  const std::string text = "changed: " + listed(changes.live) + "\nneeds a restart: " + listed(changes.restart) + "\n";
  log_lines("the configuration was read again\n" + text);
  return text;
}

Command Daemon::reload_command() {
  return {.name = "reload",
          .label = "Read the configuration again (administrators)",
          .run = [this](const CommandCall& call, const Form&) -> CommandOutcome {
            runtime_.log.info("{} asks for the configuration to be read again", call.owner.view());
            auto text = reload();
            text.pop_back();  // the end of the last line
            if (text.starts_with(reload_refused))
              return Refusal{Condition::not_acceptable, Remedy::modify, std::move(text), {}};
            return CommandDone{std::move(text)};
          }};
}

void Daemon::log_lines(const std::string& text) const {
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) runtime_.log.info("{}", line);
}

HttpAnswer Daemon::readiness() const {
  if (users_.is_ready()) {
    HttpAnswer answer{.body = "ready\n"};
    for (const auto& link : degraded(state())) answer.body += "degraded: " + link + "\n";
    return answer;
  }
  HttpAnswer answer{.status = 503, .body = "not ready\n"};
  for (const auto& domain : users_.down()) answer.body += "component stream down: " + domain + "\n";
  return answer;
}

void Daemon::on_users_failed(const std::exception_ptr& failed) {
  try {
    std::rethrow_exception(failed);
  } catch (const xmpp::HandshakeRefused& error) {
    runtime_.log.error("{}; compare xmpp.secret with the server's component_secret", error.what());
    exit_code_ = not_authorized;
  } catch (const std::exception& error) {
    runtime_.log.error("the users' side ended: {}", error.what());
    exit_code_ = 1;
  }
  stop();
}

void Daemon::stop() {
  if (std::exchange(is_stopping_, true)) return;
  service_manager_.stopping();
  stop_.expires_at(SteadyTime::min());  // ends the wait, also one that has not begun
  // Whatever still hangs then: the process ends within the time that it promised.
  last_resort_ = std::make_unique<Alarm>(alarms_, [this] { io_.stop(); });
  last_resort_->set(alarms_.now() + shutdown_limit);
}

}  // namespace isthmus::app
