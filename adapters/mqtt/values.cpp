#include "adapters/mqtt/values.hpp"

#include <algorithm>
#include <utility>

#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

Rejected no_topic() { return rejected(Condition::item_not_found, Remedy::cancel, "This is no topic."); }

Rejected may_not_read() { return rejected(Condition::forbidden, Remedy::auth, "You may not read this topic."); }

}  // namespace

std::optional<Outcome> Values::deliver(EventPtr& event) {
  auto* request = std::get_if<Request>(&event->what);
  if (request == nullptr) return std::nullopt;
  std::erase_if(readings_, [](const auto& reading) { return reading->is_over(); });
  std::erase_if(feeds_, [](const auto& feed) { return !feed.second->is_wanted(); });
  const auto& place = event->about.conversation;
  auto* branch = std::get_if<ReadBranch>(&request->what);
  if (branch != nullptr && place.kind == PlaceKind::network) return browse(place, *branch);
  if (place.kind != PlaceKind::direct) return std::nullopt;
  if (branch != nullptr) return browse(place, *branch);
  if (const auto* it = std::get_if<WatchValues>(&request->what)) return watch(event, it->on);
  if (std::holds_alternative<ReadValue>(request->what)) return read(event);
  if (std::holds_alternative<PublishValue>(request->what)) return publish(event);
  return std::nullopt;
}

void Values::on_link(const LinkState& state) {
  for (const auto& [filter, feed] : feeds_) feed->on_link(state);
}

Outcome Values::watch(EventPtr& event, bool on) {
  const auto& place = event->about.conversation;
  const auto known = feeds_.find(place.native.view());
  if (!on) {
    if (known != feeds_.end()) feeds_.erase(known);
    return Accepted{};
  }
  if (!is_topic_filter(place.native.view())) return no_topic();
  if (!seat_.rights.may_subscribe(place.native.view())) return may_not_read();
  if (known != feeds_.end()) return known->second->watch(event);
  if (feeds_.size() >= max_feeds_)
    return rejected(Condition::policy_violation, Remedy::wait,
                    "You may watch " + std::to_string(max_feeds_) + " topics on this broker; unsubscribe from one.");
  return feeds_.emplace(place.native.str(), std::make_unique<Feed>(seat_, place)).first->second->watch(event);
}

Outcome Values::read(EventPtr& event) {
  const auto topic = event->about.conversation.native.view();
  if (!is_topic_filter(topic)) return no_topic();
  if (has_wildcard(topic))
    return rejected(Condition::feature_not_implemented, Remedy::cancel,
                    "A topic filter has no value: ask for those of one topic.");
  if (!seat_.rights.may_subscribe(topic)) return may_not_read();
  const auto& link = seat_.broker.link();
  const auto feed = feeds_.find(topic);
  if (const auto* last = feed == feeds_.end() ? nullptr : feed->second->last()) {
    std::get<ReadValue>(std::get<Request>(event->what).what).found = *last;
    return Accepted{};
  }
  if (link.state == LinkState::State::down) return Rejected{to_refusal({Reason::Where::connection, 0, link.reason})};
  if (readings_.size() >= max_readings)
    return rejected(Condition::resource_constraint, Remedy::wait, "Too many topics are being read for you.");
  readings_.push_back(std::make_unique<Reading>(seat_, std::move(event)));
  readings_.back()->start();
  return Pending{};
}

Outcome Values::publish(EventPtr& event) {
  auto& value = std::get<PublishValue>(std::get<Request>(event->what).what).value;
  const auto topic = event->about.conversation.native.view();
  if (!is_topic_filter(topic) || !value) return no_topic();
  Publication publication{.topic = std::string{topic},
                          .payload = std::move(value->bytes),
                          .qos = value->qos,
                          .retain = value->is_stored,
                          .content_type = std::move(value->media_type),
                          .is_utf8 = value->form != Data::Form::binary,
                          .properties = std::move(value->properties)};
  return seat_.publish(event, std::move(publication), nullptr);
}

Outcome Values::browse(const Conversation& place, ReadBranch& question) const {
  const auto topic = place.native.view();
  const bool is_root = place.kind == PlaceKind::network;
  const auto& seen = seat_.broker.seen();
  question.found = seen.below(is_root ? std::string{} : std::string{topic} + "/", [&](std::string_view one) {
    return is_readable(one) && seat_.rights.may_subscribe(one);
  });
  question.may_read =
      is_root ? !seat_.rights.subscribe.empty() : is_topic_filter(topic) && seat_.rights.may_subscribe(topic);
  if (is_root) return Accepted{};
  question.has_value = question.may_read && (seen.has(topic) || feeds_.contains(topic));
  question.may_publish = is_topic_name(topic) && seat_.rights.may_publish(topic);
  return Accepted{};
}

}  // namespace isthmus::mqtt
