// What clients see of rooms.
#include <algorithm>
#include <utility>

#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/moderation.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

using State = Occupant::State;

}  // namespace

Outcome Muc::deliver(Delivery& delivery, const Domain& domain) {
  auto& event = *delivery.event;
  if (delivery.receipt) {
    deliver_receipt(event, *delivery.receipt, domain);
    return Accepted{};
  }
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (const auto* invitation = std::get_if<Invitation>(&event.what))
    return invitations_.deliver(event, *invitation, domain, room);
  if (room == nullptr) return Accepted{};  // left meanwhile
  std::visit(overloaded{
                 [&](const Message&) { deliver_said(delivery.event, *room); },
                 [&](const Edit&) { deliver_said(delivery.event, *room); },
                 [&](const Retract&) { deliver_said(delivery.event, *room); },
                 [&](const Reactions&) { deliver_said(delivery.event, *room); },
                 [&](const Typing&) { deliver_said(delivery.event, *room); },
                 [&](const Displayed&) { deliver_said(delivery.event, *room); },
                 [&](const Membership& membership) { deliver_changes(*room, membership); },
                 [&](const Roster& roster) { deliver_roster(event, *room, roster); },
                 [&](const RoomInfo& info) { deliver_info(event, *room, info); }, [&](const Presence&) {},
                 [&](const Watch&) {}, [&](const Invitation&) {}, [&](const Request&) {}, [&](const NewValue&) {},
                 [&](const LinkState&) {},  // concerns a network, not one room
             },
             event.what);
  return Accepted{};
}

void Muc::deliver_receipt(const Event& event, const Receipt& receipt, const Domain& domain) {
  if (std::holds_alternative<Invitation>(event.what)) return invitations_.deliver_receipt(event, receipt, domain);
  const auto* membership = std::get_if<Membership>(&event.what);
  if (receipt.refused && membership != nullptr && membership->changes.front().kind == Change::Kind::join)
    return deliver_join_refused(event, membership->changes.front(), *receipt.refused, domain);
  auto* room = context_.rooms.find(event.about.owner, event.about.conversation);
  if (room == nullptr) return;
  if (!receipt.refused) return reflect(event, *room);
  if (is_momentary(event.what) || is_moderation(event)) return;  // nobody asked; its <iq/> has its own answer
  const auto& why = *receipt.refused;
  const auto& client = event.about.audience;
  if (membership == nullptr) {
    send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "message", {room->jid, client, native_id(event, id_scheme)}, why);
    });
    return;
  }
  const auto& change = membership->changes.front();
  if (change.kind != Change::Kind::rename) return;
  send(*room->domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_error(out, "presence", {occupant_jid(room->jid, change.new_name), client, native_id(event, id_scheme)}, why);
  });
}

void Muc::deliver_join_refused(const Event& event, const Change& join, const Refusal& why, const Domain& domain) {
  const auto& place = event.about.conversation;
  const auto& client = event.about.audience;
  auto* room = context_.rooms.find(event.about.owner, place);
  const auto* occupant = room != nullptr ? room->find(client) : nullptr;
  const auto from = occupant_jid(room != nullptr ? room->jid : bare_jid(domain, place),
                                 occupant != nullptr ? occupant->wanted_nick : join.who.name);
  const auto alternate = neighbour(*domain.addresses, place, why.alternate);
  const auto uri = alternate ? "xmpp:" + bare_jid(domain, *alternate) + "?join" : std::string{};
  if (!client.empty()) {  // else nobody asked: it was to go on after a restart
    send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "presence", {from, client, native_id(event, id_scheme)}, why, uri);
    });
  }
  if (room == nullptr) return;
  std::erase_if(room->occupants, [&](const Occupant& other) { return other.jid == client; });
  if (room->occupants.empty()) forget(*room);
  availability_.update(event.about.owner, place);
}

}  // namespace isthmus::xmpp
