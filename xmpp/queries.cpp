#include "xmpp/queries.hpp"

#include <set>
#include <string_view>
#include <vector>

#include "gateway/archive.hpp"
#include "gateway/version.hpp"
#include "xmpp/address_prompt.hpp"
#include "xmpp/avatar.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/person_queries.hpp"
#include "xmpp/place_name.hpp"
#include "xmpp/pubsub_browse.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

const Refusal not_here{Condition::service_unavailable, Remedy::cancel, {}, {}};
const Refusal not_inside{Condition::not_acceptable, Remedy::cancel, "You are not in this room; join it again.", {}};

/// What an entity is and can (XEP-0030 §3.1).
struct Info {
  std::vector<Identity> identities;
  std::vector<std::string_view> features;
};

/// `is_domain`: the address is the domain's own.
Info info_of(PlaceKind kind, const isthmus::Adapter& foreign, bool is_domain) {
  const auto identity = foreign.identity(kind);
  switch (kind) {
    case PlaceKind::gateway:
    case PlaceKind::network: {
      Info info{
          {identity},
          {ns::commands, ns::disco_info, ns::disco_items, ns::gateway, ns::muc, ns::ping, ns::vcard, ns::version}};
      if (is_domain) info.features.push_back(ns::registration);
      // Clients look for rooms where there is a conference, and for gateways to register with by theirs (XEP-0100).
      if (is_domain && identity.category != "gateway")
        info.identities.insert(info.identities.begin(), {"gateway", foreign.protocol()});
      if (kind == PlaceKind::network) info.features.insert(info.features.end(), {ns::result_sets, ns::channel_search});
      return info;
    }
    case PlaceKind::room:  // as such it is asked elsewhere (MucQueries): here it is the address of an occupant
    case PlaceKind::direct: break;
  }
  return {{identity}, {ns::disco_info, ns::last_activity, ns::ping, ns::time, ns::vcard, ns::version}};
}

}  // namespace

void Queries::refuse(const Incoming& in, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "iq", {in.to.str(), in.from.str(), in.id}, why); });
}

void Queries::on_request(const Incoming& in, const Name& owner, const Answer<Conversation>& place) {
  if (!place) return refuse(in, place.error());
  const bool is_occupant = place->kind == PlaceKind::room && in.to.is_full();
  const bool is_ping = in.type == "get" && child(in.element, ns::ping, "ping");
  if (is_ping && is_occupant) {
    auto* room = context_.rooms.find(owner, *place);
    // One's own address; also of a room that one is not in, since whoever asks believes to be there.
    if (room == nullptr || room->find(in.from.str()) == nullptr || from_resource(in.to.resource()) == room->nick)
      return answer_self_ping(in, room);
  }
  if (in.type == "get" && (is_occupant || place->kind == PlaceKind::direct)) {
    const auto& avatar = avatar_of(PlaceKind::direct, in.domain.foreign->identity(PlaceKind::direct));
    if (auto asked = person_question(in.element, avatar)) {
      const auto person = person_at(in, owner, *place);
      if (!person) return refuse(in, person.error());
      return requests_.ask(in, owner, *person, std::move(asked->question), std::move(asked->render));
    }
  }
  if (in.type == "get" && !is_occupant && child(in.element, ns::vcard, "vCard")) return answer_card(in, *place);
  if (archives_.on_request(in, owner, *place)) return;
  if (place->kind == PlaceKind::room && rooms_.on_request(in, owner, *place)) return;
  if (is_ping) return answer_ping(in);
  const bool is_service = place->kind == PlaceKind::gateway || place->kind == PlaceKind::network;
  if (is_service && answer_address_prompt(context_, in, *place)) return;
  if (in.type == "get") {
    if (place->kind == PlaceKind::network && networks_.on_request(in, owner, *place)) return;
    if (child(in.element, ns::version, "query")) return answer_version(in);
    const auto info = child(in.element, ns::disco_info, "query");
    const auto items = child(in.element, ns::disco_items, "query");
    // No node is known here yet.
    if ((info && !attribute(info, "node").empty()) || (items && !attribute(items, "node").empty())) {
      return refuse(in, {Condition::item_not_found, Remedy::cancel, "There is no such node.", {}});
    }
    if (info) return answer_info(in, owner, *place);
    if (items) return answer_items(in, owner, *place);
  }
  refuse(in, not_here);
}

