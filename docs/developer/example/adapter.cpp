#include "docs/developer/example/adapter.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

namespace isthmus::echo {
namespace {

Refusal refusal(Condition condition, std::string text) { return {condition, Remedy::cancel, std::move(text), {}}; }

std::string key_of(const Event& event) { return event.about.conversation.native.str() + " " + event.about.owner.str(); }

}  // namespace

Answer<Conversation> EchoAddressBook::parse(std::string_view text) const {
  if (text.empty()) return Conversation{id_, PlaceKind::gateway, {}, {}};
  const bool is_name = text.size() <= 64 && std::ranges::all_of(text, [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                       });
  if (!is_name) return refusal(Condition::item_not_found, "A room's name is made of a-z, 0-9 and \"-\".");
  return Conversation{id_, PlaceKind::room, {}, names_.intern(text)};
}

Answer<Conversation> EchoAddressBook::person(const Conversation&, std::string_view) const {
  return refusal(Condition::item_not_found, "The echo speaks in its room only.");
}

asio::awaitable<void> EchoAdapter::run() {
  // There is nothing to connect to. What is cancelled here ends; an adapter with connections says goodbye first.
  asio::steady_timer until_cancelled{runtime_.executor, SteadyTime::max()};
  co_await until_cancelled.async_wait(asio::as_tuple(asio::use_awaitable));
}

Outcome EchoAdapter::deliver(Delivery& delivery) {
  if (delivery.receipt) return Accepted{};  // of something that tell() said
  const Event& event = *delivery.event;
  if (const auto* membership = std::get_if<Membership>(&event.what);
      membership != nullptr && !membership->changes.empty())
    return on_membership(event, membership->changes.front());
  if (const auto* message = std::get_if<Message>(&event.what)) return on_message(event, *message);
  if (std::holds_alternative<Presence>(event.what)) return Accepted{};  // an echo does not mind
  return Rejected{refusal(Condition::feature_not_implemented, "An echo cannot do that.")};
}

Outcome EchoAdapter::on_membership(const Event& event, const Change& change) {
  const auto key = key_of(event);
  if (change.kind == Change::Kind::leave || change.kind == Change::Kind::lost) {
    if (members_.erase(key) == 0 || change.kind == Change::Kind::leave) return Accepted{};
    Change gone{.kind = Change::Kind::leave, .who = change.who, .self = true};  // the room is kept until then
    tell(event, change.who.name, Membership{{std::move(gone)}});
    return Accepted{};
  }
  if (change.kind != Change::Kind::join)
    return Rejected{refusal(Condition::feature_not_implemented, "An echo knows members who come and go.")};
  if (change.who.name == settings_.nick) return Rejected{refusal(Condition::conflict, "That is the echo's own nick.")};
  if (!members_.contains(key) && members_.size() >= settings_.max_members)
    return Rejected{refusal(Condition::resource_constraint, "There are too many users here.")};
  const auto& nick = members_.try_emplace(key, change.who.name).first->second;
  // The answer to a join is who is there, and what it is about.
  tell(event, {},
       Roster{{{.name = nick, .address = {}}, {.name = settings_.nick, .address = {}, .is_bot = true}}, nick});
  tell(event, {}, RoomInfo{.subject = RoomInfo::Subject{.text = "An echo", .by = settings_.nick, .at = {}}});
  return Accepted{};
}

Outcome EchoAdapter::on_message(const Event& event, const Message& message) {
  if (!members_.contains(key_of(event)))
    return Rejected{refusal(Condition::not_acceptable, "You are not in this room; join it again.")};
  tell(event, settings_.nick, message);
  return Accepted{};  // it is said: the router tells the user's client so
}

void EchoAdapter::tell(const Event& cause, std::string who, Payload what) {
  auto event = std::make_unique<Event>();
  event->about.id = runtime_.ids.next(runtime_.alarms.wall_clock());
  event->about.source = id_;
  event->about.conversation = cause.about.conversation;
  event->about.owner = cause.about.owner;
  event->about.actor.name = std::move(who);
  event->about.received_at = runtime_.alarms.wall_clock();
  event->what = std::move(what);
  runtime_.router.emit(std::move(event));  // routed after this delivery; an adapter with sockets calls settle() itself
}

AdapterMaker factory(const config::Section& own, const config::Section&) {
  Settings settings;
  settings.nick = own.text("nick", "echo");
  settings.max_members = static_cast<std::size_t>(own.integer("max_members", 100, 1, 10'000));
  if (settings.nick.empty()) own.problem("nick", "must not be empty");
  return [settings](Runtime& runtime, AdapterId id) { return std::make_unique<EchoAdapter>(runtime, id, settings); };
}

std::unique_ptr<AddressBook> address_book(const config::Section&, const config::Section&, AdapterId id,
                                          NameTable& names) {
  return std::make_unique<EchoAddressBook>(id, names);
}

}  // namespace isthmus::echo
