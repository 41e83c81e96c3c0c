#include "xmpp/pubsub.hpp"

#include <utility>

#include "xmpp/data_form.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/pubsub_affiliations.hpp"
#include "xmpp/pubsub_browse.hpp"
#include "xmpp/pubsub_item.hpp"
#include "xmpp/pubsub_node.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

pugi::xml_node first_element(pugi::xml_node parent) {
  auto one = parent.first_child();
  while (one && one.type() != pugi::node_element) one = one.next_sibling();
  return one;
}

void write_problem(StanzaWriter& out, const Reply& reply, const Refusal& why, std::string_view detail,
                   std::string_view feature = {}) {
  open_error(out, "iq", reply, why);
  if (!detail.empty()) {
    out.open(detail, ns::pubsub_errors);
    if (!feature.empty()) out.attribute("feature", feature);
    out.close();
  }
  out.close().close();
}

void write_subscription(StanzaWriter& out, std::string_view node, std::string_view jid, std::string_view state) {
  out.open("subscription").attribute("node", node).attribute("jid", jid).attribute("subscription", state).close();
}

void write_done(StanzaWriter& out, const Reply& reply, const Request::Question&) {
  open_result(out, reply);
  out.close();
}

/// What <publish-options/> says (XEP-0060 §7.1.5): whether the item is kept. Refused: what no node here is.
Answer<bool> is_kept(pugi::xml_node pubsub) {
  const auto options = child(pubsub, ns::pubsub, "publish-options");
  const auto x = child(options, ns::data_forms, "x");
  if (!x) return true;
  const auto form = SubmittedForm::read(x);
  if (!form) return form.error();
  for (const auto name : form->names()) {
    if (name == "FORM_TYPE" || name == "pubsub#persist_items") continue;
    const auto value = form->text(name);
    const bool is_so = name == "pubsub#max_items" && value && *value && (**value == "1" || **value == "max");
    if (!is_so)
      return Refusal{
          Condition::conflict, Remedy::cancel, "No node here has " + std::string{name} + " set like that.", {}};
  }
  const auto kept = form->flag("pubsub#persist_items");
  if (!kept) return kept.error();
  return kept->value_or(true);
}

}  // namespace

bool Pubsub::on_request(const Incoming& in, const Name& owner, const Conversation& place) {
  const bool is_place = place.kind == PlaceKind::gateway || place.kind == PlaceKind::network;
  const Conversation gateway{in.domain.adapter, PlaceKind::gateway, {}, {}};
  if (!is_place || in.to.is_full() || !in.domain.foreign->capabilities(owner, gateway).has(Capability::values))
    return false;
  const auto items = child(in.element, ns::disco_items, "query");
  const auto info = child(in.element, ns::disco_info, "query");
  if (in.type == "get" && items) {
    browse(in, owner, place, items, false);
    return true;
  }
  if (in.type == "get" && info && !attribute(info, "node").empty()) {
    browse(in, owner, place, info, true);
    return true;
  }
  if (place.kind != PlaceKind::gateway) return false;
  const auto pubsub = child(in.element, ns::pubsub, "pubsub");
  const auto administered = child(in.element, ns::pubsub_owner, "pubsub");
  if (!pubsub && !administered) return false;
  const auto parent = pubsub ? pubsub : administered;
  Asked asked{in, owner, first_element(parent), parent};
  if (pubsub) {
    on_action(asked);
  } else {
    on_owner_action(asked);
  }
  return true;
}

void Pubsub::on_action(Asked& asked) {
  const auto name = local_name(asked.action);
  const bool is_set = asked.in.type == "set";
  if (is_set && name == "subscribe") return subscribe(asked);
  if (is_set && name == "unsubscribe") return unsubscribe(asked);
  if (is_set && name == "publish") return publish(asked);
  if (is_set && name == "retract") return retract(asked);
  if (!is_set && name == "subscriptions") return answer_subscriptions(asked);
  if (!is_set && name == "items") return answer_items(asked);
  if (name == "create") return unsupported(asked.in, "create-nodes");
  if (name == "options") return unsupported(asked.in, "subscription-options");
  if (name == "default") return unsupported(asked.in, "retrieve-default-sub");
  if (!is_set && name == "affiliations") return answer_affiliations(asked, false);
  refuse(asked.in, {{Condition::bad_request, Remedy::modify, "This is no request of XEP-0060.", {}}});
}

