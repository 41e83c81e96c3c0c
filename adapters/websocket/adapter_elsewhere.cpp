// What comes from other networks and goes to them: by links, and because a token's scopes name their places.
#include <algorithm>
#include <utility>

#include "adapters/websocket/adapter.hpp"
#include "adapters/websocket/translate.hpp"
#include "gateway/model/degrade.hpp"

namespace isthmus::websocket {

namespace {

std::string hex_of(EventId id) {
  const auto hex = to_hex(id);
  return {hex.data(), hex.size()};
}

bool is_value(const Payload& what) {
  const auto* message = std::get_if<Message>(&what);
  return message != nullptr && message->data;
}

}  // namespace

Outcome WebSocketAdapter::relay(Event& event, Channel& channel) {
  const auto& about = event.about;
  const bool is_past = about.origin == Origin::history;
  Saying saying{hex_of(about.id), about.actor.address, about.actor.name, runtime_.alarms.wall_clock()};
  const auto publish_here = [&](Record record) {
    record.to = channel.address();
    hub_.publish(std::move(record));
  };
  if (const auto* state = std::get_if<LinkState>(&event.what)) {
    publish_here(link_record(*state, saying));
    return Accepted{};
  }
  if (!is_past) {
    if (auto refused = tell_endpoint(channel, about.actor.name, about.id, event.what))
      return Rejected{*std::move(refused)};
  }
  if (is_value(event.what)) {
    publish_here(value_record(std::get<Message>(event.what), saying, is_past));
    if (is_past) return Accepted{};
  } else {
    auto record = to_record(event.what, saying);
    if (!record) return Accepted{};
    record->to = channel.address();
    if (std::holds_alternative<Typing>(event.what)) {
      hub_.mention(*std::move(record));
    } else {
      hub_.publish(*std::move(record));
    }
    if (const auto* message = std::get_if<Message>(&event.what)) {
      saying.from = channel.address();
      publish_values(saying, channel.rules().read(message->text));
    }
  }
  // Users see who it was in the text: a stranger's name is none of those in the room.
  Payload named = event.what;
  name_speaker(named, about.actor.name);
  if (auto* message = std::get_if<Message>(&named)) message->data.reset();
  const auto* nick = channel.nick_of(about.owner);
  for (const auto& [owner, other] : channel.room()) {
    if (owner == about.owner) continue;
    runtime_.router.emit(
        make_event(addresses_.room(channel.name()), owner, nick == nullptr ? std::string{} : *nick, about.id, named));
  }
  for (const auto& owner : channel.listeners()) {
    if (channel.nick_of(owner) == nullptr)
      runtime_.router.emit(make_event(addresses_.contact(channel.name()), owner, about.actor.name, about.id, named));
  }
  return Accepted{};
}

void WebSocketAdapter::open_feeds(const Token& token) {
  if (runtime_.links == nullptr) return;
  for (const auto& pattern : token.read) {
    if (pattern.starts_with("ws:") || feeds_.contains(pattern)) continue;
    const auto place = runtime_.links->find(pattern);
    const bool is_open = place && runtime_.router.adapter(place->adapter).addresses().is_open_to_programs();
    if (!is_open) continue;  // it selects what links bring, if anything
    feeds_.insert(pattern);
    runtime_.links->add_listener(*place, id_, *this);
  }
}

void WebSocketAdapter::close_feeds() {
  std::erase_if(feeds_, [this](const std::string& pattern) {
    const bool is_read = std::ranges::any_of(tokens_.all(), [&](const TokenPtr& token) {
      return std::ranges::find(token->read, pattern) != token->read.end();
    });
    if (is_read) return false;
    if (const auto place = runtime_.links->find(pattern)) runtime_.links->remove_listener(*place, *this);
    return true;
  });
}

void WebSocketAdapter::on_said(const Event& event, bool is_past) {
  if (!is_value(event.what)) return;
  const auto& about = event.about;
  hub_.publish(value_record(std::get<Message>(event.what),
                            {hex_of(about.id), about.actor.address, {}, runtime_.alarms.wall_clock()}, is_past));
}

void WebSocketAdapter::on_link(std::string_view address, const LinkState& state) {
  hub_.publish(link_record(state, {{}, std::string{address}, {}, runtime_.alarms.wall_clock()}));
}

boost::system::result<std::string, Problem> WebSocketAdapter::say_elsewhere(const Token& token, const std::string& nick,
                                                                            const Say& what, Links::Done done) {
  Problem unknown{"not-found", "There is no " + what.to + " here."};
  if (runtime_.links == nullptr) return unknown;
  auto place = runtime_.links->find(what.to);
  const bool is_open = place && runtime_.router.adapter(place->adapter).addresses().is_open_to_programs();
  if (!is_open) return unknown;
  auto value = to_value(what);
  if (!value || !what.only.empty()) return Problem{"unsupported", "Only texts and values can be sent there."};
  if (!what.answer_to.empty()) {
    if (!token.may_read(what.answer_to)) return Problem{"forbidden", "The token may not read " + what.answer_to + "."};
    const auto answers = runtime_.links->find(what.answer_to);
    if (!answers || answers->adapter != place->adapter || answers->network != place->network)
      return Problem{"bad-frame", "reply_to is no place of the same network."};
    value->data->answer_to = answers->native.str();
  }
  place->kind = PlaceKind::direct;
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  runtime_.links->say(*place, *std::move(value), id, {nick, {}}, std::move(done));
  return hex_of(id);
}

}  // namespace isthmus::websocket
