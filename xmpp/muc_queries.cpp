#include "xmpp/muc_queries.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "gateway/archive.hpp"
#include "xmpp/data_form.hpp"
#include "xmpp/muc_admin.hpp"
#include "xmpp/muc_disco.hpp"
#include "xmpp/muc_owner.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/place_name.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

void write_done(StanzaWriter& out, const Reply& reply, const Request::Question&) {
  open_result(out, reply);
  out.close();
}

}  // namespace

void MucQueries::refuse(const Incoming& in, const Refusal& why) {
  context_.runtime.counters.add("refused", to_text(why.condition));
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_error(out, "iq", {in.to.str(), in.from.str(), in.id}, why); });
}

void MucQueries::confirm(const Incoming& in) {
  send(in.domain, context_.runtime.counters,
       [&](StanzaWriter& out) { write_done(out, {in.to.str(), in.from.str(), in.id}, {}); });
}

bool MucQueries::on_request(const Incoming& in, const Name& owner, const Conversation& place) {
  if (in.to.is_full()) return false;  // an occupant, not the room
  const auto info = child(in.element, ns::disco_info, "query");
  if (info && in.type == "get" && attribute(info, "node").empty()) {
    on_info(in, owner, place);
    return true;
  }
  const auto admin = child(in.element, ns::muc_admin, "query");
  const auto settings = child(in.element, ns::muc_owner, "query");
  if (!admin && !settings) return false;
  auto* room = context_.rooms.find(owner, place);
  if (room == nullptr || room->find(in.from.str()) == nullptr) {
    refuse(in, {Condition::not_acceptable, Remedy::modify, "You are not in this room; join it first.", {}});
  } else if (admin) {
    on_admin(in, *room, admin);
  } else {
    on_owner(in, *room, settings);
  }
  return true;
}

void MucQueries::on_admin(const Incoming& in, const Room& room, pugi::xml_node query) {
  if (in.type == "set") {
    auto moderate = read_moderation(query, room);
    if (!moderate) return refuse(in, moderate.error());
    return requests_.ask(in, room.owner, room.place, std::move(*moderate), write_done);
  }
  auto list = read_standings_query(query);
  if (!list) return refuse(in, list.error());
  requests_.ask(in, room.owner, room.place, std::move(*list),
                [domain = room.domain, place = room.place](StanzaWriter& out, const Reply& reply,
                                                           const Request::Question& answered) {
                  write_standings(out, reply, std::get<ReadStandings>(answered), *domain, place);
                });
}

void MucQueries::on_owner(const Incoming& in, const Room& room, pugi::xml_node query) {
  if (in.type == "get") {
    return requests_.ask(in, room.owner, room.place, ReadSettings{},
                         [protocol = room.domain->foreign->protocol(),
                          own = commands_.settings(*room.domain, room.place).form({room.owner, room.place})](
                             StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                           write_settings_form(out, reply, std::get<ReadSettings>(answered), protocol, own);
                         });
  }
  if (child(query, ns::muc_owner, "destroy")) {
    return refuse(in, {Condition::not_allowed,
                       Remedy::cancel,
                       "A room of this network cannot be destroyed: it ends when everybody has left.",
                       {}});
  }
  const auto form = child(query, ns::data_forms, "x");
  if (!form) return refuse(in, {Condition::bad_request, Remedy::modify, "There is no form in the request.", {}});
  change_settings(in, room, form);
}

void MucQueries::change_settings(const Incoming& in, const Room& room, pugi::xml_node x) {
  const auto form = SubmittedForm::read(x);
  if (!form) return refuse(in, form.error());
  if (form->is_cancelled()) return confirm(in);
  auto wished = read_settings_form(*form, room.domain->foreign->protocol());
  if (!wished) return refuse(in, wished.error());
  // That is the user's own matter, whatever the room's owners say to the rest.
  if (const auto why = change_own_settings(room, *form)) return refuse(in, *why);
  // Clients send all fields; only what differs from how the room is set now is a wish.
  requests_.ask(in, room.owner, room.place, ReadSettings{}, write_done,
                {.next = [wished = std::move(*wished)](
                             const Request::Question& answered) -> Answer<std::optional<Request::Question>> {
                   auto changed = changes(std::get<ReadSettings>(answered).found, wished);
                   if (!changed) return std::optional<Request::Question>{};
                   return std::optional<Request::Question>{ChangeSettings{std::move(*changed)}};
                 },
                 .otherwise = {}});
}

std::optional<Refusal> MucQueries::change_own_settings(const Room& room, const SubmittedForm& form) {
  const auto command = commands_.settings(*room.domain, room.place);
  const CommandCall call{room.owner, room.place};
  const auto asked = command.form(call);
  auto filled = fill(asked, own_values(form, asked, room.domain->foreign->protocol()));
  const auto outcome = std::holds_alternative<FormProblem>(filled)
                           ? CommandOutcome{std::get<FormProblem>(std::move(filled))}
                           : command.run(call, std::get<Form>(filled));
  if (const auto* problem = std::get_if<FormProblem>(&outcome))
    return Refusal{Condition::bad_request, Remedy::modify, problem->field + ": " + problem->text, {}};
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal == nullptr ? std::nullopt : std::optional{*refusal};
}

void MucQueries::on_info(const Incoming& in, const Name& owner, const Conversation& place) {
  const auto& foreign = *in.domain.foreign;
  const auto write = [identity = foreign.identity(PlaceKind::room), name = place_name(*in.domain.addresses, place),
                      capabilities = foreign.capabilities(owner, place),
                      is_archived = context_.runtime.archive.is_kept(place)](StanzaWriter& out, const Reply& reply,
                                                                             const ReadSettings* settings) {
    write_room_info(out, reply, identity, name, capabilities, is_archived, settings);
  };
  const bool is_on_network = std::ranges::any_of(context_.rooms.of(owner), [&](const Room* room) {
    return room->place.adapter == place.adapter && room->place.network == place.network;
  });
  if (!is_on_network) {  // nobody there could ask for them
    return send(in.domain, context_.runtime.counters,
                [&](StanzaWriter& out) { write(out, {in.to.str(), in.from.str(), in.id}, nullptr); });
  }
  requests_.ask(in, owner, place, ReadSettings{},
                [write](StanzaWriter& out, const Reply& reply, const Request::Question& answered) {
                  write(out, reply, &std::get<ReadSettings>(answered));
                },
                // A room that the network tells nothing of is a room all the same.
                {.next = {}, .otherwise = [write](StanzaWriter& out, const Reply& reply, const Refusal&) {
                   write(out, reply, nullptr);
                 }});
}

}  // namespace isthmus::xmpp
