#include "xmpp/contacts.hpp"

#include <tuple>
#include <utility>

#include "xmpp/avatar.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

using Show = Presence::Show;

/// The text of <show/>; empty where none is written.
std::string_view show_text(Show show) {
  switch (show) {
    case Show::gone:
    case Show::available: return {};
    case Show::chat: return "chat";
    case Show::away: return "away";
    case Show::xa: return "xa";
    case Show::dnd: return "dnd";
  }
  return {};
}

}  // namespace

void Contacts::on_presence(const Incoming& in, const Name& owner, const Conversation& place) {
  if (in.type == "subscribe") return subscribe(in, owner, place);
  if (in.type == "unsubscribe") return unsubscribe(in, owner, place);
  if (in.type == "probe") return probe(in, owner, place);
  const bool is_availability = in.type.empty() || in.type == "unavailable";
  if (is_availability && in.from.is_full() && in.domain.addresses->text(place).empty())
    return on_login(in, owner, place);
  // The user's account is gone, or its server will not have our presence: nobody is left to tell.
  if (in.type == "error" && subscriptions_.remove(owner, place) && place.kind == PlaceKind::direct)
    watch(in.domain, owner, place, false);
}

void Contacts::on_login(const Incoming& in, const Name& owner, const Conversation& gateway) {
  if (in.type.empty()) {
    if (logins_.came(owner, in.domain.name, in.from.str()))
      tell(in.domain, gateway, in.from.str(), presence_of(owner, {&in.domain, gateway}));
  } else if (logins_.went(owner, in.domain.name, in.from.str())) {
    tell(in.domain, gateway, in.from.str(), {Show::gone, {}});
  }
}

void Contacts::ask_for_presence(const Domain& domain, const Name& owner) {
  if (const auto gateway = domain.addresses->parse({})) tell_type(domain, *gateway, owner.view(), "subscribe");
}

void Contacts::part(const Domain& domain, const Name& owner) {
  const auto gateway = domain.addresses->parse({});
  if (!gateway) return;
  subscriptions_.remove(owner, *gateway);
  tell_type(domain, *gateway, owner.view(), "unsubscribe");
  tell_type(domain, *gateway, owner.view(), "unsubscribed");
  tell(domain, *gateway, owner.view(), {Show::gone, {}});
}

bool Contacts::is_granted_there(const Domain& domain, const Name& owner, const Conversation& place) {
  return place.kind == PlaceKind::direct && domain.foreign->capabilities(owner, place).has(Capability::watch);
}

Subscription* Contacts::find_or_add(const Incoming& in, const Name& owner, const Conversation& place,
                                    std::string_view asked_by) {
  if (auto* known = subscriptions_.find(owner, place)) return known;
  auto* added = subscriptions_.add(in.domain, owner, place);
  if (added != nullptr && place.kind == PlaceKind::direct) watch(in.domain, owner, place, true, asked_by);
  return added;
}

void Contacts::subscribe(const Incoming& in, const Name& owner, const Conversation& place) {
  const bool is_new = subscriptions_.find(owner, place) == nullptr;
  const auto* subscription = find_or_add(in, owner, place, in.from.str());
  if (subscription == nullptr) {
    context_.runtime.counters.add("refused", to_text(Condition::resource_constraint));
    return send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
      write_error(out, "presence", {in.to.str(), in.from.str(), in.id},
                  {Condition::resource_constraint,
                   Remedy::wait,
                   "You may have " + std::to_string(Subscriptions::max_of_one_user) + " contacts here; remove one.",
                   {}});
    });
  }
  if (is_new && is_granted_there(in.domain, owner, place)) return;  // it is answered when the foreign side has
  grant(*subscription, owner);
}

void Contacts::grant(const Subscription& subscription, const Name& owner) {
  tell_type(*subscription.domain, subscription.place, owner.view(), "subscribed");
  tell(*subscription.domain, subscription.place, owner.view(), presence_of(owner, subscription));
}

void Contacts::on_watch_granted(const Event& event) {
  const auto& [owner, place] = std::tie(event.about.owner, event.about.conversation);
  const auto* subscription = subscriptions_.find(owner, place);
  // Only who has just subscribed waits to hear so.
  if (subscription == nullptr || event.about.audience.empty() || !std::get<Watch>(event.what).on) return;
  if (is_granted_there(*subscription->domain, owner, place)) grant(*subscription, owner);
}

void Contacts::unsubscribe(const Incoming& in, const Name& owner, const Conversation& place) {
  if (subscriptions_.remove(owner, place) && place.kind == PlaceKind::direct) watch(in.domain, owner, place, false);
  tell(in.domain, place, owner.view(), {Show::gone, {}});
  tell_type(in.domain, place, owner.view(), "unsubscribed");
}

void Contacts::probe(const Incoming& in, const Name& owner, const Conversation& place) {
  const auto* subscription = find_or_add(in, owner, place, {});
  tell(in.domain, place, in.from.str(),
       subscription != nullptr ? presence_of(owner, *subscription) : Presence{Show::gone, {}});
}

