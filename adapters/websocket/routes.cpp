#include "adapters/websocket/routes.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "adapters/websocket/admission.hpp"
#include "adapters/websocket/assets.hpp"
#include "adapters/websocket/bridge_api.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t max_body = std::size_t{64} * 1024;
constexpr std::size_t messages_at_once = 1'000;
constexpr std::size_t usual_messages = 100;
constexpr std::size_t longest_name = 64;

HttpAnswer preflight(const HttpRequest&) {
  return {.status = 204,
          .body = {},
          .headers = {{"Access-Control-Allow-Methods", "GET, POST"},
                      {"Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Last-Event-ID"},
                      {"Access-Control-Max-Age", "600"}}};
}

// --- GET /v1/ws

/// The subprotocol to answer with, and its format; nullopt: the client knows none that we know.
std::optional<std::pair<std::string, Format>> choose_protocol(const HttpRequest& request, const Wanted& wanted) {
  const auto offered = request.list("sec-websocket-protocol");
  const auto offers = [&](std::string_view name) { return std::ranges::find(offered, name) != offered.end(); };
  if (offers(native_protocol)) return std::pair{std::string{native_protocol}, wanted.format.value_or(Format::native)};
  if (offers(cloudevents_protocol)) return std::pair{std::string{cloudevents_protocol}, Format::cloudevents};
  const bool has_others =
      std::ranges::any_of(offered, [](std::string_view name) { return !name.starts_with(bearer_protocol); });
  if (has_others) return std::nullopt;
  return std::pair{std::string{}, wanted.format.value_or(Format::native)};
}

bool is_upgrade(const HttpRequest& request) {
  const auto wanted = request.list("upgrade");
  return std::ranges::any_of(wanted, [](std::string_view one) {
    return one.size() == 9 && std::ranges::equal(one, std::string_view{"websocket"}, {},
                                                 [](char c) { return static_cast<char>(c | 0x20); });
  });
}

std::optional<HttpAnswer> open_socket(const HttpRequest& request, HttpConnection& connection, Service& service,
                                      Format usual) {
  if (!is_upgrade(request)) {
    HttpAnswer answer = error_answer(426, {"bad-frame", "This is a WebSocket: ask for an upgrade."});
    answer.headers.emplace_back("Upgrade", "websocket");
    return answer;
  }
  if (!service.has_room()) return error_answer(503, {"rate-limited", "There are too many clients."});
  auto admitted = admit(request, service, true);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  auto& [token, query, wanted] = std::get<Admitted>(admitted);
  auto protocol =
      usual == Format::bridge ? std::optional{std::pair{std::string{}, usual}} : choose_protocol(request, wanted);
  if (!protocol) return error_answer({"bad-frame", "The subprotocols here are isthmus.v1.json and cloudevents.json."});
  const auto start = start_of(wanted, service.hub());
  if (!start) return error_answer({"bad-frame", "cursor is none of ours."});
  if (token) {
    auto topics = topics_of(wanted, *token);
    if (auto* refusal = std::get_if<HttpAnswer>(&topics)) return std::move(*refusal);
  }
  SessionSettings settings;
  settings.format = protocol->second;
  settings.peer = request.peer;
  settings.name = std::string{field(query, "name").substr(0, longest_name)};
  settings.client = std::string{field(query, "client").substr(0, longest_name)};
  settings.policy = wanted.policy;
  settings.value_rate = wanted.rate;
  settings.is_strict = wanted.is_strict;
  settings.topics = wanted.topics;
  settings.start = *start;
  auto rest = connection.take_rest();
  service.connect(std::move(settings), token, request, connection.take(), std::move(rest), std::move(protocol->first));
  return std::nullopt;
}

// --- /v1/messages

json::array to_frames(const std::vector<RecordPtr>& records, Format format, const Instance& instance) {
  json::array frames;
  for (const auto& record : records) {
    const auto& text = record->text(format, instance);
    if (!text->empty()) frames.push_back(*parse_json(*text));
  }
  return frames;
}

HttpAnswer list_messages(const HttpRequest& request, Service& service) {
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto& [token, query, wanted] = std::get<Admitted>(admitted);
  auto topics = topics_of(wanted, *token);
  if (auto* refusal = std::get_if<HttpAnswer>(&topics)) return std::move(*refusal);
  const auto& patterns = std::get<std::vector<std::string>>(topics);
  const auto start = start_of(wanted, service.hub());
  if (!start) return error_answer({"bad-frame", "cursor is none of ours."});
  const History& history = service.hub().history();
  if (is_refused(wanted, *start, history)) return cursor_gone();
  const Instance& instance = service.hub().instance();
  const std::size_t most = std::min(wanted.history == 0 ? usual_messages : wanted.history, messages_at_once);
  const auto wanted_here = [&](const Record& record) { return selects(patterns, record); };
  const auto said_here = [&](const Record& record) { return !record.is_break() && selects(patterns, record); };
  const auto records =
      start->cursor ? history.after(start->cursor->seq, most, wanted_here) : history.newest(most, said_here);
  // Where nothing more is, the client goes on from the end.
  const auto last = records.size() == most ? records.back()->seq : history.last();
  const auto forgotten = history.forgotten();
  json::object answer{{"messages", to_frames(records, wanted.format.value_or(Format::native), instance)},
                      {"cursor", to_cursor(instance, last)}};
  if (start->cursor && (start->cursor->seq < forgotten || start->cursor->is_elsewhere)) {
    const auto known = start->cursor->seq;
    const auto missed = start->cursor->is_elsewhere ? 0 : forgotten - known;
    answer["gap"] = *parse_json(to_text(Gap{known, forgotten, missed, "expired"}, Format::native, instance));
  }
  return json_answer(answer);
}

