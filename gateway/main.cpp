// The command line: reads the configuration, and does what it was asked to with it.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "app/command_line.hpp"
#include "app/connect_check.hpp"
#include "app/control_socket.hpp"
#include "app/daemon.hpp"
#include "app/import_biboumi.hpp"
#include "app/plan.hpp"
#include "app/self_test.hpp"
#include "gateway/version.hpp"

namespace isthmus::app {
namespace {

constexpr std::string_view default_config = "/etc/isthmus/isthmus.toml";

int check_health(const Plan& plan) {
  if (plan.http.address.empty()) {
    std::cerr << "http.listen is empty: there is nothing to ask\n";
    return 1;
  }
  const auto status = http_status(plan.http, "/healthz");
  if (status == 200) return clean;
  std::cerr << plan.http.address << " does not answer well (" << status << ")\n";
  return 1;
}

int check_all(const std::string& path, const Plan& plan, bool connect) {
  const auto report = check_storage(plan.storage);
  for (const auto& warning : report.warnings) std::cout << "warning: " << warning << "\n";
  if (!report.problem.empty()) {
    std::cerr << report.problem << "\n";
    return bad_storage;
  }
  std::cout << path << ": good\n";
  return connect ? check_connections(plan, std::cout) : clean;
}

int rekey(const Plan& plan) {
  if (!plan.http.address.empty() && http_status(plan.http, "/healthz") == 200) {
    std::cerr << "the gateway runs: stop it first\n";
    return 1;
  }
  const auto count = rekey_storage(plan.storage);
  if (count.has_error()) {
    std::cerr << count.error() << "\n";
    return bad_storage;
  }
  std::cout << *count << " secrets are sealed with the new key in " << plan.storage.key_file << "\n";
  return clean;
}

int ask(const Plan& plan, const std::string& command) {
  const auto answer = ask_gateway(plan.control_socket, command);
  if (!answer) {
    std::cerr << "no gateway answers at control.socket \"" << plan.control_socket << "\"\n";
    return 1;
  }
  std::cout << *answer;
  if (answer->starts_with(command_refused)) return 1;
  return answer->starts_with(reload_refused) ? bad_configuration : clean;
}

/// Waits for what comes of it: a minute at most.
int self_test(const Plan& plan, const std::string& place) {
  if (const int refused = ask(plan, "selftest " + place); refused != clean) return refused;
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    const auto result = ask_gateway(plan.control_socket, "selftest-result");
    if (!result) std::cerr << "the gateway has ended\n";
    if (result && result->starts_with(self_test_runs)) continue;
    if (result) std::cout << *result;
    return result && !result->starts_with(self_test_failed) ? clean : 1;
  }
}

/// Each client is a file. Who starts us may give few at first, and allow more.
void raise_file_limit() {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  static_cast<void>(setrlimit(RLIMIT_NOFILE, &files));  // what it refuses stays as it was
}

int run_daemon(Reading reading, const std::function<Reading()>& read) {
  // A peer that has gone makes a write fail; that is an answer, not a reason to end.
  std::signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  try {
    return Daemon{std::move(reading), read}.run();
  } catch (const StorageFailed& failure) {
    std::cerr << failure.what() << "\n";
    return bad_storage;
  }
}

/// `isthmus token …`: what it asks the running gateway for.
struct TokenCommand {
  explicit TokenCommand(CLI::App& app)
      : whole{app.add_subcommand("token", "make, list and revoke the tokens of programs")->fallthrough()},
        add{whole->add_subcommand("add", "make a token, and show it this once")->fallthrough()},
        list{whole->add_subcommand("list", "say which tokens there are")->fallthrough()},
        revoke{whole->add_subcommand("revoke", "end a token and its connections")->fallthrough()} {
    whole->require_subcommand(1);
    add->add_option("NAME", name, "what it is called")->required();
    add->add_option("--scope", scopes, "read:PATTERN, send:PATTERN or state; may be given several times")->required();
    add->add_option("--expires", expires, "a day or a time, such as 2027-01-31");
    revoke->add_option("NAME", name, "which one")->required();
  }
  std::string request() const {
    if (*list) return to_request("tokens", {});
    if (*revoke) return to_request("token-revoke", {{"name", name}});
    std::string lines;
    for (const auto& scope : scopes) lines += (lines.empty() ? "" : "\n") + scope;
    return to_request("token-add", {{"name", name}, {"scopes", lines}, {"expires", expires}});
  }

  CLI::App* whole;
  CLI::App* add;
  CLI::App* list;
  CLI::App* revoke;
  std::string name;
  std::vector<std::string> scopes;
  std::string expires;
};

int main_with(int argc, char** argv) {
  CLI::App app{"isthmus: a gateway between XMPP and other networks", "isthmus"};
  std::string path{default_config};
  app.add_option("--config", path, "the configuration file")->capture_default_str();
  app.require_subcommand(0, 1);
  auto* check = app.add_subcommand("check", "read the configuration and say what is wrong with it")->fallthrough();
  bool connect = false;
  check->add_flag("--connect", connect, "also connect to the XMPP server and the listed networks");
  auto* say_version = app.add_subcommand("version", "say which version this is")->fallthrough();
  auto* healthcheck = app.add_subcommand("healthcheck", "ask the running gateway whether it is alive")->fallthrough();
  auto* renew = app.add_subcommand("rekey", "seal all stored secrets with a new key")->fallthrough();
  auto* status = app.add_subcommand("status", "say how the running gateway stands")->fallthrough();
  auto* reload = app.add_subcommand("reload", "have the running gateway read its configuration again")->fallthrough();
  auto* test = app.add_subcommand("selftest", "have the running gateway say something in a place")->fallthrough();
  std::string place;
  test->add_option("PLACE", place, "irc:NETWORK/#CHANNEL, mqtt:BROKER/TOPIC or ws:NAME")->required();
  auto* import = app.add_subcommand("import-biboumi", "take over the users' data of a biboumi")->fallthrough();
  std::string biboumi_file;
  import->add_option("FILE", biboumi_file, "biboumi's SQLite file")->required();
  const TokenCommand token{app};
  CLI11_PARSE(app, argc, argv);
  if (*say_version) {
    std::cout << "isthmus " << version << "\n";
    return clean;
  }
  const auto read = [path] { return read_configuration(path, read_environment()); };
  auto reading = read();
  const auto& plan = reading.plan;
  // What runs may be asked also when the file has mistakes by now.
  if (*status) return ask(plan, "status");
  if (*reload) return ask(plan, "reload");
  if (*test) return self_test(plan, place);
  if (*token.whole) return ask(plan, "run " + token.request());
  for (const auto& problem : reading.problems) std::cerr << to_text(problem) << "\n";
  if (!reading.problems.empty()) return bad_configuration;
  if (*check) return check_all(path, plan, connect);
  if (*renew) return rekey(plan);
  if (*healthcheck) return check_health(plan);
  if (*import) return import_biboumi(plan, biboumi_file, std::cout);
  return run_daemon(std::move(reading), read);
}

}  // namespace
}  // namespace isthmus::app

int main(int argc, char** argv) {
  try {
    return isthmus::app::main_with(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "isthmus: %s\n", error.what());
    return 1;
  }
}