void Contacts::watch(const Domain& domain, const Name& owner, const Conversation& person, bool on,
                     std::string_view asked_by) {
  const auto* link = links_.find(owner, person);
  // Everybody is watched for anew when it is up.
  if ((link == nullptr || link->state == LinkState::State::down) && !is_granted_there(domain, owner, person)) return;
  context_.runtime.router.emit(context_.make_event(owner, person, asked_by, Watch{on}));
}

Presence Contacts::presence_of(const Name& owner, const Subscription& subscription) const {
  if (subscription.place.kind == PlaceKind::gateway) return {};
  const auto* link = links_.find(owner, subscription.place);
  if (link == nullptr) return {Show::gone, {}};
  if (link->state != LinkState::State::up) return {Show::gone, link->status ? *link->status : std::string{}};
  if (subscription.place.kind == PlaceKind::network) return {};
  return subscription.presence ? *subscription.presence : Presence{Show::gone, {}};
}

void Contacts::on_link(const Name& owner, const Conversation& network, const LinkState& state) {
  const bool is_up = state.state == LinkState::State::up;
  const Presence gone{Show::gone, status_text(state)};
  for (auto& one : subscriptions_.of(owner)) {
    if (one.place.adapter != network.adapter || one.place.network != network.network) continue;
    if (one.place.kind == PlaceKind::network) {
      tell(*one.domain, one.place, owner.view(), is_up ? Presence{} : gone);
    } else if (one.place.kind == PlaceKind::direct) {
      const bool was_seen = one.presence && one.presence->show != Show::gone;
      one.presence.reset();
      // Already while it connects: so the other side may ask for all of them at once.
      watch(*one.domain, owner, one.place, true);
      if (was_seen && !is_up) tell(*one.domain, one.place, owner.view(), gone);
    }
  }
}

void Contacts::on_seen(const Event& event, const Presence& presence) {
  auto* subscription = subscriptions_.find(event.about.owner, event.about.conversation);
  if (subscription == nullptr) return;
  if (subscription->presence && *subscription->presence == presence) return;
  subscription->presence = presence;
  tell(*subscription->domain, subscription->place, event.about.owner.view(), presence);
}

void Contacts::on_watch_refused(const Event& event, const Refusal& why) {
  const auto& [owner, place] = std::tie(event.about.owner, event.about.conversation);
  const auto* subscription = subscriptions_.find(owner, place);
  if (subscription == nullptr || !std::get<Watch>(event.what).on) return;
  const auto& domain = *subscription->domain;
  // When the link was lost meanwhile, the person is watched for again once it is back.
  const bool is_lost =
      why.condition == Condition::remote_server_timeout || why.condition == Condition::recipient_unavailable;
  if (is_lost || event.about.audience.empty()) return tell(domain, place, owner.view(), {Show::gone, why.text});
  subscriptions_.remove(owner, place);
  send(domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "presence", {bare_jid(domain, place), owner.view(), {}}, why); });
  tell_type(domain, place, owner.view(), "unsubscribed");
}

void Contacts::on_up(const Domain& domain) {
  for (const auto& [owner, list] : subscriptions_.all()) {
    for (const auto& one : list) {
      if (one.domain != &domain) continue;
      tell(domain, one.place, owner.view(), presence_of(owner, one));
      // Of the stored ones the foreign side does not know yet.
      if (is_granted_there(domain, owner, one.place) && links_.find(owner, one.place) == nullptr)
        watch(domain, owner, one.place, true);
    }
  }
}

void Contacts::forget(const Name& owner) {
  logins_.forget(owner);
  for (const auto& one : subscriptions_.forget(owner)) {
    if (one.place.kind == PlaceKind::direct) watch(*one.domain, owner, one.place, false);
    tell(*one.domain, one.place, owner.view(), {Show::gone, {}});
    tell_type(*one.domain, one.place, owner.view(), "unsubscribed");
  }
}

void Contacts::say_goodbye(const Domain& domain) {
  for (const auto& [owner, list] : subscriptions_.all()) {
    for (const auto& one : list) {
      if (one.domain != &domain || presence_of(owner, one).show == Show::gone) continue;
      tell(domain, one.place, owner.view(), {Show::gone, "The gateway is shutting down."});
    }
  }
}

void Contacts::tell(const Domain& domain, const Conversation& place, std::string_view to, const Presence& presence) {
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("presence").attribute("from", bare_jid(domain, place)).attribute("to", to);
    if (presence.show == Show::gone) out.attribute("type", "unavailable");
    if (const auto show = show_text(presence.show); !show.empty()) out.leaf("show", show);
    if (!presence.status.empty()) out.leaf("status", presence.status);
    if (presence.show != Show::gone)
      write_avatar_hash(out, avatar_of(place.kind, domain.foreign->identity(place.kind)));
    out.close();
  });
}

void Contacts::tell_type(const Domain& domain, const Conversation& place, std::string_view to, std::string_view type) {
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("presence").attribute("type", type).attribute("from", bare_jid(domain, place)).attribute("to", to).close();
  });
}

}  // namespace isthmus::xmpp
