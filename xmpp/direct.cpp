#include "xmpp/direct.hpp"

#include <utility>

#include "xmpp/dialogue.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;

// What waited longer for the stream gets its true time (XEP-0203).
constexpr auto noticeable_delay = 5s;

// So long after the user wrote to the network itself, what it says is part of that conversation.
constexpr auto console_attention = 5min;

constexpr std::string_view how_addresses_look =
    "This is a gateway to other networks. network@DOMAIN is a network: what you write to it are commands in its own "
    "language, #room%network@DOMAIN is a room to join there, and nick%network@DOMAIN is a person to write to.";

/// What is said to a person or by one, and not what tells of a moment or may get lost on the way anyhow (QoS 0).
bool must_arrive(const Event& event) {
  if (event.about.conversation.kind != PlaceKind::direct || is_momentary(event.what)) return false;
  const auto* message = std::get_if<Message>(&event.what);
  return message == nullptr || !message->data || message->data->qos > 0;
}

/// A nick to be known by where the user never chose one: the localpart.
std::string_view default_nick(const Incoming& in) { return in.from.local(); }

}  // namespace

void Direct::refuse(const Incoming& in, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, local_name(in.element), {in.to.str(), in.from.str(), in.id}, why); });
}

void Direct::on_message(const Incoming& in, const Name& owner, const Conversation& place) {
  auto said = read_message(in);
  if (std::holds_alternative<Nothing>(said)) return;
  if (const auto* refusal = std::get_if<Refusal>(&said)) return refuse(in, *refusal);
  auto* payload = std::get_if<Payload>(&said);
  if (place.kind != PlaceKind::direct && payload != nullptr && is_momentary(*payload)) return;
  if (place.kind != PlaceKind::direct && in.type != "headline") {
    if (on_words(in, owner, place)) return;
    if (place.kind == PlaceKind::gateway)
      return answer(in, help(in.domain) + "\n" + words(in.domain, owner, place, "help").value_or(std::string{}));
  }
  if (place.kind == PlaceKind::gateway) return;
  if (payload == nullptr)
    return refuse(in, {Condition::bad_request, Remedy::modify, "The message has a subject but no text.", {}});
  if (place.kind == PlaceKind::network) {
    if (!std::holds_alternative<Message>(*payload))
      return refuse(in, {Condition::feature_not_implemented, Remedy::cancel, "A network takes commands only.", {}});
    // A command is meant as it is typed, whatever it would be as a text.
    std::string scratch;
    *payload = Message{Style::normal, std::string{text_of(child(in.element, component_ns, "body"), scratch)}};
    links_.use_console(owner, place, context_.now());
  } else if (!is_momentary(*payload)) {
    muc_.forget_private(owner, place);
  }
  auto event = context_.make_event(owner, place, in.from.str(), std::move(*payload));
  event->about.actor.name = default_nick(in);
  if (!in.id.empty()) event->about.native.push_back({id_scheme, std::string{in.id}});
  event->about.wants_acknowledgement = !in.id.empty() && child(in.element, ns::receipts, "request");
  if (must_arrive(*event)) undelivered_.keep(in.domain, *event);
  context_.runtime.router.emit(std::move(event));
}

bool Direct::on_words(const Incoming& in, const Name& owner, const Conversation& place) {
  std::string scratch;
  const auto answered = words(in.domain, owner, place, text_of(child(in.element, component_ns, "body"), scratch));
  if (answered) answer(in, *answered);
  return answered.has_value();
}

std::optional<std::string> Direct::words(const Domain& domain, const Name& owner, const Conversation& place,
                                         std::string_view text) const {
  const auto about_room = place.kind == PlaceKind::network ? read_in_room(text) : std::nullopt;
  if (!about_room) {
    auto answered = answer_in_words(commands_.at(domain, owner, place), {owner, place}, text);
    if (!answered && place.kind == PlaceKind::gateway) {
      const auto why = commands_.why_not(domain, place, text.substr(0, text.find(' ')));
      if (why.condition == Condition::forbidden) return why.text;
    }
    if (answered && place.kind == PlaceKind::network && text == "help") answered->append("\n").append(help_in_room);
    return answered;
  }
  const auto room = room_on(*domain.addresses, place, context_.runtime.names.intern(about_room->room));
  if (!room) return "There is no room “" + std::string{about_room->room} + "” here.";
  const auto commands = commands_.at(domain, owner, *room);
  const auto answered = answer_in_words(commands, {owner, *room}, about_room->rest);
  return answered ? answered : answer_in_words(commands, {owner, *room}, "help");
}

std::string Direct::help(const Domain& domain) const {
  std::string text;
  for (auto rest = how_addresses_look; !rest.empty();) {
    const auto mark = rest.find("DOMAIN");
    text += rest.substr(0, mark);
    if (mark == std::string_view::npos) break;
    text += domain.name;
    rest.remove_prefix(mark + std::string_view{"DOMAIN"}.size());
  }
  return text;
}

void Direct::answer(const Incoming& in, std::string_view text) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("type", "chat").attribute("from", in.to.bare()).attribute("to", in.from.str());
    out.leaf("body", text).close();
  });
}

void Direct::on_presence(const Incoming& in, const Name& owner, const Conversation& place) {
  if (in.type.empty() && child(in.element, ns::muc, "x")) {
    return refuse(in, {Condition::not_allowed,
                       Remedy::cancel,
                       "This is no room: a room's address begins with its channel type, like #.",
                       {}});
  }
  contacts_.on_presence(in, owner, place);
}

