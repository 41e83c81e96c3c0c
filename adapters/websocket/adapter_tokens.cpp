// Tokens that administrators make while the gateway runs. The store has their SHA-256; the token itself is shown once.
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <utility>

#include "adapters/websocket/adapter.hpp"
#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

namespace {

constexpr std::string_view adapter_name = "websocket";
constexpr std::string_view owner = "(tokens)";  // no address of a user has parentheses
constexpr std::string_view key = "token";
constexpr std::size_t most_tokens = 1'000;
constexpr std::size_t longest_name = 64;

Setting to_setting(const std::string& name, std::string value) {
  return {std::string{owner}, std::string{adapter_name}, name, std::string{key}, std::move(value)};
}

std::string line_of(const Token& token, bool is_stored) {
  std::string text = token.name + (is_stored ? ":" : " (of the configuration):");
  for (const auto& scope : scopes_of(token)) text += " " + scope;
  if (token.expires) text += ", until " + to_timestamp(*token.expires);
  return text;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of(" \n"), text.size());
    if (end > 0) lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

void WebSocketAdapter::read_tokens() {
  for (const auto& stored : runtime_.store.settings()) {
    if (stored.adapter != adapter_name || stored.key != key) continue;
    if (auto token = from_stored(stored.place, stored.value)) tokens_.add(*std::move(token));
  }
  for (const auto& token : settings_.tokens) tokens_.add(token);
}

std::vector<Command> WebSocketAdapter::admin_commands() {
  Command list{.name = "tokens", .label = "Tokens of programs (administrators)", .run = {}};
  list.run = [this](const CommandCall&, const Form&) { return CommandDone{list_tokens()}; };
  Command add{.name = "token-add", .label = "Make a token for a program (administrators)", .run = {}};
  add.form = [](const CommandCall&) {
    Form asked{.title = "Make a token", .instructions = "It is shown once, and kept as its SHA-256."};
    asked.fields.push_back({.name = "name", .label = "What it is called"});
    asked.fields.push_back(
        {.name = "scopes", .label = "Scopes: read:PATTERN, send:PATTERN or state", .kind = Field::Kind::lines});
    asked.fields.push_back({.name = "expires", .label = "The day or time of its end; empty: none"});
    return asked;
  };
  add.run = [this](const CommandCall& call, const Form& filled) { return add_token(call, filled); };
  Command revoke{.name = "token-revoke", .label = "Revoke a token (administrators)", .run = {}};
  revoke.form = [](const CommandCall&) {
    Form asked{.title = "Revoke a token", .instructions = "Its connections are closed."};
    asked.fields.push_back({.name = "name", .label = "What it is called"});
    return asked;
  };
  revoke.run = [this](const CommandCall& call, const Form& filled) { return revoke_token(call, filled); };
  return {std::move(list), std::move(add), std::move(revoke)};
}

std::string WebSocketAdapter::list_tokens() const {
  std::string text;
  for (const auto& token : tokens_.all()) {
    const bool is_of_configuration =
        std::ranges::find(settings_.tokens, token->name, &Token::name) != settings_.tokens.end();
    text += (text.empty() ? "" : "\n") + line_of(*token, !is_of_configuration);
  }
  return text.empty() ? "There are no tokens." : text;
}

CommandOutcome WebSocketAdapter::add_token(const CommandCall& call, const Form& filled) {
  Token token;
  token.name = filled.value("name");
  if (token.name.empty() || token.name.size() > longest_name)
    return FormProblem{"name", "A token has a name of at most 64 bytes."};
  if (tokens_.named(token.name) != nullptr) return FormProblem{"name", "Another token has this name already."};
  for (const auto& scope : lines_of(filled.value("scopes")))
    if (!add_scope(token, scope))
      return FormProblem{"scopes", "\"" + scope + "\" is none of read:PATTERN, send:PATTERN and state."};
  if (token.read.empty() && token.send.empty())
    return FormProblem{"scopes", "It could neither read nor send anything."};
  if (const auto expires = filled.value("expires"); !expires.empty()) {
    token.expires = parse_timestamp(expires);
    if (!token.expires) return FormProblem{"expires", "This is no time such as 2027-01-31 or 2027-01-31T12:00:00Z."};
  }
  std::array<unsigned char, 32> random{};
  if (tokens_.all().size() >= most_tokens || RAND_bytes(random.data(), static_cast<int>(random.size())) != 1)
    return Refusal{Condition::resource_constraint, Remedy::wait, "No further token can be made.", {}};
  const auto secret = to_base64url({reinterpret_cast<const char*>(random.data()), random.size()});
  token.digest = sha256(secret);
  if (!runtime_.store.put(to_setting(token.name, to_stored(token))))
    return Refusal{Condition::resource_constraint, Remedy::wait, "The store takes nothing now.", {}};
  runtime_.log.info("websocket: {} made the token {}", call.owner.view(), token.name);
  const std::string name = token.name;
  tokens_.add(token);
  open_feeds(token);
  return CommandDone{"The token " + name + ", which is shown only now:\n" + secret};
}

CommandOutcome WebSocketAdapter::revoke_token(const CommandCall& call, const Form& filled) {
  const std::string name{filled.value("name")};
  if (std::ranges::find(settings_.tokens, name, &Token::name) != settings_.tokens.end())
    return FormProblem{"name", "This token stands in the configuration: take it out there."};
  if (!tokens_.remove(name)) return FormProblem{"name", "There is no token of this name."};
  runtime_.store.put(to_setting(name, {}));
  runtime_.log.info("websocket: {} revoked the token {}", call.owner.view(), name);
  close_feeds();
  sweep();
  return CommandDone{"The token " + name + " is good no more, and its connections are closed."};
}

}  // namespace isthmus::websocket