void Pubsub::on_owner_action(Asked& asked) {
  const auto name = local_name(asked.action);
  const bool is_set = asked.in.type == "set";
  if (is_set && (name == "delete" || name == "purge")) {
    if (find_node(asked)) clear(asked);
    return;
  }
  if (name == "configure") return unsupported(asked.in, "config-node");
  if (name == "default") return unsupported(asked.in, "retrieve-default");
  if (name == "affiliations")
    return is_set ? unsupported(asked.in, "modify-affiliations") : answer_affiliations(asked, true);
  if (name == "subscriptions") return unsupported(asked.in, "manage-subscriptions");
  refuse(asked.in, {{Condition::bad_request, Remedy::modify, "This is no request of XEP-0060.", {}}});
}

bool Pubsub::find_node(Asked& asked) {
  asked.node = attribute(asked.action, "node");
  if (asked.node.empty()) {
    refuse(asked.in, {{Condition::bad_request, Remedy::modify, "Which node?", {}}, "nodeid-required"});
    return false;
  }
  const auto place = place_of_node(asked.node, asked.in.domain.adapter, context_.runtime.names);
  if (!place || place->kind != PlaceKind::direct) {
    refuse(asked.in, {{Condition::item_not_found, Remedy::cancel, "There is no such node with values.", {}}});
    return false;
  }
  asked.place = *place;
  return true;
}

std::string Pubsub::subscriber_of(const Asked& asked) {
  const auto jid = parse_jid(attribute(asked.action, "jid"));
  if (jid && jid->bare() == asked.owner.view()) return jid->str();
  refuse(asked.in,
         {{Condition::bad_request, Remedy::modify, "Only your own addresses may be subscribed.", {}}, "invalid-jid"});
  return {};
}

// --- Subscriptions.

void Pubsub::subscribe(Asked& asked) {
  const auto& in = asked.in;
  if (!find_node(asked)) return;
  const auto jid = subscriber_of(asked);
  if (jid.empty()) return;
  if (subscribers_.is_full(asked.owner) && !subscribers_.has(asked.owner, in.domain.name, asked.node, jid)) {
    return refuse(in, {{Condition::policy_violation, Remedy::wait, "You are subscribed to too many nodes.", {}},
                       "too-many-subscriptions"});
  }
  requests_.ask(in, asked.owner, asked.place, WatchValues{true},
                [this, owner = asked.owner, domain = in.domain.name, node = asked.node, jid](
                    StanzaWriter& out, const Reply& reply, const Request::Question&) {
                  subscribers_.add(owner, domain, node, jid);
                  open_result(out, reply);
                  out.open("pubsub", ns::pubsub);
                  write_subscription(out, node, jid, "subscribed");
                  out.close().close();
                },
                {.next = {}, .otherwise = [](StanzaWriter& out, const Reply& reply, const Refusal& why) {
                   const bool is_too_many = why.condition == Condition::policy_violation;
                   write_problem(out, reply, why, is_too_many ? "too-many-subscriptions" : "");
                 }});
}

void Pubsub::unsubscribe(Asked& asked) {
  const auto& in = asked.in;
  if (!find_node(asked)) return;
  const auto jid = subscriber_of(asked);
  if (jid.empty()) return;
  if (!subscribers_.remove(asked.owner, in.domain.name, asked.node, jid))
    return refuse(
        in, {{Condition::unexpected_request, Remedy::cancel, "That address is not subscribed.", {}}, "not-subscribed"});
  if (subscribers_.of(asked.owner, in.domain.name, asked.node).empty()) watch(asked.owner, asked.place, false);
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_done(out, {in.to.str(), in.from.str(), in.id}, {}); });
}

void Pubsub::answer_subscriptions(Asked& asked) {
  const auto& in = asked.in;
  const auto wanted = attribute(asked.action, "node");
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    open_result(out, {in.to.str(), in.from.str(), in.id});
    out.open("pubsub", ns::pubsub).open("subscriptions");
    if (!wanted.empty()) out.attribute("node", wanted);
    for (const auto& entry : subscribers_.list(asked.owner, in.domain.name)) {
      if (!wanted.empty() && entry.node != wanted) continue;
      for (const auto& jid : entry.jids) write_subscription(out, entry.node, jid, "subscribed");
    }
    out.close().close().close();
  });
}

void Pubsub::answer_affiliations(Asked& asked, bool are_managed) {
  if (!find_node(asked)) return;
  requests_.ask(asked.in, asked.owner, asked.place, ReadBranch{},
                [node = asked.node, jid = asked.owner.str(), are_managed](StanzaWriter& out, const Reply& reply,
                                                                          const Request::Question& answered) {
                  const auto& branch = std::get<ReadBranch>(answered);
                  if (are_managed) return write_managed_affiliations(out, reply, node, jid, branch);
                  write_own_affiliations(out, reply, node, branch);
                });
}

