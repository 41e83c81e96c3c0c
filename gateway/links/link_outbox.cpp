#include "gateway/links/link_outbox.hpp"

#include <algorithm>
#include <utility>

#include "gateway/model/degrade.hpp"
#include "gateway/outbox.hpp"
#include "gateway/store/stored_id.hpp"

namespace isthmus {

namespace {

constexpr SteadyTime never = SteadyTime::max();
constexpr std::chrono::minutes between_expiries{10};

/// What is said when it happens, or not at all: nobody wants to know later that somebody typed, or how a place was.
bool is_for_now_only(const Event& event) {
  return is_momentary(event.what) || event.about.origin == Origin::history ||
         std::holds_alternative<LinkState>(event.what);
}

std::size_t size_of(const Payload& what) {
  if (const auto* message = std::get_if<Message>(&what))
    return message->text.size() + (message->data ? message->data->bytes.size() : 0);
  const auto* edit = std::get_if<Edit>(&what);
  return edit == nullptr ? 0 : edit->now.text.size();
}

/// Of readings that nobody was promised (QoS 0) the last one counts, for each place that they are of.
std::string reading_of(const Event& event) {
  const auto* message = std::get_if<Message>(&event.what);
  const bool is_reading =
      message != nullptr && message->data && message->data->qos == 0 && !message->data->place.empty();
  return is_reading ? event.about.actor.address : std::string{};
}

}  // namespace

LinkOutbox::LinkOutbox(Runtime& runtime, Speaker& speaker)
    : runtime_{runtime},
      speaker_{speaker},
      write_{runtime.alarms, [this] { write_all(); }},
      retry_{runtime.alarms, [this] { try_all(); }},
      expiry_{runtime.alarms, [this] { expire(); }} {}

// --- Places.

void LinkOutbox::know(const Conversation& place, std::string address) {
  auto& queue = queues_[place];
  if (queue == nullptr) queue = std::make_unique<Queue>();
  queue->address = std::move(address);
}

LinkOutbox::Queue* LinkOutbox::find(const Conversation& place) {
  const auto found = queues_.find(place);
  return found == queues_.end() ? nullptr : found->second.get();
}

std::deque<LinkOutbox::Entry>::iterator LinkOutbox::find(Queue& queue, const EventId& id) {
  return std::ranges::find(queue.entries, id, &Entry::id);  // what is under way is among the first
}

void LinkOutbox::open(const Conversation& place) {
  auto* queue = find(place);
  if (queue == nullptr || queue->state == Queue::State::open) return;
  queue->pause = first_pause;
  queue->state = queue->entries.empty() ? Queue::State::open : Queue::State::stuck;
  if (queue->state == Queue::State::stuck) try_again(*queue);
}

void LinkOutbox::close(const Conversation& place) {
  auto* queue = find(place);
  if (queue == nullptr) return;
  queue->state = Queue::State::closed;
  queue->due = never;
  for (Entry& entry : queue->entries) entry.tries = 0;
}

// --- What is to be said.

void LinkOutbox::add(EventPtr event) {
  auto* queue = find(event->about.conversation);
  if (queue == nullptr) return speaker_.speak(std::move(event));
  if (is_for_now_only(*event)) {
    const bool is_in_turn = queue->state == Queue::State::open && queue->entries.size() == queue->under_way;
    if (is_in_turn) return speaker_.speak(std::move(event));
    return runtime_.counters.add("links_dropped", "past");
  }
  Entry entry{.key = runtime_.ids.next(runtime_.alarms.wall_clock()),
              .id = event->about.id,
              .event = nullptr,
              .record = nullptr,
              .reading_of = reading_of(*event),
              .seen = event->about.received_at,
              .bytes = size_of(event->what)};
  if (!entry.reading_of.empty()) drop_reading(*queue, entry.reading_of);
  make_room(*queue, entry.bytes);
  event->about.is_kept = runtime_.store.is_durable();
  entry.event = std::move(event);
  ++unwritten_;
  push(*queue, std::move(entry));
  if (queue->state == Queue::State::open) flush(*queue);
  if (queue->entries.back().event != nullptr) note_waiting(*queue);
  if (has_ended_) return write_all();
  if (!write_.is_set()) write_.set(runtime_.alarms.now() + grace);
  if (!expiry_.is_set()) expiry_.set(runtime_.alarms.now() + between_expiries);
}

void LinkOutbox::push(Queue& queue, Entry entry) {
  ++count_;
  bytes_ += entry.bytes;
  queue.entries.push_back(std::move(entry));
}

void LinkOutbox::note_waiting(Queue& queue) {
  queue.entries.back().has_waited = true;
  if (std::exchange(queue.has_waiting, true)) return;
  runtime_.log.info("links: {} is to hear more than it takes now; that waits", queue.address);
}

void LinkOutbox::flush(Queue& queue) {
  const std::size_t most = queue.state == Queue::State::open ? max_under_way : 1;
  for (Entry& entry : queue.entries) {
    if (queue.under_way >= most) return;
    if (entry.event != nullptr) speak(queue, entry);
  }
}

void LinkOutbox::speak(Queue& queue, Entry& entry) {
  Envelope& about = entry.event->about;
  if (entry.has_waited && !about.at) about.at = entry.seen;
  if (!entry.is_written && runtime_.store.is_durable())
    entry.record = std::make_unique<StoredMessage>(to_record(queue, entry.key, *entry.event));
  ++queue.under_way;
  speaker_.speak(std::move(entry.event));
}

void LinkOutbox::try_again(Queue& queue) {
  queue.due = runtime_.alarms.now() + queue.pause;
  queue.pause = std::min(queue.pause * 2, longest_pause);
  if (queue.under_way == 0 && !queue.entries.empty()) speak(queue, queue.entries.front());
  set_retry();
}

// --- What became of it.

void LinkOutbox::arrived(const Event& event) {
  auto* queue = find(event.about.conversation);
  if (queue == nullptr) return;
  const auto entry = find(*queue, event.about.id);
  if (entry == queue->entries.end() || entry->event != nullptr) return;
  remove(*queue, entry);
  go_on(*queue);
}

bool LinkOutbox::take_back(EventPtr& event, const Refusal& why) {
  auto* queue = find(event->about.conversation);
  if (queue == nullptr) return false;
  const auto entry = find(*queue, event->about.id);
  if (entry == queue->entries.end() || entry->event != nullptr) return false;
  const bool is_there = queue->state != Queue::State::closed;
  const bool is_crowded = why.condition == Condition::resource_constraint;
  if (is_there && !is_crowded) ++entry->tries;
  if ((is_there && why.remedy != Remedy::wait) || entry->tries >= most_tries) {
    remove(*queue, entry);
    go_on(*queue);
    return false;
  }
  --queue->under_way;
  entry->event = std::move(event);
  entry->has_waited = true;
  entry->record.reset();
  if (queue->state != Queue::State::open) return true;
  queue->state = Queue::State::stuck;
  queue->due = runtime_.alarms.now() + queue->pause;
  queue->pause = std::min(queue->pause * 2, longest_pause);
  if (!std::exchange(queue->has_waiting, true))
    runtime_.log.info("links: {} takes nothing now, what is said waits: {}", queue->address, why.text);
  set_retry();
  return true;
}

void LinkOutbox::go_on(Queue& queue) {
  if (queue.state == Queue::State::stuck && queue.under_way == 0) {
    queue.state = Queue::State::open;
    queue.pause = first_pause;
    queue.due = never;
  }
  if (queue.state == Queue::State::open) flush(queue);
  if (queue.entries.empty() && std::exchange(queue.has_waiting, false))
    runtime_.log.info("links: {} has heard all that waited", queue.address);
}

void LinkOutbox::remove(Queue& queue, std::deque<Entry>::iterator entry) {
  if (entry->event == nullptr) --queue.under_way;
  if (entry->is_written) {
    runtime_.store.remove_message(to_stored_id(entry->key));
  } else {
    --unwritten_;
  }
  --count_;
  bytes_ -= entry->bytes;
  queue.entries.erase(entry);
}

void LinkOutbox::make_room(Queue& queue, std::size_t bytes) {
  const auto waits = [](const Entry& entry) { return entry.event != nullptr; };
  while (queue.entries.size() >= max_per_place || count_ >= max_messages || bytes_ + bytes > max_bytes) {
    const auto oldest = std::ranges::find_if(queue.entries, waits);
    if (oldest == queue.entries.end()) return;  // what is under way is little
    runtime_.counters.add("links_dropped", "too_many");
    remove(queue, oldest);
  }
}

void LinkOutbox::drop_reading(Queue& queue, std::string_view of) {
  const auto old = std::ranges::find_if(
      queue.entries, [&](const Entry& entry) { return entry.event != nullptr && entry.reading_of == of; });
  if (old == queue.entries.end()) return;
  runtime_.counters.add("links_dropped", "replaced");
  remove(queue, old);
}

// --- Time.

void LinkOutbox::set_retry() {
  SteadyTime due = never;
  for (const auto& [place, queue] : queues_) due = std::min(due, queue->due);
  if (due == never || has_ended_) return retry_.clear();
  retry_.set(due);
}

void LinkOutbox::try_all() {
  const auto now = runtime_.alarms.now();
  for (const auto& [place, queue] : queues_)
    if (queue->due <= now) try_again(*queue);
  set_retry();
  runtime_.router.settle();
}

void LinkOutbox::expire() {
  const auto oldest = runtime_.alarms.wall_clock() - Outbox::max_age;
  for (const auto& [place, queue] : queues_) {
    std::size_t expired = 0;
    for (auto entry = queue->entries.begin(); entry != queue->entries.end() && entry->seen < oldest;) {
      if (entry->event == nullptr) {  // whoever has it knows its age too
        ++entry;
        continue;
      }
      const auto index = entry - queue->entries.begin();
      remove(*queue, entry);
      entry = queue->entries.begin() + index;
      runtime_.counters.add("links_dropped", "too_old");
      ++expired;
    }
    if (expired > 0)
      runtime_.log.warn("links: {} messages for {} have waited for too long and are given up", expired, queue->address);
  }
  if (count_ > 0) expiry_.set(runtime_.alarms.now() + between_expiries);
}

// --- The store.

StoredMessage LinkOutbox::to_record(const Queue& queue, const EventId& key, const Event& event) {
  return {.id = to_stored_id(key),
          .owner = std::string{owner_name},
          .address = queue.address,
          .from_owner = true,
          .sender = event.about.actor.name,
          .ref = {},
          .client = event.about.actor.address,
          .client_id = to_stored_id(event.about.id),
          .at = event.about.received_at,
          .said = to_record_with_value(event.what).value_or(SaidRecord{})};
}

void LinkOutbox::write(Queue& queue, Entry& entry) {
  if (entry.is_written) return;
  --unwritten_;
  entry.is_written = true;
  if (!runtime_.store.is_durable()) return;
  const auto record = entry.record != nullptr
                          ? std::move(entry.record)
                          : std::make_unique<StoredMessage>(to_record(queue, entry.key, *entry.event));
  if (!runtime_.store.put(*record)) runtime_.counters.add("messages_not_stored", "link");
}

void LinkOutbox::write_all() {
  for (const auto& [place, queue] : queues_) {
    for (Entry& entry : queue->entries) {
      if (unwritten_ == 0) return;
      write(*queue, entry);
    }
  }
}

void LinkOutbox::end() {
  has_ended_ = true;
  retry_.clear();
  write_all();
}

EventPtr LinkOutbox::to_event(const Conversation& place, const StoredMessage& message) const {
  const auto id = parse_stored_id(message.client_id);
  auto what = to_payload(message.said);
  if (!id || !what || !parse_stored_id(message.id)) return nullptr;
  auto event = speaker_.make_event(place, *id, std::move(*what));
  event->about.actor.name = message.sender;
  event->about.actor.address = message.client;
  event->about.received_at = message.at;
  event->about.origin = Origin::replay;
  event->about.is_kept = true;
  return event;
}

void LinkOutbox::restore() {
  for (const StoredMessage& message : runtime_.store.messages()) {
    if (message.owner != owner_name) continue;
    const auto known =
        std::ranges::find_if(queues_, [&](const auto& item) { return item.second->address == message.address; });
    auto event = known == queues_.end() ? nullptr : to_event(known->first, message);
    if (event == nullptr) {
      runtime_.counters.add("links_dropped", "no_place");
      runtime_.log.warn("links: what waited for {} is given up: no link goes there any more", message.address);
      runtime_.store.remove_message(message.id);
      continue;
    }
    Queue& queue = *known->second;
    Entry entry{.key = *parse_stored_id(message.id),
                .id = event->about.id,
                .event = nullptr,
                .record = nullptr,
                .reading_of = reading_of(*event),
                .seen = message.at,
                .bytes = size_of(event->what),
                .is_written = true,
                .has_waited = true};
    entry.event = std::move(event);
    push(queue, std::move(entry));
    queue.has_waiting = true;
  }
  if (count_ > 0) runtime_.log.info("links: {} messages wait from before", count_);
  expire();
}

}  // namespace isthmus
