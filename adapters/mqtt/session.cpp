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

Rejected no_such_thing() {
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "MQTT has no such thing.");
}

/// What people do to messages that has no meaning for a value.
bool is_meaningless(const Payload& what) {
  return std::holds_alternative<Typing>(what) || std::holds_alternative<Displayed>(what) ||
         std::holds_alternative<Reactions>(what) || std::holds_alternative<Presence>(what);
}

}  // namespace

Session::Session(Seat seat, std::size_t max_contacts, std::size_t max_rooms)
    : seat_{std::move(seat)},
      max_contacts_{max_contacts},
      max_rooms_{max_rooms},
      questions_{seat_},
      values_{seat_, max_contacts} {
  seat_.broker.start();
  seat_.devices.start();
  on_link(seat_.broker.link());
}

Conversation Session::network() const {
  return {seat_.id, PlaceKind::network, seat_.runtime.names.intern(seat_.broker.settings().name), {}};
}

void Session::on_link(const LinkState& state) {
  seat_.emit(network(), state);
  for (const auto& [filter, room] : rooms_) room->on_link(state);
  if (device_room_ != nullptr) device_room_->on_link(state);
  values_.on_link(state);
}

std::optional<Refusal> Session::ask(const Conversation& place, std::string text) {
  auto* contact = find_or_add(place);
  return contact == nullptr ? std::optional{too_many(max_contacts_).why} : contact->ask(std::move(text));
}

void Session::end(std::string_view reason) {
  const auto leave = [&](const Conversation& place, const std::string& nick) {
    Change change{.kind = Change::Kind::kick, .who = {}};
    change.who = {.name = nick, .address = {}};
    change.self = true;
    change.reason = reason;
    seat_.emit(place, Membership{{std::move(change)}});
  };
  for (const auto& [filter, room] : rooms_) leave(room->place(), room->nick());
  if (device_room_ != nullptr) leave(device_room_->place(), device_room_->nick());
  seat_.emit(network(), LinkState{LinkState::State::down, std::string{reason}, false});
}

Outcome Session::deliver(EventPtr& event) {
  if (is_meaningless(event->what)) return Accepted{};
  if (auto outcome = values_.deliver(event)) return std::move(*outcome);
  switch (event->about.conversation.kind) {
    case PlaceKind::direct: return deliver_to_contact(event);
    case PlaceKind::network: return deliver_to_network(event);
    case PlaceKind::room: return deliver_to_room(event);
    case PlaceKind::gateway: break;
  }
  return no_such_thing();
}

Outcome Session::deliver_to_device_room(Event& event) {
  const auto* membership = std::get_if<Membership>(&event.what);
  if (membership == nullptr)
    return rejected(Condition::feature_not_implemented, Remedy::cancel,
                    "Write to one of the devices, not to the room.");
  const auto& change = membership->changes.front();
  if (change.kind == Change::Kind::leave || change.kind == Change::Kind::lost) {
    device_room_.reset();
    return Accepted{};
  }
  if (change.kind != Change::Kind::join) return no_such_thing();
  if (device_room_ == nullptr) device_room_ = std::make_unique<DeviceRoom>(seat_, event.about.conversation);
  device_room_->join(event.about.audience, change);
  return Accepted{};
}

Outcome Session::deliver_to_room(EventPtr& event) {
  if (event->about.conversation.native.view() == all_devices) return deliver_to_device_room(*event);
  if (std::holds_alternative<Membership>(event->what)) return deliver_change(event);
  const auto room = rooms_.find(event->about.conversation.native.view());
  auto* request = std::get_if<Request>(&event->what);
  if (auto* settings = request != nullptr ? std::get_if<ReadSettings>(&request->what) : nullptr;
      settings != nullptr && room != rooms_.end()) {
    room->second->answer(*settings);
    return Accepted{};
  }
  if (room == rooms_.end()) return rejected(Condition::not_acceptable, Remedy::cancel, "You are not in this room.");
  if (const auto* message = std::get_if<Message>(&event->what)) {
    if (message->data) return room->second->pass_on(event, *message->data);
    return room->second->said(event, std::string{message->text});
  }
  if (const auto* edit = std::get_if<Edit>(&event->what)) return room->second->said(event, std::string{edit->now.text});
  return no_such_thing();
}

