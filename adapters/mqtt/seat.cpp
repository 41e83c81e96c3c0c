#include "adapters/mqtt/seat.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/trace.hpp"

namespace isthmus::mqtt {

EventPtr Seat::make_event(const Conversation& place, Payload what, std::string actor, std::string audience) const {
  auto event = std::make_unique<Event>();
  event->about.received_at = runtime.alarms.wall_clock();
  event->about.id = runtime.ids.next(event->about.received_at);
  event->about.source = id;
  event->about.owner = owner;
  event->about.conversation = place;
  event->about.actor.name = std::move(actor);
  event->about.audience = std::move(audience);
  event->what = std::move(what);
  return event;
}

void Seat::emit(const Conversation& place, Payload what, std::string actor, std::string audience) const {
  held.emit(make_event(place, std::move(what), std::move(actor), std::move(audience)));
}

void Seat::say(const Conversation& place, std::string text) const {
  emit(place, Message{Style::normal, std::move(text)});
}

std::optional<Refusal> Seat::admit() const {
  if (pace == nullptr || pace->take(runtime.alarms.now())) return std::nullopt;
  return Refusal{Condition::resource_constraint,
                 Remedy::wait,
                 "You publish more on this broker than mqtt.publish_rate and publish_burst allow; wait a little.",
                 {}};
}

Outcome Seat::publish(EventPtr& event, const std::string& topic, std::string text, std::uint8_t qos, bool retain,
                      const View* from) const {
  return publish(event, {.topic = topic, .payload = std::move(text), .qos = qos, .retain = retain, .is_utf8 = true},
                 from);
}

Outcome Seat::publish(EventPtr& event, Publication publication, const View* from) const {
  if (has_wildcard(publication.topic))
    return Rejected{{Condition::not_allowed,
                     Remedy::cancel,
                     "This is a topic filter: values are published to one topic, not to all that a filter selects.",
                     {}}};
  if (!rights.may_publish(publication.topic))
    return Rejected{{Condition::forbidden, Remedy::auth, "You may not publish to this topic.", {}}};
  if (publication.expiry) {
    const auto age = runtime.alarms.wall_clock() - event->about.received_at;
    *publication.expiry -= std::chrono::floor<std::chrono::seconds>(std::max<SystemTime::duration>(age, {}));
    if (publication.expiry->count() <= 0)
      return Rejected{
          {Condition::remote_server_timeout, Remedy::cancel, "It expired before it could be published.", {}}};
  }
  // What was said before a restart was counted then.
  if (event->about.origin != Origin::replay) {
    if (auto why = admit()) return Rejected{*std::move(why)};
  }
  const auto qos = publication.qos;
  mark(publication, event->about.id, instance);
  if (is_gateway && !event->about.actor.name.empty())
    publication.properties.emplace_back("isthmus-from", event->about.actor.name);
  if (is_gateway && event->about.at)
    publication.properties.emplace_back(
        "isthmus-time", fmt::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(*event->about.at)));
  if (event->about.origin == Origin::replay) publication.properties.emplace_back("isthmus-repeated", "1");
  // Of QoS 0 nobody would know whether it arrived.
  const auto kept_since =
      event->about.is_kept && qos > 0 ? std::optional{event->about.received_at} : std::optional<SystemTime>{};
  auto done = [&router = runtime.router, qos, event = std::move(event)](const Reason& reason) mutable {
    if (!reason.is_success()) return router.failed(std::move(event), to_refusal(reason));
    event->about.is_acknowledged = qos > 0;
    router.confirmed(std::move(event));
  };
  broker.publish(std::move(publication), from, std::move(done), kept_since);
  return Pending{};
}

}  // namespace isthmus::mqtt
