#include "adapters/websocket/bridge_api.hpp"

#include <utility>

#include "adapters/websocket/admission.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t max_body = std::size_t{64} * 1024;
constexpr std::size_t messages_at_once = 1'000;

HttpAnswer list_messages(const HttpRequest& request, Service& service) {
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto& token = std::get<Admitted>(admitted).token;
  const auto place = service.read_by(token->name);
  const auto records = service.hub().history().after(
      place, messages_at_once, [&](const Record& record) { return selects(token->read, record); });
  json::array messages;
  for (const auto& record : records) {
    const auto& text = record->text(Format::bridge, service.hub().instance());
    if (!text->empty()) messages.push_back(*parse_json(*text));
  }
  service.set_read_by(token->name,
                      records.size() == messages_at_once ? records.back()->seq : service.hub().history().last());
  return json_answer(messages);
}

HttpAnswer post_message(const HttpRequest& request, Service& service) {
  auto admitted = admit(request, service, false);
  if (auto* refusal = std::get_if<HttpAnswer>(&admitted)) return std::move(*refusal);
  const auto& token = std::get<Admitted>(admitted).token;
  const auto message = parse_json(request.body);
  const auto say = parse_bridge(message ? *message : json::value{});
  if (!say) return error_answer({"bad-frame", "A message is an object with text and gateway, the name of a channel."});
  if (!token->may_send(say->to)) return error_answer({"forbidden", "The token may not send to " + say->to + "."});
  const auto said = service.say(token, *say);
  if (!said) return error_answer(said.error());
  return json_answer(*message);
}

}  // namespace

void add_bridge_api(HttpRoutes& routes, Service& service) {
  routes["/api/health"] = HttpRoute{[] { return HttpAnswer{.body = "OK"}; }};
  routes["/api/messages"] =
      HttpRoute{{"GET"}, [&service](const HttpRequest& request) { return list_messages(request, service); }};
  routes["/api/message"] =
      HttpRoute{{"POST"}, [&service](const HttpRequest& request) { return post_message(request, service); }, max_body};
  routes["/api/stream"] = HttpRoute{HttpRoute::Take{[&service](const HttpRequest& request, HttpConnection& connection) {
    return open_stream(request, connection, service, Framing::lines, Format::bridge, "application/x-json-stream");
  }}};
}

}  // namespace isthmus::websocket
