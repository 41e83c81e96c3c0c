// What users do in channels.
#include <utility>

#include "adapters/websocket/adapter.hpp"
#include "adapters/websocket/translate.hpp"

namespace isthmus::websocket {

namespace {

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

/// The id that the user's own client gave.
std::string_view client_id(const Event& event) {
  return event.about.native.empty() ? std::string_view{} : std::string_view{event.about.native.front().value};
}

/// `what` with references as everybody knows them.
Payload resolved(const Event& event, const Channel& channel) {
  Payload what = event.what;
  const auto resolve = [&](MessageRef& ref) { ref.id = channel.resolve(event.about.owner, ref.id); };
  if (auto* edit = std::get_if<Edit>(&what)) resolve(edit->target);
  if (auto* retract = std::get_if<Retract>(&what)) resolve(retract->target);
  if (auto* reactions = std::get_if<Reactions>(&what)) resolve(reactions->target);
  if (auto* message = std::get_if<Message>(&what); message != nullptr && message->reply) resolve(message->reply->to);
  return what;
}

}  // namespace

Outcome WebSocketAdapter::say(const Event& event, Channel& channel, const std::string& nick) {
  const auto hex = to_hex(event.about.id);
  const std::string id{hex.data(), hex.size()};
  channel.remember(event.about.owner, client_id(event), id);
  const Payload what = resolved(event, channel);
  if (auto refused = tell_endpoint(channel, nick, event.about.id, what)) return Rejected{*std::move(refused)};
  publish(channel, nick, id, what, {});
  tell_users(channel, nick, event.about.id, what, event.about.owner);
  return Accepted{};
}

Outcome WebSocketAdapter::deliver_room(Event& event, Channel& channel) {
  if (is_own(event.about.owner) && !std::holds_alternative<Membership>(event.what)) return relay(event, channel);
  const auto said = [&]() -> Outcome {
    const auto* nick = channel.nick_of(event.about.owner);
    if (nick == nullptr) return rejected(Condition::not_acceptable, Remedy::cancel, "You are not in this room.");
    return say(event, channel, *nick);
  };
  return std::visit(
      overloaded{
          [&](const Message&) { return said(); }, [&](const Edit&) { return said(); },
          [&](const Retract&) { return said(); }, [&](const Reactions&) { return said(); },
          [&](const Typing&) { return said(); }, [](const Displayed&) -> Outcome { return Accepted{}; },
          [&](const Membership& membership) { return deliver_membership(event, channel, membership); },
          [&](const RoomInfo& info) -> Outcome {
            if (info.subject) channel.subject = *info.subject;
            const auto* nick = channel.nick_of(event.about.owner);
            if (nick != nullptr) channel.subject.by = *nick;
            Payload changed = RoomInfo{channel.subject};
            const auto hex = to_hex(event.about.id);
            publish(channel, channel.subject.by, {hex.data(), hex.size()}, changed, {});
            const auto room = addresses_.room(channel.name());
            for (const auto& [owner, other] : channel.room())
              runtime_.router.emit(make_event(room, owner, channel.subject.by, event.about.id, changed));
            return Accepted{};
          },
          [&](const Request&) { return deliver_request(event, channel); },
          [](const Presence&) -> Outcome { return Accepted{}; }, [](const Watch&) -> Outcome { return Accepted{}; },
          [](const NewValue&) -> Outcome { return Accepted{}; }, [](const Roster&) -> Outcome { return Accepted{}; },
          [](const LinkState&) -> Outcome { return Accepted{}; },
          [](const Invitation&) -> Outcome {
            return rejected(Condition::feature_not_implemented, Remedy::cancel, "Clients are not invited.");
          }},
      event.what);
}

Outcome WebSocketAdapter::deliver_membership(const Event& event, Channel& channel, const Membership& membership) {
  if (membership.changes.empty()) return Accepted{};
  const Change& change = membership.changes.front();
  const Name& owner = event.about.owner;
  const auto* known = channel.nick_of(owner);
  const std::string old = known == nullptr ? std::string{} : *known;
  const auto taken = [] { return rejected(Condition::conflict, Remedy::cancel, "Somebody here has that nick."); };
  Change told{.kind = change.kind, .who = {.name = old, .address = {}}, .reason = change.reason};
  if (change.kind == Change::Kind::join) {
    if (!known && !channel.enter(owner, change.who.name)) return taken();
    if (!known) {
      told.who.name = change.who.name;
      tell_change(channel, told, owner);
      tell_state("online", channel, told.who.name);
    }
    welcome(event, channel);
    return Accepted{};
  }
  if (known == nullptr) return Accepted{};
  if (change.kind == Change::Kind::rename) {
    if (!channel.enter(owner, change.new_name)) return taken();
    told.new_name = change.new_name;
    tell_change(channel, told, owner);
    told.self = true;
    const auto room = addresses_.room(channel.name());
    runtime_.router.emit(make_event(room, owner, old, event.about.id, Membership{{told}}));
    tell_state("offline", channel, old);
    tell_state("online", channel, change.new_name);
    return Accepted{};
  }
  if (change.kind != Change::Kind::leave && change.kind != Change::Kind::lost) return Accepted{};
  channel.leave(owner);
  told.kind = Change::Kind::leave;
  tell_change(channel, told, {});
  tell_state("offline", channel, old);
  if (change.kind == Change::Kind::lost) {  // its room is kept until we say that it is over
    told.self = true;
    const auto room = addresses_.room(channel.name());
    runtime_.router.emit(make_event(room, owner, old, event.about.id, Membership{{told}}));
  }
  return Accepted{};
}

void WebSocketAdapter::welcome(const Event& join, const Channel& channel) {
  Roster roster;
  for (const auto& [owner, nick] : channel.room()) roster.members.push_back({.name = nick, .address = {}});
  for (const auto& [nick, client] : channel.clients()) {
    roster.members.push_back({.name = nick, .address = {}});
    if (!client->token()->may_send(channel.address())) roster.members.back().role = Role::visitor;
  }
  roster.self = *channel.nick_of(join.about.owner);
  const auto room = addresses_.room(channel.name());
  auto event = make_event(room, join.about.owner, {}, join.about.id, std::move(roster));
  event->about.audience = join.about.audience;
  runtime_.router.emit(std::move(event));
  auto subject = make_event(room, join.about.owner, channel.subject.by, join.about.id, RoomInfo{channel.subject});
  subject->about.audience = join.about.audience;
  runtime_.router.emit(std::move(subject));
}

Outcome WebSocketAdapter::deliver_request(Event& event, Channel& channel) {
  auto& question = std::get<Request>(event.what).what;
  if (auto* settings = std::get_if<ReadSettings>(&question)) {
    settings->name = channel.name();
    settings->members = static_cast<std::uint32_t>(channel.room().size() + channel.clients().size());
    settings->subject = channel.subject;
    return Accepted{};
  }
  if (auto* profile = std::get_if<ReadProfile>(&question)) {
    profile->found.name = channel.name();
    profile->found.full_name = channel.subject.text;
    return Accepted{};
  }
  const auto* asked = std::get_if<AskClient>(&question);
  if (asked != nullptr && asked->what == AskClient::What::ping) return Accepted{};
  return rejected(Condition::feature_not_implemented, Remedy::cancel, "A channel cannot answer that.");
}

Outcome WebSocketAdapter::deliver_contact(Event& event, Channel& channel) {
  const Name& owner = event.about.owner;
  if (const auto* watch = std::get_if<Watch>(&event.what)) {
    if (!watch->on) {
      channel.stop_listening(owner);
      return Accepted{};
    }
    channel.listen(owner);
    const auto contact = addresses_.contact(channel.name());
    const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
    if (linked_.insert(owner).second) {  // once: every contact is watched anew when the link is up
      const Conversation all{id_, PlaceKind::network, {}, {}};
      runtime_.router.emit(make_event(all, owner, {}, id, LinkState{LinkState::State::up, {}}));
    }
    runtime_.router.emit(make_event(contact, owner, {}, id, presence_in(channel)));
    return Accepted{};
  }
  if (std::holds_alternative<Request>(event.what)) return deliver_request(event, channel);
  if (std::holds_alternative<Presence>(event.what) || std::holds_alternative<Displayed>(event.what)) return Accepted{};
  if (!to_record(event.what, {}))
    return rejected(Condition::feature_not_implemented, Remedy::cancel, "A channel takes messages only.");
  channel.listen(owner);
  const auto* nick = channel.nick_of(owner);
  return say(event, channel, nick != nullptr ? *nick : event.about.actor.name);
}

Outcome WebSocketAdapter::deliver_person(Event& event, Channel& channel) {
  if (std::holds_alternative<Watch>(event.what) || std::holds_alternative<Presence>(event.what)) return Accepted{};
  if (std::holds_alternative<Request>(event.what)) return deliver_request(event, channel);
  const auto wanted = nick_of(event.about.conversation);
  const auto* mine = channel.nick_of(event.about.owner);
  if (mine == nullptr) return rejected(Condition::not_acceptable, Remedy::cancel, "Join the channel first.");
  for (const auto& [owner, nick] : channel.room()) {
    if (nick != wanted) continue;
    if (is_own(owner))
      return rejected(Condition::service_unavailable, Remedy::cancel,
                      "Nobody reads what is written to the gateway alone.");
    runtime_.router.emit(
        make_event(addresses_.member(channel.name(), *mine), owner, *mine, event.about.id, event.what));
    return Accepted{};
  }
  const auto client = channel.clients().find(wanted);
  if (client == channel.clients().end())
    return rejected(Condition::item_not_found, Remedy::cancel, "Nobody of that name is in the channel.");
  const auto hex = to_hex(event.about.id);
  const auto record =
      to_record(event.what, {{hex.data(), hex.size()}, channel.address(), *mine, runtime_.alarms.wall_clock()});
  if (record) client->second->tell_privately(*record);
  return Accepted{};
}

}  // namespace isthmus::websocket