void Queries::answer_info(const Incoming& in, const Name& owner, const Conversation& place) {
  // An occupant is a person, whatever the address in front of it.
  const auto kind = place.kind == PlaceKind::room && in.to.is_full() ? PlaceKind::direct : place.kind;
  const auto text = in.domain.addresses->text(place);
  auto info = info_of(kind, *in.domain.foreign, text.empty());
  if (place.kind == PlaceKind::direct && !in.to.is_full() && context_.runtime.archive.is_kept(place))
    info.features.insert(info.features.end(), {ns::archive, ns::archive_extended, ns::result_sets});
  const bool is_pubsub = text.empty() && in.domain.foreign->capabilities(owner, place).has(Capability::values);
  if (is_pubsub) {
    info.identities.push_back({"pubsub", "service"});
    info.features.insert(info.features.end(), {ns::pubsub, ns::result_sets});
  }
  const std::string name = kind == PlaceKind::direct && in.to.is_full() ? from_resource(in.to.resource())
                                                                        : place_name(*in.domain.addresses, place);
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::disco_info);
    for (const auto [category, type] : info.identities)
      out.open("identity").attribute("category", category).attribute("type", type).attribute("name", name).close();
    for (const auto feature : info.features) out.open("feature").attribute("var", feature).close();
    if (is_pubsub) write_pubsub_features(out);
    out.close().close();
  });
}

void Queries::answer_items(const Incoming& in, const Name& owner, const Conversation& place) {
  // What the user has open here: networks below the gateway, rooms below a network.
  std::set<std::string> items;
  for (const auto* room : context_.rooms.of(owner)) {
    if (room->domain != &in.domain) continue;
    if (place.kind == PlaceKind::network && room->place.network == place.network) items.insert(room->jid);
    if (place.kind != PlaceKind::gateway) continue;
    const Conversation network{room->place.adapter, PlaceKind::network, room->place.network, {}};
    items.insert(bare_jid(in.domain, network));
  }
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::disco_items);
    for (const auto& item : items) out.open("item").attribute("jid", item).close();
    out.close().close();
  });
}

Answer<Conversation> Queries::person_at(const Incoming& in, const Name& owner, const Conversation& place) const {
  if (place.kind == PlaceKind::direct) return place;
  auto* room = context_.rooms.find(owner, place);
  if (room == nullptr || room->find(in.from.str()) == nullptr) return not_inside;
  return in.domain.addresses->person(place, from_resource(in.to.resource()));
}

void Queries::answer_self_ping(const Incoming& in, Room* room) {
  const auto* occupant = room != nullptr ? room->find(in.from.str()) : nullptr;
  const bool is_inside = occupant != nullptr && !occupant->stale &&
                         (occupant->state == Occupant::State::present || occupant->state == Occupant::State::entered);
  // A client that may have missed something must enter anew (XEP-0410 §3.2).
  if (!is_inside) return refuse(in, not_inside);
  answer_ping(in);
}

void Queries::answer_ping(const Incoming& in) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.close();
  });
}

void Queries::answer_card(const Incoming& in, const Conversation& place) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("vCard", ns::vcard).leaf("FN", place_name(*in.domain.addresses, place));
    write_photo(out, avatar_of(place.kind, in.domain.foreign->identity(place.kind)));
    out.close().close();
  });
}

void Queries::answer_version(const Incoming& in) {
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("query", ns::version).leaf("name", "isthmus").leaf("version", version).close().close();
  });
}

}  // namespace isthmus::xmpp
