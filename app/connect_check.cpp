#include "app/connect_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <ostream>

#include "xmpp/handshake_check.hpp"

namespace isthmus::app {
namespace {

using Kind = xmpp::HandshakeResult::Kind;

/// What the operator does about a stream error (RFC 6120 §4.9.3) or a connection that fails.
std::string_view advice(const xmpp::HandshakeResult& result) {
  if (result.kind == Kind::unreachable) return "the server must listen for components there";
  if (result.why == "not-authorized") return "the server has another secret";
  if (result.why == "host-unknown" || result.why == "host-gone") return "the server does not know the component";
  return "the server's log says more";
}

asio::awaitable<bool> check_component(const Plan& plan, const Component& component, Resolver& resolver,
                                      std::ostream& out) {
  const auto& domain = component.settings.domain;
  const auto result = co_await xmpp::try_handshake(plan.server, component.settings, resolver);
  const auto where = fmt::format("{} at {}:{}", domain, plan.server.host, plan.server.port);
  if (result.kind == Kind::accepted) {
    out << where << ": good\n";
    co_return true;
  }
  if (result.kind == Kind::in_use) {
    out << where << ": good; a gateway is connected\n";
    co_return true;
  }
  out << where << ": " << visible(result.why) << "; " << advice(result) << "\n\n"
      << server_snippets(domain, plan.server) << "\n";
  co_return false;
}

asio::awaitable<bool> check_probe(const Probe& probe, Resolver& resolver, std::ostream& out) {
  const auto why = co_await probe.run(resolver);
  out << probe.name << ": " << (why ? visible(*why) + " (see [" + probe.place + "])" : "good") << "\n";
  co_return !why;
}

asio::awaitable<bool> check_all(const Plan& plan, Resolver& resolver, std::ostream& out) {
  bool good = true;
  for (const auto& component : plan.components) {
    if (!co_await check_component(plan, component, resolver, out)) good = false;
  }
  std::vector<std::string> tried;  // components of one kind offer the same
  for (const auto& component : plan.components) {
    for (const auto& probe : component.probes) {
      if (std::ranges::find(tried, probe.name) != tried.end()) continue;
      tried.push_back(probe.name);
      if (!co_await check_probe(probe, resolver, out)) good = false;
    }
  }
  co_return good;
}

}  // namespace

std::string server_snippets(const std::string& domain, const xmpp::ServerSettings& server) {
  const bool is_local = server.host == "127.0.0.1" || server.host == "localhost" || server.host == "::1";
  constexpr std::string_view secret = "the secret of isthmus.toml";
  std::string text = "  Prosody, in prosody.cfg.lua, then restart it:\n\n";
  // These two are options of the whole server: they stand before the first host.
  if (!is_local) text += "    component_interfaces = { \"*\" }\n";
  if (server.port != 5347) text += fmt::format("    component_ports = {{ {} }}\n", server.port);
  text += fmt::format("    Component \"{}\"\n        component_secret = \"{}\"\n\n", domain, secret);
  text += "  ejabberd, in ejabberd.yml below `listen:`, then `ejabberdctl reload-config`:\n\n";
  text += fmt::format(
      "    -\n      port: {}\n      ip: \"{}\"\n      module: ejabberd_service\n      global_routes: false\n"
      "      hosts:\n        \"{}\":\n          password: \"{}\"\n",
      server.port, is_local ? "127.0.0.1" : "::", domain, secret);
  return text;
}

int check_connections(const Plan& plan, std::ostream& out) {
  std::signal(SIGPIPE, SIG_IGN);  // as the daemon: a peer that has gone is an answer
  asio::io_context io{1};
  const auto resolver = make_resolver(io.get_executor(), plan.dns);
  bool good = false;
  asio::co_spawn(io, check_all(plan, *resolver, out), [&](const std::exception_ptr& failed, bool result) {
    if (failed) std::rethrow_exception(failed);
    good = result;
    io.stop();
  });
  io.run();
  return good ? 0 : 1;
}

}  // namespace isthmus::app
