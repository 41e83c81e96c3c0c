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
  if (record.is_break()) return subscription.is_resumed;
  return std::ranges::any_of(subscription.patterns, [&](const auto& pattern) {
    return matches(pattern, record.from) || (!record.to.empty() && matches(pattern, record.to));
  });
}

}  // namespace

void Hub::resume(Past past, HistoryKeeper& keeper) {
  instance_.before = std::move(past.runs);
  history_.skip_to(past.records.empty() ? past.last + 1 : past.records.front().seq);
  for (auto& value : past.values) {
    // One that is among the records again needs no place of its own.
    if (value.seq > history_.last()) {
      keeper.drop_value(value.from);
    } else {
      history_.add_value(std::make_shared<const Record>(std::move(value)));
    }
  }
  history_.set_keeper(keeper);
  for (auto& one : past.records) {
    const auto record = std::make_shared<const Record>(std::move(one));
    record->text(Format::native, instance_);  // counts for what it costs
    history_.add(record);
  }
  if (history_.last() < past.last) history_.skip_to(past.last + 1);
  keeper_ = &keeper;
}

RecordPtr Hub::publish(Record record) {
  record.seq = history_.next();
  auto shared = std::make_shared<const Record>(std::move(record));
  tell(shared);
  history_.add(shared);
  if (keeper_ != nullptr) keeper_->add(shared);
  return shared;
}

void Hub::mention(Record record) { tell(std::make_shared<const Record>(std::move(record))); }

void Hub::tell(const RecordPtr& record) {
  ++round_;
  if (record->is_break()) {
    for (Consumer* consumer : consumers_) consumer->on_record(record);
    return;
  }
  const auto from = root_of(record->from);
  const auto to = root_of(record->to);
  tell({}, record);
  tell(from, record);
  if (to != from) tell(to, record);
}

void Hub::tell(std::string_view root, const RecordPtr& record) {
  const auto those = by_root_.find(root);
  if (those == by_root_.end()) return;
  for (Consumer* consumer : those->second) consumer->on_record(record);
}

Consumer::Consumer(Hub& hub, Output& output, TokenPtr token) : hub_{hub}, output_{output}, token_{std::move(token)} {
  hub_.consumers_.push_back(this);
}

Consumer::~Consumer() {
  const auto mine = std::ranges::find(hub_.consumers_, this);
  *mine = hub_.consumers_.back();
  hub_.consumers_.pop_back();
  leave_roots();
}

void Consumer::enter_roots() {
  leave_roots();
  for (const auto& subscription : subscriptions_) {
    for (const auto& pattern : subscription.patterns) {
      const auto root = root_of(pattern);
      if (std::ranges::find(roots_, root) == roots_.end()) roots_.emplace_back(root);
    }
  }
  for (const auto& root : roots_) hub_.by_root_[root].push_back(this);
}

void Consumer::leave_roots() {
  for (const auto& root : roots_) {
    const auto those = hub_.by_root_.find(root);
    auto& consumers = those->second;
    *std::ranges::find(consumers, this) = consumers.back();
    consumers.pop_back();
    if (consumers.empty()) hub_.by_root_.erase(those);
  }
  roots_.clear();
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
    subscription.caught_up = std::min(start.cursor->seq, history.last());
    subscription.is_resumed = true;
    subscription.is_from_elsewhere = start.cursor->is_elsewhere;
  } else if (start.history > 0) {
    const auto newest = history.newest(start.history, [&](const Record& one) { return selects(subscription, one); });
    subscription.caught_up = newest.empty() ? history.last() : newest.front()->seq - 1;
  } else {
    subscription.caught_up = history.last();
  }
  if (subscription.rate > 0) {
    subscription.throttle = std::make_unique<Throttle>(subscription.rate);
    if (!alarm_) alarm_ = std::make_unique<Alarm>(hub_.alarms_, [this] { on_due(); });
  }
  subscriptions_.push_back(std::move(subscription));
  enter_roots();
  const auto& added = subscriptions_.back();
  if (start.cursor && added.throttle && !repeat_values(added, start.cursor->seq)) is_too_slow_ = true;
  if (!pump()) is_too_slow_ = true;
  wake();
}

bool Consumer::unsubscribe(std::string_view id) {
  const bool is_known = std::erase_if(subscriptions_, [&](const Subscription& one) { return one.id == id; }) > 0;
  if (is_known) enter_roots();
  return is_known;
}

void Consumer::on_record(const RecordPtr& record) {
  if (std::exchange(round_, hub_.round_) == hub_.round_) return;
  const Subscription* first = nullptr;
  std::string names;
  for (auto& subscription : subscriptions_) {
    if (subscription.caught_up || !selects(subscription, *record) || is_held(subscription, record)) continue;
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

bool Consumer::is_held(Subscription& subscription, const RecordPtr& record) {
  if (!subscription.throttle || !record->is_value || subscription.throttle->take(record, hub_.alarms_.now()))
    return false;
  set_alarm();
  return true;
}

void Consumer::set_alarm() {
  std::optional<Throttle::Time> first;
  for (const auto& subscription : subscriptions_) {
    const auto due = subscription.throttle ? subscription.throttle->next_due() : std::nullopt;
    if (due && (!first || *due < *first)) first = due;
  }
  if (first) alarm_->set(*first);
}

void Consumer::on_due() {
  for (auto& subscription : subscriptions_) {
    if (!subscription.throttle) continue;
    for (const auto& record : subscription.throttle->due(hub_.alarms_.now())) {
      if (!output_.add(record, subscription.policy, extra_of(subscription))) is_too_slow_ = true;
    }
  }
  set_alarm();
  wake();
}

std::string Consumer::extra_of(const Subscription& subscription) const {
  if (subscriptions_.size() < 2 || output_.format() != Format::native) return {};
  std::string extra = ",\"sub\":[";
  append_json_string(extra, subscription.id);
  extra += ']';
  return extra;
}

bool Consumer::repeat_values(const Subscription& subscription, std::uint64_t place) {
  const History& history = hub_.history();
  if (place == 0) return true;
  const auto newest = history.after(place - 1, 1, [&](const Record& one) { return one.seq == place; });
  if (newest.empty()) return true;
  const auto since = newest.front()->time - subscription.throttle->interval();
  const auto values = history.values(
      [&](const Record& one) { return one.seq <= place && one.time > since && selects(subscription, one); });
  return std::ranges::all_of(values, [&](const RecordPtr& record) {
    return output_.add(record, subscription.policy, extra_of(subscription));
  });
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
    const auto count = subscription.is_from_elsewhere ? 0 : history.forgotten() - place;
    const Gap gap{place, history.forgotten(), count, "expired"};
    subscription.is_from_elsewhere = false;
    const auto text = to_text(gap, output_.format(), hub_.instance());
    if (!text.empty() && !output_.add(text)) return false;
    place = history.forgotten();
  }
  const auto missed =
      history.after(place, replayed_at_once, [&](const Record& one) { return selects(subscription, one); });
  const std::string extra = extra_of(subscription);
  for (const auto& record : missed) {
    if (!is_held(subscription, record) && !output_.add(record, subscription.policy, extra)) return false;
    place = record->seq;
  }
  if (missed.size() == replayed_at_once) return true;
  subscription.caught_up.reset();
  on_live(subscription);
  return true;
}

}  // namespace isthmus::websocket
