#include "xmpp/muc_admin.hpp"

#include <optional>
#include <string>
#include <utility>

#include "xmpp/jid.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/one_line.hpp"
#include "xmpp/standing.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

Refusal bad_request(std::string text) { return {Condition::bad_request, Remedy::modify, std::move(text), {}}; }

Refusal nobody(std::string_view address) {
  return {Condition::item_not_found, Remedy::cancel, "Nobody in this room has the address " + std::string{address}, {}};
}

/// Whom an item's jid names: an occupant's or a person's address of ours, the user's own, or, for bans, a mask.
Answer<std::string> name_of_jid(std::string_view text, const Room& room, bool may_be_mask) {
  const auto jid = parse_jid(text);
  if (jid && jid->domain() == room.domain->name) {
    if (jid->bare() == room.jid && jid->is_full()) return from_resource(jid->resource());
    const auto local = from_local(jid->local());
    const auto suffix = network_suffix(*room.domain, room.place);
    if (jid->bare() == room.jid || local.size() <= suffix.size() || !local.ends_with(suffix)) return nobody(text);
    return local.substr(0, local.size() - suffix.size());
  }
  if (jid && jid->bare() == room.owner.view()) return room.nick;
  if (may_be_mask) return std::string{text};
  return nobody(text);
}

Answer<std::string> name_of(pugi::xml_node item, const Room& room, bool may_be_mask) {
  const auto nick = attribute(item, "nick");
  const auto jid = attribute(item, "jid");
  if (has_control(nick) || has_control(jid)) return bad_request("The name holds control characters.");
  if (nick.size() > max_one_line || jid.size() > max_one_line) return bad_request("The name is too long.");
  if (!nick.empty()) return from_resource(nick);
  if (!jid.empty()) return name_of_jid(jid, room, may_be_mask);
  return bad_request("An item names nobody: it has neither nick nor jid.");
}

Answer<Moderate::Wish> read_item(pugi::xml_node item, const Room& room) {
  const auto role = item.attribute("role");
  const auto affiliation = item.attribute("affiliation");
  if (static_cast<bool>(role) == static_cast<bool>(affiliation)) {
    return bad_request("An item changes either a role or an affiliation.");
  }
  Moderate::Wish wish;
  if (role) {
    wish.role = parse_role(role.value());
    if (!wish.role) return bad_request("There is no such role.");
  } else {
    wish.affiliation = parse_affiliation(affiliation.value());
    if (!wish.affiliation) return bad_request("There is no such affiliation.");
  }
  const bool is_ban = wish.affiliation == Affiliation::outcast;
  auto who = name_of(item, room, is_ban || wish.affiliation == Affiliation::none);
  if (!who) return who.error();
  wish.who = std::move(*who);
  if (is_ban && wish.who == room.nick)
    return Refusal{Condition::conflict, Remedy::cancel, "Nobody can ban themselves.", {}};
  std::string scratch;
  auto reason = to_one_line(text_of(child(item, ns::muc_admin, "reason"), scratch));
  if (!reason) return bad_request("The reason is too long, or holds control characters.");
  wish.reason = std::move(*reason);
  return wish;
}

/// What can be said of a ban beside its mask.
std::string ban_note(const ReadStandings::Entry& ban) {
  std::string note = ban.who;
  if (!ban.by.empty()) note += ", by " + ban.by;
  if (ban.at) note += ", since " + to_timestamp(*ban.at);
  return note;
}

}  // namespace

Answer<Moderate> read_moderation(pugi::xml_node query, const Room& room) {
  Moderate moderate;
  for (auto item = query.first_child(); item; item = item.next_sibling()) {
    if (!is(item, ns::muc_admin, "item")) continue;
    if (moderate.wishes.size() == max_admin_items) {
      return Refusal{Condition::policy_violation,
                     Remedy::modify,
                     "At most " + std::to_string(max_admin_items) + " items can be changed at once.",
                     {}};
    }
    auto wish = read_item(item, room);
    if (!wish) return wish.error();
    moderate.wishes.push_back(std::move(*wish));
  }
  if (moderate.wishes.empty()) return bad_request("There is no item to change.");
  return moderate;
}

Answer<ReadStandings> read_standings_query(pugi::xml_node query) {
  const auto item = child(query, ns::muc_admin, "item");
  const auto role = item.attribute("role");
  const auto affiliation = item.attribute("affiliation");
  ReadStandings list;
  if (role) list.role = parse_role(role.value());
  if (affiliation) list.affiliation = parse_affiliation(affiliation.value());
  const bool has_one = list.role.has_value() != list.affiliation.has_value();
  // Whoever has no role is not here, and nobody keeps a list of those without an affiliation.
  if (!has_one || list.role == Role::none || list.affiliation == Affiliation::none) {
    return bad_request("Ask for the list of one role or one affiliation.");
  }
  return list;
}

void write_standings(StanzaWriter& out, const Reply& reply, const ReadStandings& list, const Domain& domain,
                     const Conversation& place) {
  open_result(out, reply);
  out.open("query", ns::muc_admin);
  PersonJids people{domain, place};
  for (const auto& entry : list.found) {
    const bool is_ban = entry.affiliation == Affiliation::outcast;
    out.open("item").attribute("affiliation", to_text(entry.affiliation));
    if (!is_ban) out.attribute("role", to_text(entry.role));
    out.attribute("nick", to_resource(entry.who)).attribute("jid", people.of(entry.who));
    if (is_ban) out.leaf("reason", ban_note(entry));
    out.close();
  }
  out.close().close();
}

}  // namespace isthmus::xmpp
