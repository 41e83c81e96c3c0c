#include "adapters/websocket/settings.hpp"

#include <algorithm>
#include <utility>

#include "adapters/websocket/address_book.hpp"
#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

namespace {

using namespace std::chrono_literals;

ChannelSettings read_channel(const std::string& name, const config::Section& section) {
  if (!is_channel_name(name))
    section.problem("", "a channel's name is made of a-z, 0-9, \"-\", \"_\" and \".\", at most 64 of them");
  ChannelSettings channel;
  channel.title = section.text("title", "");
  RulesWanted wanted;
  const auto values =
      section.has("values") ? section.texts("values") : std::vector<std::string>{"words", "assignments", "json"};
  const auto has = [&](std::string_view rule) { return std::ranges::find(values, rule) != values.end(); };
  for (const auto& rule : values) {
    if (rule != "words" && rule != "assignments" && rule != "json")
      section.problem("values", "\"" + rule + "\" is none of words, assignments and json");
  }
  wanted.words = has("words");
  wanted.assignments = has("assignments");
  wanted.json = has("json");
  wanted.patterns = section.texts("patterns");
  auto rules = ValueRules::make(wanted);
  if (!rules) section.problem("patterns", rules.error());
  channel.rules = std::make_shared<const ValueRules>(rules ? *std::move(rules) : ValueRules{});
  return channel;
}

Token read_token(const config::Section& section) {
  Token token;
  token.name = section.required_text("name");
  const auto secret = section.secret("token");
  const auto hash = section.text("hash", "");
  if (secret.empty() == hash.empty()) {
    section.problem("hash",
                    "a token has either hash, the SHA-256 of its text, or token (or token_file), the text itself");
  } else if (hash.empty()) {
    token.digest = sha256(secret);
  } else if (const auto digest = parse_digest(hash)) {
    token.digest = *digest;
  } else {
    section.problem("hash", "is no SHA-256: 64 hexadecimal digits, perhaps after \"sha256:\"");
  }
  for (const auto& scope : section.texts("scopes")) {
    if (!add_scope(token, scope))
      section.problem("scopes", "\"" + scope + "\" is none of read:PATTERN, send:PATTERN and state");
  }
  if (const auto expires = section.text("expires", ""); !expires.empty()) {
    token.expires = parse_timestamp(expires);
    if (!token.expires) section.problem("expires", "is no time such as \"2027-01-31\" or \"2027-01-31T12:00:00Z\"");
  }
  return token;
}

}  // namespace

Settings read_settings(const config::Section& own, const config::Section& component) {
  Settings settings;
  const auto count = [&](std::string_view key, std::size_t otherwise, std::int64_t most) {
    return static_cast<std::size_t>(own.integer(key, static_cast<std::int64_t>(otherwise), 1, most));
  };
  settings.domain = component.text("domain", "");
  settings.origins = own.texts("origins");
  settings.allow_query_token = own.boolean("allow_query_token", false);
  settings.compression = own.boolean("compression", false);
  settings.archive = own.boolean("archive", true);
  settings.dashboard = own.boolean("dashboard", true);
  settings.max_clients = count("max_clients", settings.max_clients, 100'000);
  settings.max_subscriptions = count("max_subscriptions", settings.max_subscriptions, 1'000);
  settings.max_frame = own.size("max_frame", settings.max_frame, 1'024, std::uint64_t{1} << 20);
  settings.rate = own.number("rate", settings.rate, 0, 1e6);
  settings.burst = static_cast<unsigned>(count("burst", settings.burst, 1'000'000));
  settings.idle_timeout = own.duration("idle_timeout", settings.idle_timeout, 1s, 1h);
  settings.auth_timeout = own.duration("auth_timeout", settings.auth_timeout, 100ms, 1min);
  settings.output.frames = count("queue_frames", settings.output.frames, 100'000);
  settings.output.bytes = own.size("queue_bytes", settings.output.bytes, 4'096, std::uint64_t{1} << 28);
  settings.history.records = count("history", settings.history.records, 10'000'000);
  settings.history.bytes = own.size("history_bytes", settings.history.bytes, 4'096, std::uint64_t{1} << 32);
  for (const auto& [name, section] : own.tables("channels"))
    settings.channels.emplace(name, read_channel(name, section));
  for (const auto& [name, section] : own.tables("endpoints"))
    settings.endpoints.push_back(read_endpoint(name, section));
  for (const auto& section : own.array("token")) {
    auto token = read_token(section);
    const bool is_known = std::ranges::find(settings.tokens, token.name, &Token::name) != settings.tokens.end();
    if (is_known) section.problem("name", "another token has this name already");
    settings.tokens.push_back(std::move(token));
  }
  return settings;
}

}  // namespace isthmus::websocket