void Pubsub::watch(const Name& owner, const Conversation& place, bool on) {
  context_.runtime.router.emit(context_.make_event(owner, place, {}, Request{WatchValues{on}}));
}

void Pubsub::on_up(const Domain& domain) {
  for (const auto& entry : subscribers_.list({}, domain.name)) {
    const auto place = place_of_node(entry.node, domain.adapter, context_.runtime.names);
    if (place) watch(entry.owner, *place, true);
  }
}

void Pubsub::on_link_up(const Event& event, const Domain& domain) {
  const auto& about = event.about;
  for (const auto& entry : subscribers_.list(about.owner, domain.name)) {
    const auto place = place_of_node(entry.node, domain.adapter, context_.runtime.names);
    if (place && place->network == about.conversation.network) watch(about.owner, *place, true);
  }
}

void Pubsub::on_watched(const Event& event, const Receipt& receipt, const Domain& domain) {
  const auto& about = event.about;
  const auto* request = std::get_if<Request>(&event.what);
  const auto* wish = request == nullptr ? nullptr : std::get_if<WatchValues>(&request->what);
  // What is only not there at the moment is asked for again when the stream is back.
  const bool is_final = receipt.refused && receipt.refused->remedy != Remedy::wait;
  if (wish == nullptr || !wish->on || !is_final) return;
  const auto node = node_of(about.conversation);
  const auto jids = subscribers_.of(about.owner, domain.name, node);
  subscribers_.remove_all(about.owner, domain.name, node);
  for (const auto& jid : jids) tell_ended(domain, jid, node);
}

void Pubsub::tell_ended(const Domain& domain, std::string_view jid, std::string_view node) {
  send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
    out.open("message").attribute("from", domain.name).attribute("to", jid).attribute("type", "headline");
    out.open("event", ns::pubsub_event);
    write_subscription(out, node, jid, "none");
    out.close().close();
  });
}

void Pubsub::on_client_gone(const Domain& domain, const Name& owner, std::string_view client) {
  for (const auto& entry : subscribers_.list(owner, domain.name)) {
    if (!subscribers_.remove(owner, domain.name, entry.node, client)) continue;
    const auto place = place_of_node(entry.node, domain.adapter, context_.runtime.names);
    if (place && subscribers_.of(owner, domain.name, entry.node).empty()) watch(owner, *place, false);
  }
}

// --- Items.

void Pubsub::answer_items(Asked& asked) {
  const auto& in = asked.in;
  if (!find_node(asked)) return;
  for (auto one = asked.action.first_child(); one; one = one.next_sibling()) {
    if (is(one, ns::pubsub, "item") && attribute(one, "id") != item_id)
      return refuse(in, {{Condition::item_not_found, Remedy::cancel, "The only item is \"current\".", {}}});
  }
  requests_.ask(in, asked.owner, asked.place, ReadValue{},
                [node = asked.node](StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                  const auto& value = std::get<ReadValue>(answered).found;
                  open_result(out, reply);
                  out.open("pubsub", ns::pubsub).open("items").attribute("node", node);
                  if (value) write_item(out, *value);
                  out.close().close().close();
                });
}

void Pubsub::publish(Asked& asked) {
  const auto& in = asked.in;
  if (!find_node(asked)) return;
  pugi::xml_node item;
  for (auto one = asked.action.first_child(); one; one = one.next_sibling()) {
    if (!is(one, ns::pubsub, "item")) continue;
    if (item)
      return refuse(in, {{Condition::not_allowed, Remedy::cancel, "One item at a time.", {}}, "max-items-exceeded"});
    item = one;
  }
  if (!item) return refuse(in, {{Condition::bad_request, Remedy::modify, "There is no item.", {}}, "item-required"});
  auto value = read_item(item);
  if (!value) {
    return refuse(
        in, {{Condition::bad_request, Remedy::modify, std::string{value.error().text}, {}}, value.error().detail});
  }
  const auto keeps = is_kept(asked.parent);
  if (!keeps) {
    const bool is_conflict = keeps.error().condition == Condition::conflict;
    return refuse(in, {keeps.error(), is_conflict ? "precondition-not-met" : ""});
  }
  value->is_stored = *keeps;
  requests_.ask(in, asked.owner, asked.place, PublishValue{*std::move(value)},
                [node = asked.node](StanzaWriter& out, const Reply& reply, const Request::Question&) {
                  open_result(out, reply);
                  out.open("pubsub", ns::pubsub).open("publish").attribute("node", node);
                  out.open("item").attribute("id", item_id).close().close().close().close();
                });
}

