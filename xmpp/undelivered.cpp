#include "xmpp/undelivered.hpp"

#include <utility>

#include "gateway/links/link_outbox.hpp"
#include "gateway/store/stored_id.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::chrono::minutes between_expiries{10};

std::size_t size_of(const SaidRecord& said) { return said.text.size() + said.rest.size(); }

}  // namespace

Undelivered::Undelivered(const Context& context)
    : context_{context},
      left_{context.runtime.store.messages()},
      write_{context.runtime.alarms,
             [this] {
               const auto now = context_.runtime.alarms.now();
               write(now - grace);
               if (!unwritten_.empty()) write_.set(now + grace);
             }},
      expiry_{context.runtime.alarms, [this] { expire(); }} {
  std::erase_if(left_, [](const StoredMessage& message) { return message.owner == LinkOutbox::owner_name; });
  expiry_.set(context.runtime.alarms.now() + between_expiries);
}

Undelivered::~Undelivered() { write(SteadyTime::max()); }

void Undelivered::keep(const Domain& domain, Event& event) {
  if (known_.contains(event.about.id)) return;
  auto said = to_record(event.what);
  if (!said) return;
  const auto& about = event.about;
  const auto size = size_of(*said);
  if (known_.size() >= max_messages || bytes_ + size > max_bytes)
    return context_.runtime.counters.add("messages_not_stored", "too_many");
  event.about.is_kept = context_.runtime.store.is_durable();
  auto record = std::make_unique<StoredMessage>(StoredMessage{.id = to_stored_id(about.id),
                                                              .owner = about.owner.str(),
                                                              .address = bare_jid(domain, about.conversation),
                                                              .from_owner = about.source == context_.self,
                                                              .sender = about.actor.name,
                                                              .ref = about.ref,
                                                              .client = about.audience,
                                                              .client_id = std::string{native_id(event, id_scheme)},
                                                              .at = about.at.value_or(about.received_at),
                                                              .said = std::move(*said)});
  known_.emplace(about.id, Kept{size, std::move(record)});
  bytes_ += size;
  const auto now = context_.runtime.alarms.now();
  unwritten_.emplace_back(now, about.id);
  if (!write_.is_set()) write_.set(now + grace);
}

void Undelivered::write(SteadyTime latest) {
  while (!unwritten_.empty() && unwritten_.front().first <= latest) {
    const auto found = known_.find(unwritten_.front().second);
    unwritten_.pop_front();
    if (found == known_.end()) continue;
    if (const auto record = std::move(found->second.record)) context_.runtime.store.put(*record);
  }
}

void Undelivered::done(const Event& event) {
  const auto found = known_.find(event.about.id);
  if (found == known_.end()) return;
  drop(found);
}

void Undelivered::drop(std::map<EventId, Kept>::iterator message) {
  if (message->second.record == nullptr) context_.runtime.store.remove_message(to_stored_id(message->first));
  bytes_ -= message->second.bytes;
  known_.erase(message);
}

void Undelivered::forget(const Name& owner) {
  for (auto& [id, kept] : known_) {
    if (kept.record != nullptr && kept.record->owner == owner.view()) kept.record.reset();
  }
}

void Undelivered::resume(const Domain& domain) {
  const auto oldest = context_.now() - Outbox::max_age;
  for (auto& message : left_) {
    if (message.owner.empty()) continue;
    auto event = to_event(domain, message);
    if (event == nullptr) continue;
    if (message.at < oldest) {
      context_.runtime.store.remove_message(message.id);
      context_.runtime.counters.add("messages_dropped", "too_old");
      if (message.from_owner) refuse(domain, message);
    } else {
      known_.emplace(event->about.id, Kept{size_of(message.said), nullptr});
      bytes_ += size_of(message.said);
      context_.runtime.router.emit(std::move(event));
    }
    message.owner.clear();  // taken care of
  }
  std::erase_if(left_, [](const StoredMessage& message) { return message.owner.empty(); });
}

void Undelivered::expire() {
  const auto oldest = context_.now() - Outbox::max_age;
  context_.runtime.router.expire(oldest);
  // What came from the other side is answered there.
  while (!known_.empty() && time_of(known_.begin()->first) < oldest - between_expiries) drop(known_.begin());
  // Those of a domain whose stream was not up since the start: resume() tells their senders, if it ever is.
  std::erase_if(left_, [&](const StoredMessage& message) {
    if (message.at >= oldest - Outbox::max_age) return false;
    context_.runtime.store.remove_message(message.id);
    context_.runtime.counters.add("messages_dropped", "too_old");
    return true;
  });
  expiry_.set(context_.runtime.alarms.now() + between_expiries);
  context_.runtime.router.settle();
}

EventPtr Undelivered::to_event(const Domain& domain, const StoredMessage& message) const {
  const auto address = parse_jid(message.address);
  if (!address || address->domain() != domain.name) return nullptr;
  const auto place = place_of(domain, address->local());
  const auto id = parse_stored_id(message.id);
  auto what = to_payload(message.said);
  if (!place || place->kind != PlaceKind::direct || !id || !what) return nullptr;
  const auto owner = context_.runtime.names.intern(message.owner);
  auto event = context_.make_event(owner, *place, message.client, std::move(*what));
  event->about.id = *id;
  event->about.received_at = message.at;
  event->about.actor.name = message.sender;
  event->about.ref = message.ref;
  event->about.origin = Origin::replay;
  event->about.is_kept = true;
  if (!message.from_owner) event->about.source = domain.adapter;
  if (!message.client_id.empty()) event->about.native.push_back({id_scheme, message.client_id});
  return event;
}

void Undelivered::refuse(const Domain& domain, const StoredMessage& message) {
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "message", {message.address, message.client, message.client_id}, too_old());
  });
}

}  // namespace isthmus::xmpp
