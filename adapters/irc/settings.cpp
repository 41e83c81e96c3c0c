#include "adapters/irc/settings.hpp"

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/nick.hpp"

#include <algorithm>

namespace isthmus::irc {

namespace {

constexpr std::uint16_t tls_port = 6697;    // RFC 7194 §2
constexpr std::uint16_t plain_port = 6667;  // custom; IANA registers 6665 to 6669

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return text;
}

/// A network's name stands behind the last % of an address.
bool is_network_name(std::string_view name) {
  return !name.empty() && name.size() <= 255 && std::ranges::all_of(name, [](char c) {
    return c > ' ' && c < 0x7f && std::string_view{"%@/\"&'<>"}.find(c) == std::string_view::npos;
  });
}

Network::Charset read_charset(const config::Section& section) {
  const std::string name = section.text("charset", "UTF-8");
  if (equals_ignoring_case(name, "UTF-8")) return nullptr;
  auto charset = LegacyCharset::find(name);
  if (charset == nullptr)
    section.problem("charset", "is no charset that IRC can use; one is, for example, \"ISO-8859-15\" or \"KOI8-R\"");
  return charset;
}

Network::Own read_own(const config::Section& section) {
  Network::Own login;
  login.nick = section.text("nick", "");
  if (!login.nick.empty() && !is_nick(login.nick))
    section.problem("nick", "is no nick: it has no space, comma or any of * ? ! @");
  login.sasl_account = section.text("sasl_account", "");
  login.sasl_password = section.secret("sasl_password");
  if (!login.sasl_account.empty() && login.sasl_password.empty())
    section.problem("sasl_account", "needs sasl_password or sasl_password_file");
  return login;
}

Network read_network(const std::string& name, const config::Section& section, bool formatting) {
  Network network;
  network.name = lower(name);
  network.listed = true;
  network.host = section.text("host", network.name);
  network.tls = section.one_of("tls", "required", {"required", "off"}) == "required";
  network.port = static_cast<std::uint16_t>(section.integer("port", usual_port(network.tls), 1, 65535));
  network.ca_file = section.text("ca_file", "");
  network.password = section.secret("password");
  network.flood_burst = static_cast<std::uint32_t>(section.integer("flood_burst", 10, 1, 1000));
  network.flood_rate = section.number("flood_rate", 0.5, 0, 1000);
  network.connect_rate = section.number("connect_rate", 0.5, 0, 1000);
  network.formatting = section.boolean("formatting", formatting);
  network.charset = read_charset(section);
  for (const auto& [channel, own] : section.tables("channels"))
    network.channel_charsets.emplace_back(lower(channel), read_charset(own));
  network.own = read_own(section.table("own"));
  if (network.host.empty()) section.problem("host", "must name a host");
  return network;
}

}  // namespace

std::uint16_t usual_port(bool tls) noexcept { return tls ? tls_port : plain_port; }

const LegacyCharset* Network::charset_of(std::string_view target) const {
  for (const auto& [channel, theirs] : channel_charsets)
    if (equals_ignoring_case(channel, target)) return theirs.get();
  return charset.get();
}

std::optional<Network> Settings::network(std::string_view name) const {
  if (const auto listed = networks.find(name); listed != networks.end()) return listed->second;
  if (!any_network && name != fixed_network) return std::nullopt;
  Network network;
  network.name = name;
  network.host = name;
  network.formatting = formatting;
  return network;
}

Settings read_settings(const config::Section& own, const config::Section& component) {
  Settings settings;
  settings.fixed_network = lower(own.text("fixed_network", ""));
  settings.fixed_network = lower(component.text("fixed_network", settings.fixed_network));
  settings.any_network = own.boolean("any_network", true);
  settings.formatting = own.boolean("formatting", settings.formatting);
  settings.max_lines = static_cast<std::size_t>(own.integer("max_lines", 50, 1, 200));
  settings.linger = own.duration("linger", settings.linger, std::chrono::milliseconds{0}, std::chrono::hours{24});
  settings.reconnect_base =
      own.duration("reconnect_base", settings.reconnect_base, std::chrono::milliseconds{100}, std::chrono::minutes{10});
  settings.archive = own.boolean("archive", true);
  for (const auto& [name, section] : own.tables("networks")) {
    if (!is_network_name(name))
      section.problem("", "a network's name has no spaces, control characters or any of %@/\"&'<>");
    Network network = read_network(name, section, settings.formatting);
    const std::string key = network.name;
    if (!settings.networks.emplace(key, std::move(network)).second) section.problem("", "this network is there twice");
  }
  if (!settings.fixed_network.empty() && !is_network_name(settings.fixed_network))
    own.problem("fixed_network", "is no host or network name");
  if (!settings.any_network && settings.networks.empty() && settings.fixed_network.empty())
    own.problem("any_network", "without it, at least one [irc.networks.NAME] is needed");
  return settings;
}

}  // namespace isthmus::irc
