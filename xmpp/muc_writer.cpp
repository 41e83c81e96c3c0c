#include "xmpp/muc_writer.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

#include "xmpp/jid.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/standing.hpp"

namespace isthmus::xmpp {
namespace {

void write_codes(StanzaWriter& out, std::initializer_list<int> codes) {
  for (const int code : codes) {
    if (code != 0) out.open("status").attribute("code", fmt::format_int(code).c_str()).close();
  }
}

/// Whoever is in a room is there: that they are `gone` is not for a presence in it.
void write_availability(StanzaWriter& out, const Presence& presence) {
  switch (presence.show) {
    case Presence::Show::gone:
    case Presence::Show::available: break;
    case Presence::Show::chat: out.leaf("show", "chat"); break;
    case Presence::Show::away: out.leaf("show", "away"); break;
    case Presence::Show::xa: out.leaf("show", "xa"); break;
    case Presence::Show::dnd: out.leaf("show", "dnd"); break;
  }
  if (!presence.status.empty()) out.leaf("status", presence.status);
}

/// A hat's URI is our domain's, with a name of the hat: there is no registry of them.
void write_hats(StanzaWriter& out, std::string_view room_jid, const Member& member) {
  constexpr std::size_t most = 8;
  const auto domain = room_jid.substr(room_jid.find('@') + 1);
  out.open("hats", ns::hats);
  const auto hat = [&](std::string_view name, std::string_view title) {
    out.open("hat").attribute("uri", fmt::format("xmpp:{}#{}", domain, name)).attribute("title", title).close();
  };
  if (member.is_bot) hat("bot", "Bot");
  for (const char& mark : std::string_view{member.privileges}.substr(0, most)) {
    hat(fmt::format("privilege-%{:02X}", static_cast<unsigned char>(mark)), {&mark, 1});
  }
  out.close();
}

void write_content(StanzaWriter& out, const RoomMessage& said) {
  said.content.write(out);
  if (!said.marks.occupant.empty()) out.ready(said.marks.occupant);
  if (!said.marks.stanza_id.empty())
    out.ready_open("stanza-id", said.marks.stanza_id).attribute_end(said.stanza_id).close();
  if (!said.origin_id.empty()) out.open("origin-id", ns::stanza_ids).attribute("id", said.origin_id).close();
}

void write_delay(StanzaWriter& out, std::string_view from, SystemTime at) {
  out.open("delay", ns::delay).attribute("from", from).attribute("stamp", to_timestamp(at)).close();
}

}  // namespace

std::string occupant_jid(std::string_view room_jid, std::string_view nick) {
  std::string jid{room_jid};
  if (!nick.empty()) jid.append("/").append(to_resource(nick));
  return jid;
}

std::string message_head(std::string_view room_jid, std::string_view client) {
  std::string head = " to='";
  append_escaped(head, client);
  head += "' type='groupchat' from='";
  append_escaped(head, room_jid);
  head.shrink_to_fit();  // it stays as long as the client
  return head;
}

std::string presence_head(std::string_view room_jid, std::string_view client) {
  std::string head = " to='";
  append_escaped(head, client);
  head += "' from='";
  append_escaped(head, room_jid);
  return head;
}

void write_available(StanzaWriter& out, std::string_view head, std::string_view room_jid, const Appearance& who,
                     std::initializer_list<int> codes) {
  const Member& member = who.member;
  out.open("presence").ready(head).attribute_part("/").attribute_end(to_resource(member.name));
  if (member.presence) write_availability(out, *member.presence);
  if (member.is_bot || !member.privileges.empty()) write_hats(out, room_jid, member);
  out.open("x", ns::muc_user).open("item");
  out.attribute("affiliation", to_text(member.affiliation)).attribute("role", to_text(member.role));
  if (!who.real_jid.empty()) out.attribute("jid", who.real_jid);
  out.close();
  write_codes(out, codes);
  out.close();
  if (!who.occupant.empty()) out.ready(who.occupant);
  out.close();
}

void write_unavailable(StanzaWriter& out, std::string_view room_jid, std::string_view to, const Departure& who,
                       std::initializer_list<int> codes) {
  out.open("presence").attribute("type", "unavailable");
  out.attribute("from", occupant_jid(room_jid, who.nick)).attribute("to", to);
  const bool removed = !who.by.empty();
  if (!removed && !who.reason.empty()) out.leaf("status", who.reason);
  out.open("x", ns::muc_user).open("item").attribute("affiliation", who.is_banned ? "outcast" : "none");
  out.attribute("role", who.new_nick.empty() ? "none" : "participant");
  if (!who.new_nick.empty()) out.attribute("nick", to_resource(who.new_nick));
  if (removed) {
    out.open("actor").attribute("nick", who.by).close();
    if (!who.reason.empty()) out.leaf("reason", who.reason);
  }
  out.close();
  if (!who.alternate.empty()) out.open("destroy").attribute("jid", who.alternate).close();
  write_codes(out, codes);
  out.close();
  if (!who.occupant.empty()) out.ready(who.occupant);
  out.close();
}

void write_groupchat(StanzaWriter& out, std::string_view head, std::string_view room_jid, const RoomMessage& said) {
  out.open("message").ready(head);
  if (said.nick.empty()) {
    out.attribute_end({});
  } else {
    out.attribute_part("/").attribute_end(to_resource(said.nick));
  }
  out.attribute("id", said.id);
  write_content(out, said);
  if (said.delayed) write_delay(out, room_jid, *said.delayed);
  out.close();
}

RoomMessage to_room_message(const Archived& row, const Content& content, const OccupantIds::Marks& marks) {
  return {.nick = content.is_by_room() ? std::string_view{} : row.sender,
          .id = row.author_id.empty() || content.is_by_room() ? row.id : row.author_id,
          .origin_id = content.is_by_room() ? std::string_view{} : row.author_id,
          .stanza_id = row.id,
          .marks = marks,
          .content = content,
          .delayed = time_of(row.position)};
}

void write_archived_in_room(StanzaWriter& out, std::string_view room_jid, const Archived& row, const Content& content,
                            const OccupantIds::Marks& marks) {
  const auto said = to_room_message(row, content, marks);
  out.attribute("type", "groupchat").attribute("from", occupant_jid(room_jid, said.nick)).attribute("id", said.id);
  write_content(out, said);
}

void write_subject(StanzaWriter& out, std::string_view room_jid, std::string_view to, const RoomInfo::Subject& subject,
                   bool stamped, std::string_view occupant) {
  out.open("message").attribute("type", "groupchat").attribute("to", to);
  out.attribute("from", occupant_jid(room_jid, subject.by));
  out.open("subject").text(subject.text).close();
  if (!occupant.empty()) out.ready(occupant);
  if (stamped && subject.at) write_delay(out, room_jid, *subject.at);
  out.close();
}

void write_room_status(StanzaWriter& out, std::string_view room_jid, std::string_view to, int code) {
  out.open("message").attribute("type", "groupchat").attribute("from", room_jid).attribute("to", to);
  out.open("x", ns::muc_user);
  write_codes(out, {code});
  out.close().close();
}

std::string to_timestamp(SystemTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     (milliseconds - seconds).count());
}

std::optional<SystemTime> parse_timestamp(std::string_view text) {
  std::tm parts{};
  const std::string copy{text};
  const char* rest = ::strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  // A fraction and a zone may follow; the zone is Z in what clients send for `since` (XEP-0082 §3.2).
  while (*rest == '.' || (*rest >= '0' && *rest <= '9')) ++rest;
  if (std::string_view{rest} != "Z") return std::nullopt;
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace isthmus::xmpp
