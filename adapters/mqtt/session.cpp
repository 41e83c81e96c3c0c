#include "adapters/mqtt/session.hpp"

#include <utility>

#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

Rejected too_many(std::size_t most) {
  return rejected(Condition::resource_constraint, Remedy::wait,
                  "You may have " + std::to_string(most) + " contacts on this broker; remove one.");
}

/// What people do to messages that has no meaning for a value.
bool is_meaningless(const Payload& what) {
  return std::holds_alternative<Typing>(what) || std::holds_alternative<Displayed>(what) ||
         std::holds_alternative<Reactions>(what) || std::holds_alternative<Presence>(what);
}

}  // namespace

Session::Session(Seat seat, std::size_t max_contacts) : seat_{std::move(seat)}, max_contacts_{max_contacts} {
  seat_.broker.start();
  on_link(seat_.broker.link());
}

Conversation Session::network() const {
  return {seat_.id, PlaceKind::network, seat_.runtime.names.intern(seat_.broker.settings().name), {}};
}

void Session::on_link(const LinkState& state) { seat_.emit(network(), state); }

Outcome Session::deliver(EventPtr& event) {
  if (is_meaningless(event->what)) return Accepted{};
  switch (event->about.conversation.kind) {
    case PlaceKind::direct: return deliver_to_contact(event);
    case PlaceKind::network: return deliver_to_network(event);
    case PlaceKind::room:
    case PlaceKind::gateway: break;
  }
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "MQTT has no such thing.");
}

Outcome Session::deliver_to_contact(EventPtr& event) {
  if (!slug_of(event->about.conversation.native.view()).empty())
    return rejected(Condition::item_not_found, Remedy::cancel, "There is no such device.");
  if (std::holds_alternative<Watch>(event->what)) return deliver_watch(event);
  if (const auto* message = std::get_if<Message>(&event->what)) return deliver_said(event, std::string{message->text});
  // A value that was wrong is put right by another one.
  if (const auto* edit = std::get_if<Edit>(&event->what)) return deliver_said(event, std::string{edit->now.text});
  if (std::holds_alternative<Request>(event->what)) return deliver_request(*event);
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "MQTT has no such thing.");
}

Contact* Session::find_or_add(const Conversation& place) {
  const auto known = contacts_.find(place.native.view());
  if (known != contacts_.end()) return known->second.get();
  if (contacts_.size() >= max_contacts_) return nullptr;
  return contacts_.emplace(place.native.str(), std::make_unique<Contact>(seat_, place)).first->second.get();
}

Outcome Session::deliver_watch(EventPtr& event) {
  const auto& place = event->about.conversation;
  if (!std::get<Watch>(event->what).on) {
    contacts_.erase(place.native.str());
    return Accepted{};
  }
  if (!seat_.rights.may_subscribe(place.native.view()))
    return rejected(Condition::forbidden, Remedy::auth, "You may not read this topic.");
  auto* contact = find_or_add(place);
  return contact == nullptr ? Outcome{too_many(max_contacts_)} : contact->watch(event);
}

Outcome Session::deliver_said(EventPtr& event, const std::string& text) {
  auto* contact = find_or_add(event->about.conversation);
  return contact == nullptr ? Outcome{too_many(max_contacts_)} : contact->said(event, text);
}

Outcome Session::deliver_request(Event& event) {
  auto* profile = std::get_if<ReadProfile>(&std::get<Request>(event.what).what);
  if (profile != nullptr) {
    const auto native = event.about.conversation.native.view();
    const auto contact = contacts_.find(native);
    if (contact != contacts_.end()) {
      profile->found = contact->second->profile();
    } else {
      profile->found.name = profile->found.full_name = native;
      profile->found.service = seat_.broker.settings().name;
    }
    return Accepted{};
  }
  auto* ask = std::get_if<AskClient>(&std::get<Request>(event.what).what);
  if (ask != nullptr && ask->what == AskClient::What::ping) return Accepted{};
  return rejected(Condition::service_unavailable, Remedy::cancel, "A topic does not answer that.");
}

Outcome Session::deliver_to_network(EventPtr& event) {
  if (!std::holds_alternative<Message>(event->what))
    return rejected(Condition::feature_not_implemented, Remedy::cancel, "MQTT has no such thing.");
  const auto& broker = seat_.broker;
  std::string text = "Broker " + broker.settings().name + ": ";
  switch (broker.link().state) {
    case LinkState::State::up: text += "connected"; break;
    case LinkState::State::connecting: text += "connecting"; break;
    case LinkState::State::down: text += "not connected. " + broker.link().reason; break;
  }
  for (const auto& [native, contact] : contacts_) {
    if (contact->is_granted()) text += "\n" + native;
  }
  seat_.say(event->about.conversation, text);
  return Accepted{};
}

}  // namespace isthmus::mqtt