void Pubsub::retract(Asked& asked) {
  const auto& in = asked.in;
  if (!find_node(asked)) return;
  const auto item = child(asked.action, ns::pubsub, "item");
  if (!item || attribute(item, "id").empty())
    return refuse(in, {{Condition::bad_request, Remedy::modify, "Which item?", {}}, "item-required"});
  if (attribute(item, "id") != item_id)
    return refuse(in, {{Condition::item_not_found, Remedy::cancel, "The only item is \"current\".", {}}});
  clear(asked);
}

void Pubsub::clear(const Asked& asked) {
  Data nothing;
  nothing.is_stored = true;
  nothing.qos = 1;
  requests_.ask(asked.in, asked.owner, asked.place, PublishValue{std::move(nothing)}, write_done);
}

Outcome Pubsub::deliver(Delivery& delivery, const Domain& domain) {
  const auto& event = *delivery.event;
  if (delivery.receipt) return Accepted{};
  const auto& value = std::get<NewValue>(event.what);
  if (!domain.outlet->is_up()) {
    if (value.now && value.now->qos > 0) return Deferred{};
    context_.runtime.counters.add("messages_dropped", "value_while_down");
    return Accepted{};
  }
  const auto watched = node_of(event.about.conversation);
  const auto& jids = subscribers_.of(event.about.owner, domain.name, watched);
  if (jids.empty()) watch(event.about.owner, event.about.conversation, false);
  const auto node = node_of(event.about.conversation.network.view(), value.place);
  for (const auto& jid : jids) {
    send(domain, context_.runtime.counters, [&](StanzaWriter& out) {
      const auto hex = to_hex(event.about.id);
      out.open("message").attribute("from", domain.name).attribute("to", jid).attribute("type", "headline");
      out.attribute("id", std::string_view{hex.data(), hex.size()});
      out.open("event", ns::pubsub_event).open("items").attribute("node", node);
      if (value.now) {
        write_item(out, *value.now);
      } else {
        out.open("retract").attribute("id", item_id).close();
      }
      out.close().close();
      // As of an item in a collection (XEP-0248 §5.2): which subscription it came by.
      if (node != watched)
        out.open("headers", ns::headers).open("header").attribute("name", "Collection").text(watched).close().close();
      out.close();
    });
  }
  if (!jids.empty() && value.now && value.now->qos > 0) barrier_.sent(domain, std::move(delivery.event));
  return Accepted{};
}

void Pubsub::on_stream_down(const Domain& domain) {
  for (auto& event : barrier_.take(domain)) context_.runtime.router.emit(std::move(event));
}

// --- Browsing, and refusals.

void Pubsub::browse(const Incoming& in, const Name& owner, const Conversation& asked_at, pugi::xml_node query,
                    bool is_info) {
  const std::string node{attribute(query, "node")};
  auto place = std::optional{asked_at};
  if (!node.empty()) {
    place = asked_at.kind == PlaceKind::gateway ? place_of_node(node, in.domain.adapter, context_.runtime.names)
                                                : std::optional<Conversation>{};
  }
  if (!place) return refuse(in, {{Condition::item_not_found, Remedy::cancel, "There is no such node.", {}}});
  const auto wish = read_page_wish(query);
  if (!wish) return refuse(in, {wish.error()});
  requests_.ask(in, owner, *place, ReadBranch{},
                [is_info, node, place = *place, wish = *wish, domain = &in.domain](
                    StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                  const auto& branch = std::get<ReadBranch>(answered);
                  if (is_info) return write_node_info(out, reply, place, branch);
                  write_node_items(out, reply, *domain, place, branch, wish, node);
                });
}

void Pubsub::refuse(const Incoming& in, const Problem& problem) {
  context_.runtime.counters.add("refused", to_text(problem.why.condition));
  send(in.domain, context_.runtime.counters, [&](StanzaWriter& out) {
    write_problem(out, {in.to.str(), in.from.str(), in.id}, problem.why, problem.detail, problem.feature);
  });
}

void Pubsub::unsupported(const Incoming& in, std::string_view feature) {
  refuse(in, {{Condition::feature_not_implemented, Remedy::cancel, {}, {}}, "unsupported", feature});
}

}  // namespace isthmus::xmpp
