#include "adapters/websocket/endpoint_settings.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <charconv>

#include "adapters/websocket/address_book.hpp"
#include "adapters/websocket/endpoint_text.hpp"

namespace isthmus::websocket {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t longest_url = 2'048;
constexpr std::size_t longest_template = 16 * 1024;
constexpr std::size_t most_headers = 32;

bool is_token(std::string_view name) noexcept {  // RFC 9110 §5.6.2
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [&](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (c >= '0' && c <= '9') || others.contains(c);
  });
}

bool is_printable(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

void read_headers(EndpointSettings& endpoint, const config::Section& section) {
  for (const auto& line : section.texts("headers")) {
    const auto colon = line.find(':');
    const auto name = line.substr(0, colon);
    auto value = colon == std::string::npos ? std::string{} : line.substr(colon + 1);
    value.erase(0, value.find_first_not_of(' '));
    if (!is_token(name) || value.empty() || !is_printable(value)) {
      section.problem("headers", "a header is \"Name: value\" of printable ASCII");
    } else {
      endpoint.headers.emplace_back(name, std::move(value));
    }
  }
  const auto bearer = section.secret("bearer");
  if (!is_printable(bearer)) section.problem("bearer", "is no token: printable ASCII");
  if (!bearer.empty()) endpoint.headers.emplace_back("Authorization", "Bearer " + bearer);
  if (endpoint.headers.size() > most_headers) section.problem("headers", "at most 32 headers");
}

void read_pointers(EndpointSettings& endpoint, const config::Section& section) {
  const auto read = [&](std::string_view key) {
    auto pointer = section.text(key, "");
    if (!pointer.empty() && !is_pointer(pointer))
      section.problem(key, "is no JSON pointer such as \"/data/temp\" (RFC 6901)");
    return pointer;
  };
  endpoint.pointers = {read("text"), read("topic"), read("value"), read("sender")};
  const bool says_nothing =
      endpoint.pointers.is_json() && endpoint.pointers.text.empty() && endpoint.pointers.value.empty();
  if (says_nothing) section.problem("text", "with pointers, there is one for text or for value");
}

void read_addresses(EndpointSettings& endpoint, const config::Section& section) {
  for (const auto& text : section.texts("addresses")) {
    const auto address = parse_ip_address(text);
    if (!address) section.problem("addresses", "\"" + text + "\" is no IP address");
    if (address) endpoint.addresses.push_back(*address);
  }
}

}  // namespace

std::string EndpointUrl::authority() const {
  const std::string shown = host.contains(':') ? "[" + host + "]" : host;
  return port == (is_secure ? 443 : 80) ? shown : shown + ":" + std::to_string(port);
}

std::optional<EndpointUrl> parse_endpoint_url(std::string_view text) {
  EndpointUrl url;
  url.is_secure = text.starts_with("wss://");
  if (!url.is_secure && !text.starts_with("ws://")) return std::nullopt;
  const bool is_written =
      text.size() <= longest_url && is_printable(text) && text.find_first_of(" #@") == std::string_view::npos;
  if (!is_written) return std::nullopt;
  text.remove_prefix(url.is_secure ? 6 : 5);
  const auto end = std::min(text.find_first_of("/?"), text.size());
  auto authority = text.substr(0, end);
  if (end < text.size()) url.target = (text[end] == '?' ? "/" : "") + std::string{text.substr(end)};
  url.port = url.is_secure ? 443 : 80;
  const auto bracket = authority.rfind(']');
  const auto colon = authority.rfind(':');
  const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    const auto digits = authority.substr(colon + 1);
    const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), url.port);
    if (error != std::errc{} || rest != digits.data() + digits.size() || url.port == 0) return std::nullopt;
    authority = authority.substr(0, colon);
  }
  const bool has_brackets = authority.starts_with('[') && authority.ends_with(']');
  if (has_brackets) authority = authority.substr(1, authority.size() - 2);
  if (authority.empty() || authority.contains(':') != has_brackets) return std::nullopt;
  if (has_brackets && !parse_ip_address(authority)) return std::nullopt;
  url.host = authority;
  return url;
}

EndpointSettings read_endpoint(const std::string& name, const config::Section& section) {
  EndpointSettings endpoint;
  endpoint.name = name;
  if (!is_channel_name(name))
    section.problem("", "an endpoint's name is made of a-z, 0-9, \"-\", \"_\" and \".\", at most 64 of them");
  const auto text = section.required_text("url");
  const auto url = parse_endpoint_url(text);
  if (!url && !text.empty()) section.problem("url", "is no URL such as \"wss://feed.example.net/stream\"");
  if (url) endpoint.url = *url;
  if (!section.boolean("plain", false) && !endpoint.url.is_secure)
    section.problem("url", "ws:// is readable for everybody on the way: use wss://, or say plain = true");
  endpoint.title = section.text("title", "");
  endpoint.ca_file = section.has("ca_file") ? section.path("ca_file", "") : section.text("ca_file", "");
  read_addresses(endpoint, section);
  read_headers(endpoint, section);
  endpoint.subprotocols = section.texts("subprotocols");
  if (!std::ranges::all_of(endpoint.subprotocols, is_token))
    section.problem("subprotocols", "are names without spaces");
  endpoint.hello = section.texts("hello");
  endpoint.heartbeat = section.text("heartbeat", "");
  endpoint.heartbeat_every = section.duration("heartbeat_every", endpoint.heartbeat_every, 1s, 1h);
  read_pointers(endpoint, section);
  endpoint.send = section.text("send", "");
  if (endpoint.send.size() > longest_template) section.problem("send", "is longer than 16 KiB");
  if (!endpoint.send.empty() && !is_template(endpoint.send))
    section.problem("send", "${text}, ${nick}, ${id} and ${time} are what can stand there, ${text} at least once");
  endpoint.reconnect_base = section.duration("reconnect_base", endpoint.reconnect_base, 10ms, 1min);
  endpoint.reconnect_max = section.duration("reconnect_max", endpoint.reconnect_max, 10ms, 1h);
  if (endpoint.reconnect_max < endpoint.reconnect_base)
    section.problem("reconnect_max", "is shorter than reconnect_base");
  endpoint.max_frame = section.size("max_frame", endpoint.max_frame, 1'024, std::uint64_t{1} << 20);
  endpoint.rules = std::make_shared<const ValueRules>();
  return endpoint;
}

}  // namespace isthmus::websocket