Outcome Direct::deliver(Delivery& delivery, const Domain& domain) {
  const auto& event = *delivery.event;
  if (delivery.receipt) {
    deliver_receipt(event, *delivery.receipt, domain);
    return Accepted{};
  }
  return std::visit(overloaded{
                        [&](const Message&) { return deliver_said(delivery, domain); },
                        [&](const LinkState& state) -> Outcome {
                          deliver_link(event, state);
                          return Accepted{};
                        },
                        [&](const Presence& presence) -> Outcome {
                          contacts_.on_seen(event, presence);
                          return Accepted{};
                        },
                        [&](const Edit&) { return deliver_said(delivery, domain); },
                        [&](const Retract&) { return deliver_said(delivery, domain); },
                        [&](const Reactions&) { return deliver_said(delivery, domain); },
                        [&](const Typing&) { return deliver_said(delivery, domain); },
                        [&](const Displayed&) { return deliver_said(delivery, domain); },
                        [&](const Watch&) -> Outcome { return Accepted{}; },
                        [&](const Invitation&) -> Outcome { return Accepted{}; },
                        [&](const Request&) -> Outcome { return Accepted{}; },
                        [&](const Membership&) -> Outcome { return Accepted{}; },
                        [&](const Roster&) -> Outcome { return Accepted{}; },
                        [&](const RoomInfo&) -> Outcome { return Accepted{}; },
                        [&](const NewValue&) -> Outcome { return Accepted{}; },
                    },
                    event.what);
}

void Direct::deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain) {
  undelivered_.done(event);
  if (std::holds_alternative<Watch>(event.what)) {
    if (receipt.refused) return contacts_.on_watch_refused(event, *receipt.refused);
    return contacts_.on_watch_granted(event);
  }
  if (!receipt.refused && !(event.about.wants_acknowledgement && event.about.is_acknowledged)) return;
  if (is_momentary(event.what) || std::holds_alternative<Presence>(event.what)) return;  // nobody waits to hear of it
  // The user wrote to a person through a room or directly; the answer comes from where it was written to.
  const auto from = muc_.private_address(event).value_or(bare_jid(domain, event.about.conversation));
  if (!receipt.refused) {  // XEP-0184 §5.3
    return send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
      out.open("message").attribute("from", from).attribute("to", event.about.audience);
      out.open("received", ns::receipts).attribute("id", native_id(event, id_scheme)).close().close();
    });
  }
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "message", {from, event.about.audience, native_id(event, id_scheme)}, *receipt.refused);
  });
}

void Direct::deliver_link(const Event& event, const LinkState& state) {
  const auto& place = event.about.conversation;
  if (!links_.change(event.about.owner, place, state)) return;
  if (state.state == LinkState::State::down) muc_.on_link_down(event, state);
  contacts_.on_link(event.about.owner, place, state);
}

std::string_view Direct::message_type(const Event& event) const {
  if (event.about.conversation.kind == PlaceKind::direct) return "chat";
  const auto* link = links_.find(event.about.owner, event.about.conversation);
  const bool is_console =
      link != nullptr && link->console_used && *link->console_used + console_attention > context_.now();
  return is_console ? "chat" : "headline";
}

void Direct::on_stream_down(const Domain& domain) {
  for (auto& event : barrier_.take(domain)) context_.runtime.router.emit(std::move(event));
}

void Direct::on_waiting(Event& event, const Domain& domain) {
  if (must_arrive(event)) undelivered_.keep(domain, event);
}

Outcome Direct::deliver_said(Delivery& delivery, const Domain& domain) {
  const auto& event = *delivery.event;
  const bool is_personal = event.about.conversation.kind == PlaceKind::direct;
  const bool is_kept = must_arrive(event);
  if (!domain.outlet->is_up()) {
    // What a service says of the moment is not worth keeping; what a person says is.
    if (is_personal && !is_momentary(event.what)) return Deferred{};
    context_.runtime.counters.add("messages_dropped", is_personal ? "signal_while_down" : "service_notice_while_down");
    return Accepted{};
  }
  if (is_kept) undelivered_.keep(domain, *delivery.event);
  if (is_personal && muc_.deliver_private(event)) {
    if (is_kept) barrier_.sent(domain, std::move(delivery.event));
    return Accepted{};
  }
  // All that a network says itself is a notice: no mark need tell so.
  const Content content{event.what, {.actor = event.about.actor.name, .marks_notices = is_personal}};
  if (content.is_empty()) {
    undelivered_.done(event);
    return Accepted{};
  }
  const Ref ref{event};
  const auto at = event.about.at.value_or(event.about.received_at);
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("type", message_type(event)).attribute("to", event.about.owner.view());
    out.attribute("from", bare_jid(domain, event.about.conversation)).attribute("id", ref.view());
    content.write(out);
    if (event.about.at || context_.now() - event.about.received_at > noticeable_delay) {
      out.open("delay", ns::delay).attribute("from", domain.name).attribute("stamp", to_timestamp(at)).close();
    }
    out.close();
  });
  if (is_kept) barrier_.sent(domain, std::move(delivery.event));
  return Accepted{};
}

}  // namespace isthmus::xmpp