Outcome Session::deliver_change(EventPtr& event) {
  const auto& change = std::get<Membership>(event->what).changes.front();
  const auto& place = event->about.conversation;
  const auto known = rooms_.find(place.native.view());
  if (change.kind == Change::Kind::leave || change.kind == Change::Kind::lost) {
    if (known != rooms_.end()) rooms_.erase(known);
    return Accepted{};
  }
  if (change.kind != Change::Kind::join) return no_such_thing();
  if (!seat_.rights.may_subscribe(place.native.view()))
    return rejected(Condition::forbidden, Remedy::auth, "You may not read all that this filter selects.");
  if (known != rooms_.end() && known->second->is_used()) return known->second->join(event, change);
  rooms_.erase(place.native.str());
  if (rooms_.size() >= max_rooms_)
    return rejected(
        Condition::resource_constraint, Remedy::wait,
        "You may be in " + std::to_string(max_rooms_) + " rooms of this broker (mqtt.max_rooms); leave one.");
  auto& room = *rooms_.emplace(place.native.str(), std::make_unique<Room>(seat_, place)).first->second;
  return room.join(event, change);
}

Outcome Session::deliver_to_contact(EventPtr& event) {
  if (!slug_of(event->about.conversation.native.view()).empty()) return deliver_to_device(event);
  if (std::holds_alternative<Watch>(event->what)) return deliver_watch(event);
  const auto* message = std::get_if<Message>(&event->what);
  if (message != nullptr && message->data) {  // of a program: no command to a contact
    const Data& data = *message->data;
    Publication publication{.topic = event->about.conversation.native.str(),
                            .payload = data.bytes,
                            .qos = data.qos,
                            .retain = data.is_stored,
                            .content_type = data.media_type,
                            .is_utf8 = data.form != Data::Form::binary,
                            .expiry = data.expiry,
                            .response_topic = data.answer_to,
                            .correlation = data.correlation,
                            .properties = data.properties};
    return seat_.publish(event, std::move(publication), nullptr);
  }
  if (message != nullptr) return deliver_said(event, std::string{message->text});
  // A value that was wrong is put right by another one.
  if (const auto* edit = std::get_if<Edit>(&event->what)) return deliver_said(event, std::string{edit->now.text});
  if (std::holds_alternative<Request>(event->what)) return deliver_request(*event);
  return no_such_thing();
}

DeviceContact* Session::device(std::string_view native) {
  const auto slug = slug_of(native);
  const auto known = devices_.find(slug);
  if (known != devices_.end() && known->second != nullptr) return known->second.get();
  auto* device = seat_.devices.find(slug);
  if (device == nullptr) return nullptr;
  const Conversation place{seat_.id, PlaceKind::direct, network().network, seat_.runtime.names.intern(native)};
  auto& contact = devices_[std::string{slug}];
  contact = std::make_unique<DeviceContact>(seat_, place, *device);
  return contact.get();
}

void Session::on_new_device(Device& device) {
  if (device_room_ != nullptr) device_room_->on_new_device(device);
  const auto wanted = devices_.find(device.slug());
  if (wanted == devices_.end() || wanted->second != nullptr) return;
  auto* contact = this->device(device_native(device.slug()));
  if (contact != nullptr) contact->tell_presence();
}

void Session::watch_device(const Conversation& place, bool on) {
  const auto slug = slug_of(place.native.view());
  if (!on) {
    devices_.erase(std::string{slug});
    return;
  }
  // One that was not seen yet may come.
  devices_.try_emplace(std::string{slug});
  if (auto* contact = device(place.native.view())) contact->tell_presence();
}

Outcome Session::deliver_to_device(EventPtr& event) {
  const auto& place = event->about.conversation;
  if (devices_.size() >= max_contacts_ && !devices_.contains(slug_of(place.native.view())))
    return too_many(max_contacts_);
  if (const auto* watch = std::get_if<Watch>(&event->what)) {
    watch_device(place, watch->on);
    return Accepted{};
  }
  auto* contact = device(place.native.view());
  if (contact == nullptr) return rejected(Condition::item_not_found, Remedy::cancel, "There is no such device.");
  if (const auto* message = std::get_if<Message>(&event->what)) return contact->said(event, std::string{message->text});
  auto* request = std::get_if<Request>(&event->what);
  if (auto* profile = request != nullptr ? std::get_if<ReadProfile>(&request->what) : nullptr; profile != nullptr) {
    profile->found = contact->profile();
    return Accepted{};
  }
  return no_such_thing();
}

Contact* Session::find_or_add(const Conversation& place) {
  const auto known = contacts_.find(place.native.view());
  if (known != contacts_.end()) return known->second.get();
  if (contacts_.size() >= max_contacts_) return nullptr;
  return contacts_.emplace(place.native.str(), std::make_unique<Contact>(seat_, questions_, place)).first->second.get();
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
  if (!std::holds_alternative<Message>(event->what)) return no_such_thing();
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
