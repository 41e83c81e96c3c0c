#include "adapters/websocket/request.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/websocket/tokens.hpp"
#include "adapters/websocket/topic.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t most_topics = 50;
constexpr std::size_t most_history = 10'000;

unsigned status_of(std::string_view code) {
  static constexpr std::array<std::pair<std::string_view, unsigned>, 9> statuses{{{"bad-frame", 400},
                                                                                  {"unauthorised", 401},
                                                                                  {"forbidden", 403},
                                                                                  {"not-found", 404},
                                                                                  {"too-large", 413},
                                                                                  {"rate-limited", 429},
                                                                                  {"unsupported", 501},
                                                                                  {"offline", 503},
                                                                                  {"timeout", 504}}};
  const auto found = std::ranges::find(statuses, code, &std::pair<std::string_view, unsigned>::first);
  return found == statuses.end() ? 500 : found->second;
}

std::string lower(std::string_view text) {
  std::string lowered{text};
  std::ranges::transform(lowered, lowered.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  return lowered;
}

std::string bearer_of(const HttpRequest& request) {
  const auto authorization = request.header("authorization");
  if (lower(authorization.substr(0, 7)) == "bearer ") return std::string{authorization.substr(7)};
  for (const auto protocol : request.list("sec-websocket-protocol")) {
    if (!protocol.starts_with(bearer_protocol)) continue;
    if (auto token = from_base64url(protocol.substr(bearer_protocol.size()))) return *std::move(token);
  }
  return {};
}

HttpAnswer bad(std::string text) { return error_answer({"bad-frame", std::move(text)}); }

}  // namespace

HttpAnswer json_answer(const json::value& value, unsigned status) {
  return {.status = status, .content_type = "application/json", .body = to_json(value) + "\n"};
}

HttpAnswer error_answer(unsigned status, const Problem& problem) {
  HttpAnswer answer =
      json_answer(json::object{{"error", json::object{{"code", problem.code}, {"text", problem.text}}}}, status);
  if (status == 401) answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

HttpAnswer error_answer(const Problem& problem) { return error_answer(status_of(problem.code), problem); }

std::variant<Credentials, HttpAnswer> read_credentials(const HttpRequest& request, const HttpFields& query,
                                                       bool allow_query_token) {
  Credentials found{bearer_of(request), std::string{field(query, "ticket")}};
  const auto in_query = field(query, "token");
  if (in_query.empty()) return found;
  if (!allow_query_token)
    return bad("A token has no place in a URL: send it as Authorization: Bearer, or get a ticket.");
  if (found.token.empty()) found.token = in_query;
  return found;
}

bool is_origin_allowed(const HttpRequest& request, const std::vector<std::string>& listed) {
  const auto origin = lower(request.header("origin"));
  if (origin.empty()) return true;
  const auto host = lower(request.host);
  if (!host.empty() && (origin == "http://" + host || origin == "https://" + host)) return true;
  return std::ranges::any_of(listed, [&](const auto& allowed) { return lower(allowed) == origin; });
}

std::variant<Wanted, HttpAnswer> read_wanted(const HttpFields& query) {
  Wanted wanted;
  for (const auto& [name, value] : query) {
    if (name == "topic") {
      if (!is_pattern(value)) return bad("\"" + value + "\" is no topic such as ws:channel or ws:channel/#.");
      wanted.topics.push_back(value);
    } else if (name == "format") {
      if (value != "native" && value != "cloudevents" && value != "flat")
        return bad("format is none of native, cloudevents and flat.");
      wanted.format = value == "flat" ? Format::flat : value == "cloudevents" ? Format::cloudevents : Format::native;
    } else if (name == "cursor" || name == "after") {
      wanted.cursor = value;
    } else if (name == "history" || name == "limit") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wanted.history);
      if (error != std::errc{} || end != value.data() + value.size()) return bad(name + " is no whole number.");
      wanted.history = std::min(wanted.history, most_history);
    } else if (name == "policy") {
      wanted.policy = parse_policy(value);
      if (!wanted.policy) return bad("policy is none of coalesce, drop-oldest and disconnect.");
    } else if (name == "rate") {
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), wanted.rate);
      const bool is_rate = error == std::errc{} && end == value.data() + value.size() && wanted.rate >= 0;
      if (!is_rate || wanted.rate > most_rate) return bad("rate is no number from 0 to 1000.");
    } else if (name == "strict") {
      if (value != "true" && value != "false") return bad("strict is neither true nor false.");
      wanted.is_strict = value == "true";
    }
  }
  if (wanted.topics.size() > most_topics) return bad("At most 50 topics.");
  return wanted;
}

}  // namespace isthmus::websocket
