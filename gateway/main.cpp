// The daemon: reads the configuration, puts the two sides together, runs the loop. The only file that sees both sides.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/config.hpp"
#include "gateway/runtime/http.hpp"
#include "gateway/runtime/runtime.hpp"
#include "gateway/runtime/task_group.hpp"
#include "gateway/store/sqlite_store.hpp"
#include "gateway/version.hpp"
#include "xmpp/adapter.hpp"
#include "xmpp/jid.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace isthmus {

struct AdapterRow {
  std::string_view name;
  AdapterMaker (*factory)(const config::Section& own, const config::Section& component);
};

}  // namespace isthmus

using isthmus::AdapterRow;
#include "adapter_table.inc"  // generated: one row for each folder below adapters/

namespace isthmus {
namespace {

using namespace std::chrono_literals;

enum ExitCode : int { clean = 0, bad_configuration = 2, bad_storage = 3, not_authorized = 4 };

constexpr std::string_view default_config = "/etc/isthmus/isthmus.toml";
constexpr std::string_view default_database = "/var/lib/isthmus/isthmus.db";
constexpr std::string_view in_memory = ":memory:";
constexpr std::size_t read_buffer_size = std::size_t{256} * 1024;
constexpr auto shutdown_limit = 9s;

struct Storage {
  std::string path;
  std::string key_file;
};

/// The store cannot be opened: exit code 3.
class StorageFailed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Component {
  xmpp::ComponentSettings settings;
  AdapterMaker make;
};

/// Everything that the configuration says.
struct Plan {
  xmpp::ServerSettings server;
  std::vector<Component> components;
  Storage storage;
  std::vector<std::string> users;
  UserLimits limits;
  AccessRates rates;
  DegradePolicy degrade;
  LogLevel log_level = LogLevel::info;
  LogFormat log_format = LogFormat::text;
  HttpOptions http;
  ResolverOptions dns;
};

/// The domain that `domain` is a subdomain of.
std::string parent_domain(const std::string& domain) {
  const auto dot = domain.find('.');
  return dot == std::string::npos ? domain : domain.substr(dot + 1);
}

LogLevel parse_level(const std::string& name) {
  static const std::map<std::string, LogLevel> levels{{"trace", LogLevel::trace},
                                                      {"debug", LogLevel::debug},
                                                      {"info", LogLevel::info},
                                                      {"warn", LogLevel::warn},
                                                      {"error", LogLevel::error}};
  return levels.at(name);
}

void read_component(Plan& plan, const config::Section& root, const config::Section& section) {
  std::vector<std::string_view> names;
  for (const auto& row : adapter_table) names.push_back(row.name);
  auto settings = xmpp::read_component_settings(section, plan.server);
  for (const auto& other : plan.components) {
    if (other.settings.domain == settings.domain)
      section.problem("domain", "another component has this domain already");
  }
  const auto adapter = section.one_of("adapter", names.front(), names);
  for (const auto& row : adapter_table) {
    if (row.name != adapter) continue;
    plan.components.push_back({std::move(settings), row.factory(root.table(row.name), section)});
    break;
  }
}

/// Domains, bare JIDs and "*", prepared as the addresses of stanzas are.
std::vector<std::string> read_users(const config::Section& access) {
  std::vector<std::string> users;
  for (const auto& user : access.texts("users")) {
    const auto jid = xmpp::parse_jid(user);
    if (user != "*" && (!jid || jid->is_full())) {
      access.problem("users", "\"" + user + "\" is no domain and no bare JID");
      continue;
    }
    users.push_back(user == "*" ? user : jid->str());
  }
  return users;
}

void read_limits(Plan& plan, const config::Section& access) {
  constexpr std::int64_t most = 10'000;
  constexpr double most_a_second = 1e6;
  const auto count = [&](std::string_view key, std::size_t otherwise) {
    return static_cast<std::size_t>(access.integer(key, static_cast<std::int64_t>(otherwise), 0, most));
  };
  const auto burst = [&](std::string_view key, unsigned otherwise) {
    return static_cast<unsigned>(access.integer(key, otherwise, 1, 1'000'000));
  };
  plan.limits.sessions = count("max_sessions", plan.limits.sessions);
  plan.limits.rooms = count("max_rooms", plan.limits.rooms);
  plan.rates.user_burst = burst("burst", plan.rates.user_burst);
  plan.rates.user_rate = access.number("rate", plan.rates.user_rate, 0, most_a_second);
  plan.rates.total_burst = burst("total_burst", plan.rates.total_burst);
  plan.rates.total_rate = access.number("total_rate", plan.rates.total_rate, 0, most_a_second);
}

DegradePolicy read_degrade(const config::Section& section) {
  const auto fallback = [&](std::string_view key, Fallback otherwise) {
    static constexpr std::array<std::string_view, 3> names{"text", "error", "drop"};  // in the order of Fallback
    const auto name = section.one_of(key, names[static_cast<std::size_t>(otherwise)], {names.begin(), names.end()});
    return static_cast<Fallback>(std::ranges::find(names, name) - names.begin());
  };
  const DegradePolicy standard;
  return {.edit = fallback("edit", standard.edit),
          .reply = fallback("reply", standard.reply),
          .reaction = fallback("reaction", standard.reaction),
          .retraction = fallback("retraction", standard.retraction)};
}

std::vector<std::string> read_proxies(const config::Section& http) {
  std::vector<std::string> proxies;
  for (const auto& text : http.texts("trusted_proxies")) {
    const auto address = parse_ip_address(text);
    if (!address) http.problem("trusted_proxies", "\"" + text + "\" is no IP address");
    if (address) proxies.push_back(to_text(*address));
  }
  return proxies;
}

Storage read_storage(const config::Section& section) {
  // The key lies beside the configuration, not beside what it protects: a copy of the one is no copy of both.
  Storage storage{section.path("path", default_database), section.path("key_file", "key")};
  if (section.text("path", "") == in_memory) storage.path = in_memory;
  return storage;
}

/// The plan; mistakes are noted in the document.
Plan read_plan(const config::Section& root) {
  Plan plan;
  plan.server = xmpp::read_server_settings(root.table("xmpp"));
  for (const auto& section : root.array("component")) read_component(plan, root, section);
  if (plan.components.empty())
    root.problem("component", "no [[component]]: the gateway needs at least one, with domain and adapter");
  plan.storage = read_storage(root.table("storage"));
  plan.users = read_users(root.table("access"));
  read_limits(plan, root.table("access"));
  plan.degrade = read_degrade(root.table("degrade"));
  if (plan.users.empty()) {
    for (const auto& component : plan.components) plan.users.push_back(parent_domain(component.settings.domain));
  }
  const auto log = root.table("log");
  plan.log_level = parse_level(log.one_of("level", "info", {"trace", "debug", "info", "warn", "error"}));
  plan.log_format = log.one_of("format", "text", {"text", "json"}) == "json" ? LogFormat::json : LogFormat::text;
  plan.http.address = root.table("http").text("listen", "127.0.0.1:8480");
  plan.http.trusted_proxies = read_proxies(root.table("http"));
  plan.dns.servers = root.table("dns").texts("servers");
  return plan;
}

/// Throws StorageFailed.
std::unique_ptr<Store> open_store(const Storage& storage, const asio::any_io_executor& loop, const Log& log,
                                  Counters& counters) {
  StoreOptions options{.path = storage.path};
  options.troubled = [&counters, log](const std::string& text) {
    counters.add("storage_failures", "write");
    log.error("storage: {}", text);
  };
  if (storage.path != in_memory) {  // what is kept nowhere needs no key
    const auto key = load_or_make_key(storage.key_file);
    if (!key) throw StorageFailed{"storage.key_file " + storage.key_file + ": " + key.error().message()};
    options.key = *key;
    std::error_code failed;  // opening says so too
    std::filesystem::create_directories(std::filesystem::path{storage.path}.parent_path(), failed);
  }
  auto store = open_sqlite_store(std::move(options), loop);
  if (store.has_error()) throw StorageFailed{"storage.path: " + store.error()};
  return std::move(*store);
}

/// What runs, from the first connection to the last goodbye.
class Daemon {
 public:
  explicit Daemon(Plan plan)
      : plan_{std::move(plan)},
        random_{std::random_device{}()},
        turn_{io_.get_executor(), [this] { router_.settle(); }},
        alarms_{io_.get_executor()},
        resolver_{make_resolver(io_.get_executor(), plan_.dns)},
        log_{make_stdout_sink(plan_.log_format), plan_.log_level},
        store_{open_store(plan_.storage, io_.get_executor(), log_, counters_)},
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
                 *store_},
        users_{runtime_, router_.reserve(), plan_.server, Access{plan_.users, plan_.rates}} {
    const AdapterId home{0};
    router_.set(home, users_);
    router_.set_home(home);
    for (auto& component : plan_.components) {
      const auto id = router_.reserve();
      adapters_.push_back(component.make(runtime_, id));
      router_.set(id, *adapters_.back());
      users_.add(component.settings, id, *adapters_.back());
    }
  }

