#include "xmpp/muc_invite.hpp"

#include <optional>
#include <string>
#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/one_line.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view address_scheme = "xmpp.to";  // the address that the invitation was sent to

const Refusal not_in_room{Condition::not_acceptable, Remedy::modify, "You are not in this room; join it first.", {}};
const Refusal bad_reason{
    Condition::bad_request, Remedy::modify, "The reason is too long, or holds control characters.", {}};

bool on_one_network(const Conversation& a, const Conversation& b) {
  return a.adapter == b.adapter && a.network == b.network;
}

/// Whom `to` names on the room's network: a person, an occupant, or a nick alone. nullopt: somebody else's address.
Answer<std::optional<std::string>> native_invitee(std::string_view to, const Jid* jid, const Room& room) {
  if (jid == nullptr || (jid->local().empty() && !jid->is_full() && to.find('.') == std::string_view::npos))
    return std::optional{std::string{to}};
  if (jid->domain() != room.domain->name) return std::optional<std::string>{};
  const auto place = place_of(*room.domain, jid->local());
  if (!place) return place.error();
  if (on_one_network(*place, room.place)) {
    if (place->kind == PlaceKind::room && jid->is_full()) return std::optional{from_resource(jid->resource())};
    if (place->kind == PlaceKind::direct) return std::optional{place->native.str()};
  }
  return Refusal{Condition::item_not_found, Remedy::cancel, "Nobody of this room's network has that address.", {}};
}

/// The invitation into the room as clients understand it, in both forms.
void write_invitation(StanzaWriter& out, std::string_view room_jid, std::string_view from, std::string_view reason) {
  out.open("x", ns::muc_user).open("invite").attribute("from", from);
  if (!reason.empty()) out.leaf("reason", reason);
  out.close().close();
  out.open("x", ns::direct_invitation).attribute("jid", room_jid);
  if (!reason.empty()) out.attribute("reason", reason);
  out.close();
}

}  // namespace

void MucInvitations::refuse(const Incoming& in, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "message", {in.to.str(), in.from.str(), in.id}, why); });
}

bool MucInvitations::on_mediated(const Incoming& in, const Name& owner, const Conversation& place) {
  const auto x = child(in.element, ns::muc_user, "x");
  if (in.to.is_full() || !x) return false;
  if (child(x, ns::muc_user, "decline")) return true;  // the other side has nobody whom it could be told to
  if (!child(x, ns::muc_user, "invite")) return false;
  auto* room = context_.rooms.find(owner, place);
  if (room == nullptr || room->find(in.from.str()) == nullptr) {
    refuse(in, not_in_room);
    return true;
  }
  std::size_t invited = 0;
  for (auto element = x.first_child(); element; element = element.next_sibling()) {
    if (!is(element, ns::muc_user, "invite")) continue;
    if (++invited > max_invited) {
      refuse(in, {Condition::policy_violation, Remedy::modify, "Too many are invited by one message.", {}});
      break;
    }
    invite(in, *room, element);
  }
  return true;
}

void MucInvitations::invite(const Incoming& in, const Room& room, pugi::xml_node invite) {
  const auto to = attribute(invite, "to");
  std::string scratch;
  auto reason = to_one_line(text_of(child(invite, ns::muc_user, "reason"), scratch));
  if (!reason) return refuse(in, bad_reason);
  if (to.empty() || has_control(to) || to.size() > max_one_line) {
    return refuse(in, {Condition::jid_malformed, Remedy::modify, "The invitation names nobody.", {}});
  }
  const auto jid = parse_jid(to);
  auto who = native_invitee(to, jid ? &*jid : nullptr, room);
  if (!who) return refuse(in, who.error());
  if (*who) return emit(in, room.owner, room.place, std::move(**who), std::move(*reason));
  invite_elsewhere(in, room, *jid, *reason);
}

void MucInvitations::invite_elsewhere(const Incoming& in, const Room& room, const Jid& to, std::string_view reason) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("from", room.jid).attribute("to", to.str());
    if (!in.id.empty()) out.attribute("id", in.id);
    write_invitation(out, room.jid, in.from.bare(), reason);
    out.close();
  });
}

bool MucInvitations::on_direct(const Incoming& in, const Name& owner, const Conversation& person) {
  const auto x = child(in.element, ns::direct_invitation, "x");
  if (!x) return false;
  const auto jid = parse_jid(attribute(x, "jid"));
  const bool is_ours = jid && jid->domain() == in.domain.name;
  const auto place = is_ours ? place_of(in.domain, jid->local())
                             : Answer<Conversation>{Refusal{Condition::item_not_found, Remedy::cancel, {}, {}}};
  if (!place || place->kind != PlaceKind::room || !on_one_network(*place, person)) {
    if (child(in.element, component_ns, "body")) return false;
    refuse(in, {Condition::not_acceptable, Remedy::cancel, "That person cannot go to this room from there.", {}});
    return true;
  }
  auto reason = to_one_line(attribute(x, "reason"));
  if (!reason) {
    refuse(in, bad_reason);
  } else {
    emit(in, owner, *place, person.native.str(), std::move(*reason));
  }
  return true;
}

void MucInvitations::emit(const Incoming& in, const Name& owner, const Conversation& place, std::string who,
                          std::string reason) {
  auto event = context_.make_event(owner, place, in.from.str(), Invitation{std::move(who), std::move(reason)});
  if (!in.id.empty()) event->about.native.push_back({id_scheme, std::string{in.id}});
  event->about.native.push_back({address_scheme, in.to.str()});
  context_.runtime.router.emit(std::move(event));
}

Outcome MucInvitations::deliver(const Event& event, const Invitation& invitation, const Domain& domain,
                                const Room* room) {
  const auto room_jid = bare_jid(domain, event.about.conversation);
  const auto id = to_hex(event.about.id);
  if (!invitation.who.empty()) {  // somebody else is asked into a room that the owner is in
    if (room == nullptr) return Accepted{};
    const auto text = event.about.actor.name + " invited " + invitation.who + " to this room.";
    for (const auto& occupant : room->occupants) {
      if (!occupant.hears()) continue;
      send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
        out.open("message").attribute("type", "groupchat").attribute("from", room_jid).attribute("to", occupant.jid);
        out.attribute("id", {id.data(), id.size()}).leaf("body", text).close();
      });
    }
    return Accepted{};
  }
  if (!domain.outlet->is_up()) {
    // Whoever is in the room has no use for the invitation; for others it waits.
    if (room == nullptr) return Deferred{};
    return Accepted{};
  }
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("from", room_jid).attribute("to", event.about.owner.view());
    out.attribute("id", {id.data(), id.size()});
    write_invitation(out, room_jid, occupant_jid(room_jid, event.about.actor.name), invitation.reason);
    out.close();
  });
  return Accepted{};
}

void MucInvitations::deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain) {
  if (!receipt.refused) return;
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "message", {native_id(event, address_scheme), event.about.audience, native_id(event, id_scheme)},
                *receipt.refused);
  });
}

}  // namespace isthmus::xmpp
