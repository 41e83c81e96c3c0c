#include "xmpp/dispatcher.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "gateway/archive.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/moderation.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

/// What a user asks for, as against what tells of an end or answers us, and what the user's server asks by itself, once
/// for each contact: that is never too much.
bool is_counted(const Incoming& in) {
  return in.type != "error" && in.type != "result" && in.type != "unavailable" && in.type != "probe";
}

/// The domain of an address that is not a valid one.
std::string_view host_in(std::string_view jid) {
  const auto at = jid.find('@');
  const auto host = jid.substr(at == std::string_view::npos ? 0 : at + 1);
  return host.substr(0, host.find('/'));
}

bool is_request(std::string_view type) { return type == "get" || type == "set"; }

}  // namespace

Dispatcher::Dispatcher(Runtime& runtime, AdapterId self, Access access, std::function<SystemTime()> now,
                       std::string_view occupant_key)
    : runtime_{runtime},
      access_{std::move(access)},
      occupant_ids_{occupant_key},
      context_{runtime, self, rooms_, std::move(now), occupant_ids_},
      persistent_{context_},
      undelivered_{context_},
      requests_{context_},
      pubsub_{context_, requests_},
      muc_{context_, persistent_, undelivered_},
      contacts_{context_, links_},
      registrar_{context_, contacts_, [this](std::string_view domain) { return find(domain); },
                 [this](const Name& owner) { forget(owner); }},
      room_commands_{context_, persistent_, muc_},
      offered_{context_, access_, room_commands_, [this](const Name& owner) { registrar_.forget(owner); }},
      direct_{context_, muc_, links_, contacts_, offered_, undelivered_},
      queries_{context_, requests_, links_, room_commands_},
      commands_{context_, offered_},
      roll_call_{context_, [this](const Name& owner, std::string_view client) { muc_.on_client_gone(owner, client); }} {
}

void Dispatcher::add(Domain domain) {
  domains_.push_back(std::make_unique<Domain>(std::move(domain)));
  contacts_.restore(*domains_.back());
}

const Domain* Dispatcher::find(std::string_view domain) const {
  const auto found = std::ranges::find_if(domains_, [&](const auto& known) { return known->name == domain; });
  return found == domains_.end() ? nullptr : found->get();
}

const Domain* Dispatcher::find(AdapterId id) const {
  const auto found = std::ranges::find_if(domains_, [&](const auto& known) { return known->adapter == id; });
  return found == domains_.end() ? nullptr : found->get();
}

void Dispatcher::forget(const Name& owner) {
  for (const auto& domain : domains_) {
    domain->foreign->end_sessions(owner, {}, "the user is gone");
    domain->foreign->forget(owner);
  }
  contacts_.forget(owner);
  persistent_.forget(owner);
  pubsub_.forget(owner);
  undelivered_.forget(owner);
  runtime_.archive.forget(owner);  // before the store: what is written later would be of a user anew
  runtime_.store.forget(owner.view());
}

Outcome Dispatcher::deliver(Delivery& delivery) {
  const auto& place = delivery.event->about.conversation;
  const auto* domain = find(place.adapter);
  assert(domain != nullptr);  // main shows every adapter at a domain
  if (delivery.receipt && std::holds_alternative<Request>(delivery.event->what)) {
    if (!requests_.deliver(*delivery.event, *delivery.receipt))
      pubsub_.on_watched(*delivery.event, *delivery.receipt, *domain);
    return Accepted{};
  }
  if (std::holds_alternative<NewValue>(delivery.event->what)) return pubsub_.deliver(delivery, *domain);
  const auto* link = std::get_if<LinkState>(&delivery.event->what);
  if (link != nullptr && link->state == LinkState::State::up) pubsub_.on_link_up(*delivery.event, *domain);
  if (delivery.receipt && is_moderation(*delivery.event))
    answer_moderation(context_, *delivery.event, *delivery.receipt, *domain);
  if (place.kind == PlaceKind::room) return muc_.deliver(delivery, *domain);
  return direct_.deliver(delivery, *domain);
}

void Dispatcher::on_waiting(Event& event) {
  const auto* domain = find(event.about.conversation.adapter);
  if (domain != nullptr) direct_.on_waiting(event, *domain);
}

void Dispatcher::on_up(const Domain& domain) {
  persistent_.enter_all(domain);
  roll_call_.begin(domain);
  contacts_.on_up(domain);
  pubsub_.on_up(domain);
  undelivered_.resume(domain);
  runtime_.router.resumed(context_.self);
}

void Dispatcher::on_down(const Domain& domain) {
  requests_.forget(domain);
  roll_call_.forget(domain);
  muc_.on_stream_down(domain);
  direct_.on_stream_down(domain);
  pubsub_.on_stream_down(domain);
}

void Dispatcher::say_goodbye() {
  for (const auto& domain : domains_) {
    muc_.say_goodbye(*domain);
    contacts_.say_goodbye(*domain);
  }
}

void Dispatcher::on_skipped(pugi::xml_node head, std::string_view why) {
  runtime_.counters.add("stanzas_refused", "over_limit");
  runtime_.log.warn("a stanza over the limits was skipped");
  const auto kind = local_name(head);
  const auto type = attribute(head, "type");
  const bool is_answerable =
      (kind == "message" || kind == "presence" || (kind == "iq" && is_request(type))) && type != "error";
  const auto from_jid = parse_jid(attribute(head, "from"));
  const auto to_jid = parse_jid(attribute(head, "to"));
  const auto* domain = to_jid ? find(to_jid->domain()) : nullptr;
  if (!is_answerable || !from_jid || domain == nullptr) return;
  send(*domain, runtime_.counters, [&](StanzaWriter& out) {
    write_error(out, kind, {to_jid->str(), from_jid->str(), attribute(head, "id")},
                {Condition::policy_violation, Remedy::modify, std::string{why}, {}});
  });
}