  /// Runs until a signal ends it; the exit code.
  int run() {
    asio::co_spawn(io_, serve(), [this](const std::exception_ptr& failed) {
      if (failed) std::rethrow_exception(failed);
      io_.stop();
    });
    io_.run();
    return exit_code_;
  }

 private:
  asio::awaitable<void> serve() {
    runtime_.log.info("isthmus {} starts", version);
    TaskGroup watchers{io_.get_executor()};
    watchers.spawn("signals", watch_signals());
    TaskGroup users{io_.get_executor(),
                    [this](std::string_view, const std::exception_ptr& failed) { on_users_failed(failed); }};
    users.spawn("xmpp", users_.run());
    co_await with_tasks([this](TaskGroup& tasks) -> asio::awaitable<void> {
      for (const auto& adapter : adapters_) tasks.spawn("adapter", adapter->run());
      if (!plan_.http.address.empty()) tasks.spawn("http", serve_pages());
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

  asio::awaitable<void> watch_signals() {
    asio::signal_set signals{io_, SIGTERM, SIGINT, SIGHUP};
    for (;;) {
      const int signal = co_await signals.async_wait(asio::use_awaitable);
      if (signal == SIGHUP) {
        runtime_.log.warn("the configuration is read at the start only: restart to apply changes");
        continue;
      }
      runtime_.log.info("asked to end");
      stop();
    }
  }

  asio::awaitable<void> serve_pages() {
    const auto metrics = [this] {
      return HttpAnswer{.content_type = "text/plain; version=0.0.4", .body = counters_.to_text()};
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

  HttpAnswer readiness() const {
    if (users_.is_ready()) return {.body = "ready\n"};
    HttpAnswer answer{.status = 503, .body = "not ready\n"};
    for (const auto& domain : users_.down()) answer.body += "component stream down: " + domain + "\n";
    return answer;
  }

  void on_users_failed(const std::exception_ptr& failed) {
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

  void stop() {
    if (std::exchange(is_stopping_, true)) return;
    stop_.expires_at(SteadyTime::min());  // ends the wait, also one that has not begun
    // Whatever still hangs then: the process ends within the time that it promised.
    last_resort_ = std::make_unique<Alarm>(alarms_, [this] { io_.stop(); });
    last_resort_->set(alarms_.now() + shutdown_limit);
  }

  Plan plan_;
  std::mt19937 random_;
  asio::io_context io_{1};
  Counters counters_;
  NameTable names_;
  Router router_{counters_, plan_.degrade};
  Turn turn_;
  Alarms alarms_;
  std::unique_ptr<Resolver> resolver_;
  Log log_;
  std::unique_ptr<Store> store_;
  EventIds ids_;
  asio::steady_timer stop_;  // cancelled: end
  HttpRoutes routes_;
  std::vector<char> read_buffer_ = std::vector<char>(read_buffer_size);
  Runtime runtime_;
  xmpp::Adapter users_;
  std::vector<std::unique_ptr<Adapter>> adapters_;
  std::unique_ptr<Alarm> last_resort_;
  bool is_stopping_ = false;
  int exit_code_ = clean;
};

std::map<std::string, std::string> read_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

int check_health(const Plan& plan) {
  if (plan.http.address.empty()) {
    std::cerr << "http.listen is empty: there is nothing to ask\n";
    return 1;
  }
  const auto status = http_status(plan.http.address, "/healthz");
  if (status == 200) return clean;
  std::cerr << plan.http.address << " does not answer well (" << status << ")\n";
  return 1;
}

int main_with(int argc, char** argv) {
  CLI::App app{"isthmus: a gateway between XMPP and other networks", "isthmus"};
  std::string path{default_config};
  app.add_option("--config", path, "the configuration file")->capture_default_str();
  app.require_subcommand(0, 1);
  auto* check = app.add_subcommand("check", "read the configuration and say what is wrong with it")->fallthrough();
  auto* say_version = app.add_subcommand("version", "say which version this is")->fallthrough();
  auto* healthcheck = app.add_subcommand("healthcheck", "ask the running gateway whether it is alive")->fallthrough();
  CLI11_PARSE(app, argc, argv);
  if (*say_version) {
    std::cout << "isthmus " << version << "\n";
    return clean;
  }
  auto document = config::Document::load(path, read_environment());
  auto plan = read_plan(document.root());
  const auto problems = document.finish();
  for (const auto& problem : problems) std::cerr << to_text(problem) << "\n";
  if (!problems.empty()) return bad_configuration;
  if (*check) {
    std::cout << path << ": good\n";
    return clean;
  }
  if (*healthcheck) return check_health(plan);
  // A peer that has gone makes a write fail; that is an answer, not a reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return Daemon{std::move(plan)}.run();
  } catch (const StorageFailed& failure) {
    std::cerr << failure.what() << "\n";
    return bad_storage;
  }
}

}  // namespace
}  // namespace isthmus

int main(int argc, char** argv) {
  try {
    return isthmus::main_with(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "isthmus: %s\n", error.what());
    return 1;
  }
}
