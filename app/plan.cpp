#include "app/plan.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "app/link_reader.hpp"
#include "gateway/runtime/tls_server.hpp"
#include "xmpp/jid.hpp"

namespace isthmus {

/// Of an adapter that has nothing to try; an adapter's own `probes` hides it.
[[maybe_unused]] static std::vector<Probe> probes(const config::Section&, const config::Section&) { return {}; }

struct AdapterRow {
  std::string_view name;
  AdapterMaker (*factory)(const config::Section& own, const config::Section& component);
  std::vector<Probe> (*probes)(const config::Section& own, const config::Section& component);
  std::unique_ptr<AddressBook> (*book)(const config::Section& own, const config::Section& component, AdapterId id,
                                       NameTable& names);
};

}  // namespace isthmus

using isthmus::AdapterRow;
#include "adapter_table.inc"  // generated: one row for each folder below adapters/

extern char** environ;  // NOLINT(readability-redundant-declaration): POSIX leaves it to the program

namespace isthmus::app {
namespace {

constexpr std::string_view default_socket = "/run/isthmus/isthmus.sock";
constexpr std::string_view default_database = "/var/lib/isthmus/isthmus.db";

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

void read_component(Plan& plan, const config::Section& root, const config::Section& section, LinkReader& links) {
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
    const auto own = root.table(row.name);
    const AdapterId id{static_cast<std::uint8_t>(plan.components.size())};
    links.know(id, row.book(own, section, id, links.names()));
    plan.components.push_back(
        {std::move(settings), std::string{row.name}, row.factory(own, section), row.probes(own, section)});
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

/// Bare JIDs.
std::vector<std::string> read_admins(const config::Section& access) {
  std::vector<std::string> admins;
  for (const auto& admin : access.texts("admins")) {
    const auto jid = xmpp::parse_jid(admin);
    const bool is_user = jid && !jid->is_full() && !jid->local().empty();
    if (!is_user) access.problem("admins", "\"" + admin + "\" is no bare JID of a user");
    if (is_user) admins.push_back(jid->str());
  }
  return admins;
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

TlsFiles read_tls(const config::Section& http) {
  const auto file = [&](std::string_view key) { return http.has(key) ? http.path(key, "") : http.text(key, ""); };
  TlsFiles files{file("certificate_file"), file("key_file")};
  if (files.certificate_file.empty() != files.key_file.empty()) {
    http.problem("certificate_file", "certificate_file and key_file go together");
  } else if (files.is_wanted()) {
    if (const auto why = TlsServer{files}.refresh(); !why.empty()) http.problem("certificate_file", why);
  }
  return files;
}

Storage read_storage(const config::Section& section) {
  // The key lies beside the configuration, not beside what it protects: a copy of the one is no copy of both.
  Storage storage{section.path("path", default_database), section.path("key_file", "key")};
  if (section.text("path", default_database) == Storage::in_memory) storage.path = Storage::in_memory;
  return storage;
}

LogOptions read_log(const config::Section& log) {
  return {.level = parse_level(log.one_of("level", "info", {"trace", "debug", "info", "warn", "error"})),
          .format = log.one_of("format", "text", {"text", "json"}) == "json" ? LogFormat::json : LogFormat::text,
          .hash_addresses = log.boolean("hash_jids", false)};
}

Archive::Retention read_retention(const config::Section& storage) {
  constexpr std::int64_t most_days = 36'500;
  constexpr std::int64_t most_rows = 100'000'000;
  return {.age = std::chrono::days{storage.integer("archive_days", 30, 0, most_days)},
          .rows = static_cast<std::size_t>(storage.integer("archive_rows", 50'000, 1, most_rows))};
}

}  // namespace

Plan read_plan(const config::Section& root) {
  Plan plan;
  plan.server = xmpp::read_server_settings(root.table("xmpp"));
  LinkReader links;
  for (const auto& section : root.array("component")) read_component(plan, root, section, links);
  if (plan.components.empty())
    root.problem("component", "no [[component]]: the gateway needs at least one, with domain and adapter");
  plan.links = links.read(root);
  plan.storage = read_storage(root.table("storage"));
  plan.retention = read_retention(root.table("storage"));
  plan.users = read_users(root.table("access"));
  plan.admins = read_admins(root.table("access"));
  read_limits(plan, root.table("access"));
  plan.degrade = read_degrade(root.table("degrade"));
  if (plan.users.empty()) {
    for (const auto& component : plan.components) plan.users.push_back(parent_domain(component.settings.domain));
  }
  plan.log = read_log(root.table("log"));
  plan.control_socket = root.table("control").text("socket", default_socket);
  plan.http.address = root.table("http").text("listen", "127.0.0.1:8480");
  plan.http.tls = read_tls(root.table("http"));
  plan.http.trusted_proxies = read_proxies(root.table("http"));
  plan.dns.servers = root.table("dns").texts("servers");
  return plan;
}

Reading read_configuration(const std::string& path, const std::map<std::string, std::string>& environment) {
  const auto document = config::Document::load(path, environment);
  Reading reading{.plan = read_plan(document.root()), .problems = {}, .values = {}};
  reading.problems = document.finish();
  reading.values = document.values();
  return reading;
}

std::map<std::string, std::string> read_environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text{*entry};
    const auto equals = text.find('=');
    if (equals != std::string_view::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

}  // namespace isthmus::app
