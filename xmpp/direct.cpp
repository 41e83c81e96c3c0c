#include "xmpp/direct.hpp"

#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

using namespace std::chrono_literals;

// What waited longer for the stream gets its true time (XEP-0203).
constexpr auto noticeable_delay = 5s;

std::string bare_jid(const Conversation& place, const Domain& domain) {
  const auto local = to_local(domain.addresses->text(place));
  return local.empty() ? domain.name : local + "@" + domain.name;
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
  auto said = read_message(in.element);
  if (std::holds_alternative<Nothing>(said)) return;
  if (const auto* refusal = std::get_if<Refusal>(&said)) return refuse(in, *refusal);
  if (place.kind != PlaceKind::direct) {
    return refuse(in, {Condition::feature_not_implemented,
                       Remedy::cancel,
                       "Nobody reads messages at this address; write to a room or a person.",
                       {}});
  }
  auto* message = std::get_if<Message>(&said);
  if (message == nullptr)
    return refuse(in, {Condition::bad_request, Remedy::modify, "The message has a subject but no text.", {}});
  muc_.forget_private(owner, place);
  auto event = context_.make_event(owner, place, in.from.str(), std::move(*message));
  event->about.actor.name = default_nick(in);
  if (!in.id.empty()) event->about.native.push_back({id_scheme, std::string{in.id}});
  context_.runtime.router.emit(std::move(event));
}

void Direct::on_presence(const Incoming& in) {
  if (in.type.empty() && child(in.element, ns::muc, "x")) {
    return refuse(in, {Condition::not_allowed,
                       Remedy::cancel,
                       "This is no room: a room's address begins with its channel type, like #.",
                       {}});
  }
  if (in.type != "subscribe") return;
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("presence")
        .attribute("type", "unsubscribed")
        .attribute("from", in.to.bare())
        .attribute("to", in.from.bare())
        .close();
  });
}

Outcome Direct::deliver(Delivery& delivery, const Domain& domain) {
  const auto& event = *delivery.event;
  if (delivery.receipt) {
    if (!delivery.receipt->refused) return Accepted{};
    // The user wrote to a person through a room or directly; the error comes from where it was written to.
    const auto from = muc_.private_address(event).value_or(bare_jid(event.about.conversation, domain));
    send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "message", {from, event.about.audience, native_id(event, id_scheme)},
                  *delivery.receipt->refused);
    });
    return Accepted{};
  }
  return std::visit(overloaded{
                        [&](const Message& message) { return deliver_message(event, message, domain); },
                        [&](const LinkState& state) -> Outcome {
                          if (state.state == LinkState::State::down) muc_.on_link_down(event, state);
                          return Accepted{};
                        },
                        [&](const Edit&) -> Outcome { return Accepted{}; },
                        [&](const Retract&) -> Outcome { return Accepted{}; },
                        [&](const Reactions&) -> Outcome { return Accepted{}; },
                        [&](const Typing&) -> Outcome { return Accepted{}; },
                        [&](const Displayed&) -> Outcome { return Accepted{}; },
                        [&](const Presence&) -> Outcome { return Accepted{}; },
                        [&](const Watch&) -> Outcome { return Accepted{}; },
                        [&](const Invitation&) -> Outcome { return Accepted{}; },
                        [&](const Request&) -> Outcome { return Accepted{}; },
                        [&](const Membership&) -> Outcome { return Accepted{}; },
                        [&](const Roster&) -> Outcome { return Accepted{}; },
                        [&](const RoomInfo&) -> Outcome { return Accepted{}; },
                    },
                    event.what);
}

Outcome Direct::deliver_message(const Event& event, const Message& message, const Domain& domain) {
  const bool is_personal = event.about.conversation.kind == PlaceKind::direct;
  if (!domain.outlet->is_up()) {
    // What a service says of the moment is not worth keeping; what a person says is.
    if (is_personal) return Deferred{};
    context_.runtime.counters.add("messages_dropped", "service_notice_while_down");
    return Accepted{};
  }
  if (is_personal && muc_.deliver_private(event, message)) return Accepted{};
  const auto id = to_hex(event.about.id);
  const auto at = event.about.at.value_or(event.about.received_at);
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    const auto from = bare_jid(event.about.conversation, domain);
    out.open("message").attribute("type", is_personal ? "chat" : "headline").attribute("to", event.about.owner.view());
    out.attribute("from", from).attribute("id", {id.data(), id.size()});
    write_body(out, message);
    if (event.about.at || context_.now() - event.about.received_at > noticeable_delay) {
      out.open("delay", ns::delay).attribute("from", domain.name).attribute("stamp", to_timestamp(at)).close();
    }
    out.close();
  });
  return Accepted{};
}

}  // namespace isthmus::xmpp