HttpAnswer post_message(const HttpRequest& request, Service& service, const Token* scope_of, const TokenPtr& token) {
  const auto body = parse_json(request.body);
  if (!body) return error_answer({"bad-frame", "The body is no JSON: " + body.error().message()});
  auto message = parse_say(*body);
  if (!message) return error_answer(message.error().problem);
  if (!scope_of->may_send(message->to))
    return error_answer({"forbidden", "The token may not send to " + message->to + "."});
  const auto said = service.say(token, *message);
  if (!said) return error_answer(said.error());
  return json_answer(json::object{{"id", *said}}, 202);
}

/// Answers to POST by the key of the request: what was said once is not said again.
class Idempotency {
 public:
  static constexpr std::size_t most = 1'000;
  static constexpr std::size_t longest_key = 128;

  const HttpAnswer* find(const std::string& key) const {
    const auto found = answers_.find(key);
    return found == answers_.end() ? nullptr : &found->second;
  }
  void keep(const std::string& key, const HttpAnswer& answer) {
    if (answers_.size() >= most) {
      answers_.erase(order_.front());
      order_.erase(order_.begin());
    }
    answers_.emplace(key, answer);
    order_.push_back(key);
  }

 private:
  std::map<std::string, HttpAnswer, std::less<>> answers_;
  std::vector<std::string> order_;
};

HttpAnswer on_messages(const HttpRequest& request, Service& service, Idempotency& kept) {
  if (request.method == "OPTIONS") return preflight(request);
  if (request.method != "POST") return list_messages(request, service);
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto& token = std::get<Admitted>(admitted).token;
  const std::string given{request.header("idempotency-key")};
  if (given.empty()) return post_message(request, service, token.get(), token);
  if (given.size() > Idempotency::longest_key) return error_answer({"bad-frame", "The Idempotency-Key is too long."});
  const std::string key = token->name + "\n" + given;
  if (const auto* known = kept.find(key)) return *known;
  HttpAnswer answer = post_message(request, service, token.get(), token);
  if (answer.status == 202) kept.keep(key, answer);
  return answer;
}

// --- /v1/state, /v1/tickets

HttpAnswer on_state(const HttpRequest& request, Service& service) {
  if (request.method == "OPTIONS") return preflight(request);
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto& [token, query, wanted] = std::get<Admitted>(admitted);
  if (!token->may_see_state) return error_answer({"forbidden", "The token lacks the scope state."});
  auto topics = topics_of(wanted, *token);
  if (auto* refusal = std::get_if<HttpAnswer>(&topics)) return std::move(*refusal);
  const auto& patterns = std::get<std::vector<std::string>>(topics);
  const Instance& instance = service.hub().instance();
  const auto values = service.hub().history().values([&](const Record& record) { return selects(patterns, record); });
  return json_answer(json::object{{"values", to_frames(values, wanted.format.value_or(Format::native), instance)},
                                  {"cursor", to_cursor(instance, service.hub().history().last())}});
}

HttpAnswer on_tickets(const HttpRequest& request, Service& service) {
  if (request.method == "OPTIONS") return preflight(request);
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto ticket = service.make_ticket(std::get<Admitted>(admitted).token, request.header("origin"));
  return json_answer(json::object{{"ticket", ticket}, {"expires_in", Tickets::lifetime.count()}}, 201);
}

}  // namespace

void add_routes(HttpRoutes& routes, Service& service) {
  const auto cors = [&service](auto answer) {
    return [&service, answer](const HttpRequest& request) {
      return with_cors(answer(request, service), request, service);
    };
  };
  routes["/v1/ws"] = HttpRoute{HttpRoute::Take{[&service](const HttpRequest& request, HttpConnection& connection) {
    return open_socket(request, connection, service, Format::native);
  }}};
  routes["/api/websocket"] =
      HttpRoute{HttpRoute::Take{[&service](const HttpRequest& request, HttpConnection& connection) {
        return open_socket(request, connection, service, Format::bridge);
      }}};
  routes["/v1/events"] = HttpRoute{HttpRoute::Take{[&service](const HttpRequest& request, HttpConnection& connection) {
    return open_stream(request, connection, service, Framing::event_stream, Format::native, "text/event-stream");
  }}};
  const auto kept = std::make_shared<Idempotency>();
  routes["/v1/messages"] =
      HttpRoute{{"GET", "POST", "OPTIONS"},
                cors([kept](const HttpRequest& request, Service& of) { return on_messages(request, of, *kept); }),
                max_body};
  routes["/v1/state"] = HttpRoute{{"GET", "OPTIONS"}, cors(on_state)};
  routes["/asyncapi.json"] = HttpRoute{[] {
    for (const auto& asset : assets()) {
      if (asset.name == "asyncapi.json")
        return HttpAnswer{.content_type = "application/json", .body = std::string{asset.bytes}};
    }
    return HttpAnswer{.status = 404, .body = {}};
  }};
  add_bridge_api(routes, service);
  routes["/v1/tickets"] = HttpRoute{{"POST", "OPTIONS"}, cors(on_tickets), max_body};
}

}  // namespace isthmus::websocket
