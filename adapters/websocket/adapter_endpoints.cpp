// Endpoints of others that we connect to: each speaks in a channel of its own.
#include <utility>

#include "adapters/websocket/adapter.hpp"
#include "adapters/websocket/endpoint_text.hpp"

namespace isthmus::websocket {

namespace {

std::string hex_of(EventId id) {
  const auto hex = to_hex(id);
  return {hex.data(), hex.size()};
}

Presence presence_of(const LinkState& state, const std::string& title) {
  const bool is_up = state.state == LinkState::State::up;
  return {is_up ? Presence::Show::available : Presence::Show::gone, is_up ? title : state.reason};
}

}  // namespace

void WebSocketAdapter::make_endpoints() {
  EndpointListener& listener = *this;
  for (const auto& settings : settings_.endpoints) {
    EndpointContext context{.writing = {runtime_.turn, tasks_, scratch_},
                            .alarms = runtime_.alarms,
                            .resolver = runtime_.resolver,
                            .executor = runtime_.executor,
                            .random = runtime_.random};
    auto endpoint = std::make_shared<Endpoint>(std::move(context), settings, listener);
    const std::string name = endpoint->channel();
    channels_.try_emplace(name, name, ChannelSettings{settings.title, settings.rules});
    endpoints_.emplace(name, std::move(endpoint));
  }
}

const Endpoint* WebSocketAdapter::endpoint_of(std::string_view channel) const {
  const auto found = endpoints_.find(channel);
  return found == endpoints_.end() ? nullptr : found->second.get();
}

Presence WebSocketAdapter::presence_in(const Channel& channel) const {
  const auto* endpoint = endpoint_of(channel.name());
  if (endpoint == nullptr) return {Presence::Show::available, channel.subject.text};
  return presence_of(endpoint->state(), channel.subject.text);
}

void WebSocketAdapter::on_state(Endpoint& endpoint, const LinkState& state) {
  const Channel& channel = channels_.find(endpoint.channel())->second;
  const auto text = state.state == LinkState::State::up ? "connected" : "no connection: " + state.reason;
  runtime_.log.info("websocket: {}: {}", endpoint.settings().name, text);
  hub_.publish(link_record(state, {{}, channel.address(), {}, runtime_.alarms.wall_clock()}));
  const auto contact = addresses_.contact(channel.name());
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  for (const auto& owner : channel.listeners())
    runtime_.router.emit(make_event(contact, owner, {}, id, presence_in(channel)));
  runtime_.router.settle();
}

void WebSocketAdapter::on_frame(Endpoint& endpoint, std::string_view frame) {
  const auto& settings = endpoint.settings();
  auto said = read_frame(settings.pointers, frame);
  if (!said) return runtime_.counters.add("websocket_endpoint_frames_dropped", "form");
  const Channel& channel = channels_.find(endpoint.channel())->second;
  const std::string& nick = said->sender.empty() ? settings.name : said->sender;
  Say what{.id = {}, .to = channel.address(), .only = {}, .what = Words{std::move(said->text)}};
  const bool is_value_alone = said->value && std::get<Words>(what.what).text.empty();
  if (is_value_alone) what.what = ValueSaid{said->value->value};
  const Payload payload = to_payload(what, is_value_alone ? said->value->name : std::string_view{});
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  publish(channel, nick, hex_of(id), payload, said->value);
  tell_users(channel, nick, id, payload, {});
  runtime_.router.settle();
}

std::optional<Refusal> WebSocketAdapter::tell_endpoint(const Channel& channel, const std::string& nick, EventId id,
                                                       const Payload& what) {
  const auto found = endpoints_.find(channel.name());
  if (found == endpoints_.end()) return std::nullopt;
  Endpoint& endpoint = *found->second;
  const auto* message = std::get_if<Message>(&what);
  const bool is_said = message != nullptr || std::holds_alternative<Edit>(what) ||
                       std::holds_alternative<Retract>(what) || std::holds_alternative<Reactions>(what);
  if (!is_said) return std::nullopt;
  if (message == nullptr || endpoint.settings().send.empty())
    return Refusal{Condition::feature_not_implemented,
                   Remedy::cancel,
                   message == nullptr ? "Only messages can be sent there." : "Nothing can be sent there.",
                   {}};
  const std::string hex = hex_of(id);
  const EndpointSaying saying{message->text, nick, hex, runtime_.alarms.wall_clock()};
  if (endpoint.send(fill(endpoint.settings().send, saying))) return std::nullopt;
  const std::string text = endpoint.is_up() ? "It takes nothing more at the moment." : "There is no connection to it.";
  return Refusal{Condition::recipient_unavailable, Remedy::wait, text, {}};
}

}  // namespace isthmus::websocket