void Dispatcher::dispatch(pugi::xml_node stanza) {
  const StanzaHead head = head_of(stanza);
  const bool has_sender = parse_jid_into(head.from, from_).has_value();
  const bool has_target = parse_jid_into(head.to, to_).has_value();
  const auto* domain = find(has_target ? to_.domain() : host_in(head.to));
  if (!head.is_stanza || !has_sender ||
      domain == nullptr) {  // nobody whom we could answer, or from an address that is not ours
    return runtime_.counters.add("stanzas_dropped", head.is_stanza ? "unanswerable" : "unknown_element");
  }
  const Incoming in{stanza, from_, to_, *domain, head.id, head.type};
  if (!has_target) {
    if (in.type == "error" || in.type == "result") return runtime_.counters.add("stanzas_dropped", "unanswerable");
    return send(*domain, runtime_.counters, [&](StanzaWriter& out) {
      write_error(out, head.kind, {domain->name, from_.str(), in.id},
                  {Condition::jid_malformed, Remedy::modify, "The address is not a valid one.", {}});
    });
  }
  const auto owner = runtime_.names.intern(from_.bare());
  if (is_counted(in)) {
    if (const auto why = access_.admit(owner, runtime_.alarms.now())) return refuse(in, *why);
  }
  if (head.kind == "message") return on_message(in, owner);
  if (head.kind == "presence") return on_presence(in, owner);
  on_iq(in, owner);
}

void Dispatcher::refuse(const Incoming& in, const Refusal& why) {
  if (in.type == "error" || in.type == "result" || in.type == "unavailable")
    return;  // errors are never answered (RFC 6120 §8.3.1)
  runtime_.counters.add("refused", to_text(why.condition));
  // Of an address: where else the place is to be found.
  const auto uri =
      why.alternate.empty() ? std::string{} : "xmpp:" + local_of(in.domain, why.alternate) + "@" + in.domain.name;
  send(in.domain, runtime_.counters, [&](StanzaWriter& out) {
    write_error(out, local_name(in.element), {in.to.str(), in.from.str(), in.id}, why, uri);
  });
}

void Dispatcher::on_message(const Incoming& in, const Name& owner) {
  if (in.type == "groupchat") {
    // Whoever is in a room was admitted when joining: no other look-up on this path.
    auto* room = rooms_.find(owner, in.to.bare());
    if (room != nullptr) return muc_.on_groupchat(in, room);
  }
  const auto place = place_of(in.domain, in.to.local());
  if (in.type == "error") {
    if (!is_gone(in.element)) return;
    muc_.on_client_gone(owner, in.from.str());
    if (in.from.is_full()) pubsub_.on_client_gone(in.domain, owner, in.from.str());
    return;
  }
  if (!place) return refuse(in, place.error());
  if (!access_.may_use(owner.view())) {
    return refuse(in, {Condition::forbidden, Remedy::auth, "You may not use this gateway.", {}});
  }
  if (in.type != "groupchat" && muc_.on_invitation(in, owner, *place)) return;
  if (place->kind != PlaceKind::room) {
    if (in.type != "groupchat") return direct_.on_message(in, owner, *place);
    return refuse(in, {Condition::bad_request, Remedy::modify, "This is no room.", {}});
  }
  auto* room = rooms_.find(owner, *place);
  if (in.type == "groupchat") return muc_.on_groupchat(in, room);
  if (in.to.is_full()) return muc_.on_private(in, owner, room);
  if (direct_.on_words(in, owner, *place)) return;
  refuse(in, {Condition::bad_request, Remedy::modify, "A message to a room must be of type groupchat.", {}});
}

void Dispatcher::on_presence(const Incoming& in, const Name& owner) {
  const auto place = place_of(in.domain, in.to.local());
  if (!place) return refuse(in, place.error());
  if (!access_.may_use(owner.view())) {
    return refuse(in, {Condition::forbidden, Remedy::auth, "You may not use this gateway.", {}});
  }
  if (place->kind == PlaceKind::room) return muc_.on_presence(in, owner, *place);
  direct_.on_presence(in, owner, *place);
}

void Dispatcher::on_iq(const Incoming& in, const Name& owner) {
  if (is_request(in.type)) {
    const auto place = place_of(in.domain, in.to.local());
    const bool may_use = access_.may_use(owner.view());
    if (may_use && place && commands_.on_request(in, owner, *place)) return;
    if (may_use && registrar_.on_request(in, owner)) return;
    if (may_use && place && pubsub_.on_request(in, owner, *place)) return;
    // What the gateway is, everybody may know.
    const auto moderate = child(in.element, ns::moderation, "moderate");
    if (may_use && moderate && place && place->kind == PlaceKind::room && in.type == "set")
      return ask_moderation(context_, in, rooms_.find(owner, *place), moderate);
    if (may_use || child(in.element, ns::disco_info, "query")) return queries_.on_request(in, owner, place);
    return refuse(in, {Condition::forbidden, Remedy::auth, "You may not use this gateway.", {}});
  }
  if (in.type == "result" || in.type == "error") {
    if (!roll_call_.on_answer(in.id, in.from.str(), in.type))
      runtime_.counters.add("stanzas_dropped", "unexpected_answer");
    return;
  }
  refuse(in, {Condition::bad_request, Remedy::modify, "An iq is of type get, set, result or error.", {}});
}

}  // namespace isthmus::xmpp
