#include "adapters/websocket/admission.hpp"

#include <algorithm>
#include <utility>

#include "adapters/websocket/topic.hpp"

namespace isthmus::websocket {

namespace {

const Problem no_token{"unauthorised", "A token is needed: Authorization: Bearer TOKEN."};
const Problem wrong_origin{"forbidden", "Pages of this origin may not connect."};

std::string stream_head(std::string_view content_type, const HttpRequest& request, const Service& service) {
  std::string head = "HTTP/1.1 200 OK\r\nContent-Type: " + std::string{content_type} +
                     "\r\nCache-Control: no-store\r\nX-Accel-Buffering: no\r\nConnection: close\r\n";
  const HttpAnswer answer = with_cors({}, request, service);
  for (const auto& [name, value] : answer.headers) head += name + ": " + value + "\r\n";
  return head + "\r\n";
}

}  // namespace

std::variant<Admitted, HttpAnswer> admit(const HttpRequest& request, Service& service, bool may_lack_token) {
  if (!is_origin_allowed(request, service.settings().origins)) return error_answer(wrong_origin);
  auto query = parse_query(request.query);
  if (!query) return error_answer({"bad-frame", "The query is malformed."});
  auto wanted = read_wanted(*query);
  if (auto* refusal = std::get_if<HttpAnswer>(&wanted)) return std::move(*refusal);
  auto credentials = read_credentials(request, *query, service.settings().allow_query_token);
  if (auto* refusal = std::get_if<HttpAnswer>(&credentials)) return std::move(*refusal);
  const auto& [secret, ticket] = std::get<Credentials>(credentials);
  Admitted admitted{nullptr, *std::move(query), std::get<Wanted>(std::move(wanted))};
  if (!ticket.empty()) {
    admitted.token = service.use_ticket(ticket, request.header("origin"));
    if (!admitted.token) return error_answer({"unauthorised", "The ticket is used, too old, or none."});
  } else if (!secret.empty()) {
    auto token = service.authenticate(secret, request.peer);
    if (!token) return error_answer(token.error());
    admitted.token = *std::move(token);
  } else if (!may_lack_token) {
    return error_answer(no_token);
  }
  return admitted;
}

std::variant<std::vector<std::string>, HttpAnswer> topics_of(const Wanted& wanted, const Token& token) {
  for (const auto& topic : wanted.topics) {
    if (!token.may_read(topic)) return error_answer({"forbidden", "The token may not read " + topic + "."});
  }
  return wanted.topics.empty() ? token.read : wanted.topics;
}

std::optional<Start> start_of(const Wanted& wanted, const Hub& hub) {
  Start start{.cursor = {}, .history = wanted.history};
  if (!wanted.cursor) return start;
  start.cursor = parse_cursor(hub.instance(), *wanted.cursor);
  return start.cursor ? std::optional{start} : std::nullopt;
}

bool is_refused(const Wanted& wanted, const Start& start, const History& history) {
  return wanted.is_strict && start.cursor && !history.is_whole_after(*start.cursor);
}

HttpAnswer cursor_gone() {
  return error_answer(410, {"not-found", "Not all that came after the cursor is known any more."});
}

bool selects(const std::vector<std::string>& topics, const Record& record) {
  return record.is_break() || std::ranges::any_of(topics, [&](const auto& topic) {
           return matches(topic, record.from) || (!record.to.empty() && matches(topic, record.to));
         });
}

HttpAnswer with_cors(HttpAnswer answer, const HttpRequest& request, const Service& service) {
  const auto origin = request.header("origin");
  if (origin.empty() || !is_origin_allowed(request, service.settings().origins)) return answer;
  answer.headers.emplace_back("Access-Control-Allow-Origin", std::string{origin});
  answer.headers.emplace_back("Vary", "Origin");
  return answer;
}

std::optional<HttpAnswer> open_stream(const HttpRequest& request, HttpConnection& connection, Service& service,
                                      Framing framing, Format format, std::string_view content_type) {
  if (!service.has_room()) return error_answer(503, {"rate-limited", "There are too many clients."});
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return with_cors(std::move(*refusal), request, service);
  auto& [token, query, wanted] = std::get<Admitted>(admitted);
  // A browser that connects again says which event it had last; that counts for more than the URL.
  if (const auto last = request.header("last-event-id"); !last.empty()) wanted.cursor = last;
  const auto start = start_of(wanted, service.hub());
  if (!start) return with_cors(error_answer({"bad-frame", "cursor is none of ours."}), request, service);
  if (is_refused(wanted, *start, service.hub().history())) return with_cors(cursor_gone(), request, service);
  auto topics = topics_of(wanted, *token);
  if (auto* refusal = std::get_if<HttpAnswer>(&topics)) return with_cors(std::move(*refusal), request, service);
  StreamWanted stream;
  stream.framing = framing;
  stream.format = wanted.format.value_or(format);
  stream.subscription = {.id = {},
                         .patterns = std::get<std::vector<std::string>>(std::move(topics)),
                         .policy = wanted.policy.value_or(Policy::coalesce),
                         .rate = wanted.rate};
  stream.start = *start;
  stream.head = stream_head(content_type, request, service);
  service.stream(std::move(stream), token, connection.take());
  return std::nullopt;
}

}  // namespace isthmus::websocket
