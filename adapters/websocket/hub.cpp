#include "adapters/websocket/hub.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "adapters/websocket/topic.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

constexpr std::size_t replayed_at_once = 200;  // records; the client takes these before it gets more

bool selects(const Subscription& subscription, const Record& record) noexcept {
  return std::ranges::any_of(subscription.patterns, [&](const auto& pattern) {
    return matches(pattern, record.from) || (!record.to.empty() && matches(pattern, record.to));
  });
}

}  // namespace

RecordPtr Hub::publish(Record record) {
  record.seq = history_.next();
  auto shared = std::make_shared<const Record>(std::move(record));
  tell(shared);
  history_.add(shared);
  for (Consumer* consumer : consumers_) {
    for (auto& subscription : consumer->subscriptions_) {
      if (subscription.caught_up) consumer->wake();
    }
  }
  return shared;
}

void Hub::mention(Record record) { tell(std::make_shared<const Record>(std::move(record))); }

void Hub::tell(const RecordPtr& record) {
  for (Consumer* consumer : consumers_) consumer->on_record(record);
}

Consumer::Consumer(Hub& hub, Output& output, TokenPtr token) : hub_{hub}, output_{output}, token_{std::move(token)} {
  hub_.consumers_.push_back(this);
}

Consumer::~Consumer() {
  const auto mine = std::ranges::find(hub_.consumers_, this);
  *mine = hub_.consumers_.back();
  hub_.consumers_.pop_back();
}

bool Consumer::hears(std::string_view address) const noexcept {
  return std::ranges::any_of(subscriptions_, [&](const Subscription& subscription) {
    return std::ranges::any_of(subscription.patterns, [&](const auto& pattern) { return matches(pattern, address); });
  });
}

void Consumer::subscribe(Subscription subscription, Start start) {
  unsubscribe(subscription.id);
  const History& history = hub_.history();
  if (start.cursor) {
    subscription.caught_up = std::min(*start.cursor, history.last());
    subscription.is_from_elsewhere = *start.cursor == 0;
  } else if (start.history > 0) {
    const auto newest = history.newest(start.history, [&](const Record& one) { return selects(subscription, one); });
    subscription.caught_up = newest.empty() ? history.last() : newest.front()->seq - 1;
  } else {
    subscription.caught_up = history.last();
  }
  subscriptions_.push_back(std::move(subscription));
  if (!pump()) is_too_slow_ = true;
  wake();
}

bool Consumer::unsubscribe(std::string_view id) {
  return std::erase_if(subscriptions_, [&](const Subscription& one) { return one.id == id; }) > 0;
}

void Consumer::on_record(const RecordPtr& record) {
  const Subscription* first = nullptr;
  std::string names;
  for (const auto& subscription : subscriptions_) {
    if (subscription.caught_up || !selects(subscription, *record)) continue;
    if (first == nullptr) first = &subscription;
    if (subscriptions_.size() > 1) {
      names += names.empty() ? "" : ",";
      append_json_string(names, subscription.id);
    }
  }
  if (first == nullptr) return;
  const bool is_named = !names.empty() && output_.format() == Format::native;
  const std::string extra = is_named ? ",\"sub\":[" + names + "]" : std::string{};
  if (!output_.add(record, first->policy, extra)) is_too_slow_ = true;
  wake();
}

bool Consumer::pump() {
  for (auto& subscription : subscriptions_) {
    if (subscription.caught_up && !replay(subscription)) return false;
  }
  return true;
}

bool Consumer::replay(Subscription& subscription) {
  if (output_.frames() > 0) return true;  // the client has not even taken what it has
  const History& history = hub_.history();
  auto& place = *subscription.caught_up;
  if (place < history.forgotten() || subscription.is_from_elsewhere) {
    const Gap gap{place, history.forgotten(), history.forgotten() - place, "expired"};
    subscription.is_from_elsewhere = false;
    const auto text = to_text(gap, output_.format(), hub_.instance());
    if (!text.empty() && !output_.add(text)) return false;
    place = history.forgotten();
  }
  const auto missed =
      history.after(place, replayed_at_once, [&](const Record& one) { return selects(subscription, one); });
  const bool is_named = subscriptions_.size() > 1 && output_.format() == Format::native;
  std::string extra;
  if (is_named) {
    extra = ",\"sub\":[";
    append_json_string(extra, subscription.id);
    extra += ']';
  }
  for (const auto& record : missed) {
    if (!output_.add(record, subscription.policy, extra)) return false;
    place = record->seq;
  }
  if (missed.size() == replayed_at_once) return true;
  subscription.caught_up.reset();
  on_live(subscription);
  return true;
}

}  // namespace isthmus::websocket
