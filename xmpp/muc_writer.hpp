#pragma once
// What a room says (XEP-0045), as stanzas. Pure: values in, bytes out.
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/model/event.hpp"
#include "gateway/store/archive_store.hpp"
#include "xmpp/message_writer.hpp"
#include "xmpp/occupant_ids.hpp"
#include "xmpp/rooms.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// Status codes of XEP-0045 §15.6.2 that we send.
inline constexpr int status_non_anonymous = 100, status_settings_changed = 104, status_self = 110,
                     status_nick_changed_by_service = 210, status_banned = 301, status_nick_change = 303,
                     status_kicked = 307, status_shutdown = 332, status_technical = 333;

/// `room/nick`, the nick escaped where a resourcepart cannot hold it.
std::string occupant_jid(std::string_view room_jid, std::string_view nick);

/// The beginning that all messages of a room's occupants to one client share (Occupant::head): ` to='client'
/// type='groupchat' from='room`.
std::string message_head(std::string_view room_jid, std::string_view client);

/// The beginning that the presences of all of a room's occupants to one client share: ` to='client' from='room`.
std::string presence_head(std::string_view room_jid, std::string_view client);

/// Presence of an occupant who is there, in `room_jid`; `head` is presence_head() of it and the client. What they are
/// beyond role and affiliation are hats (XEP-0317).
struct Appearance {
  const Member& member;
  std::string_view real_jid{};  // the item's jid; may be empty
  std::string_view occupant{};  // OccupantIds::element(); may be empty
};
void write_available(StanzaWriter& out, std::string_view head, std::string_view room_jid, const Appearance& who,
                     std::initializer_list<int> codes);

struct Departure {
  std::string_view nick;
  std::string_view new_nick;  // for status 303
  std::string_view by;        // for status 301 and 307
  std::string_view reason;
  std::string_view occupant{};   // OccupantIds::element(); may be empty
  std::string_view alternate{};  // the room's address from now on: where everybody went (XEP-0045 §10.9)
  bool is_banned = false;
};
/// Presence of an occupant who is gone.
void write_unavailable(StanzaWriter& out, std::string_view room_jid, std::string_view to, const Departure& who,
                       std::initializer_list<int> codes);

/// A message in the room. `head` is the client's (Occupant::head). `delayed`: stamped as history (XEP-0203).
struct RoomMessage {
  std::string_view nick;
  std::string_view id;
  std::string_view origin_id;  // XEP-0359; may be empty
  std::string_view stanza_id;  // XEP-0359, the room's
  OccupantIds::Marks marks;    // OccupantIds::speaker(); without them neither id is written
  const Content& content;
  std::optional<SystemTime> delayed;
};
void write_groupchat(StanzaWriter& out, std::string_view head, std::string_view room_jid, const RoomMessage& said);

/// Something of the archive as the message that it was, stamped.
RoomMessage to_room_message(const Archived& row, const Content& content, const OccupantIds::Marks& marks);

/// A message of a room's archive, without its addressee (XEP-0313 §7.1.2): the attributes and children of a <message/>
/// that is open. `marks`: OccupantIds::speaker() of who said it.
void write_archived_in_room(StanzaWriter& out, std::string_view room_jid, const Archived& row, const Content& content,
                            const OccupantIds::Marks& marks);

/// The subject, an empty one too (XEP-0045 §7.2.15). `occupant`: OccupantIds::Marks; may be empty.
void write_subject(StanzaWriter& out, std::string_view room_jid, std::string_view to, const RoomInfo::Subject& subject,
                   bool stamped, std::string_view occupant = {});

/// What the room tells of itself by a status code (XEP-0045 §10.2.1).
void write_room_status(StanzaWriter& out, std::string_view room_jid, std::string_view to, int code);

/// XEP-0082: "2026-01-31T12:00:00.123Z".
std::string to_timestamp(SystemTime time);
/// The inverse; nullopt when `text` is none.
std::optional<SystemTime> parse_timestamp(std::string_view text);

}  // namespace isthmus::xmpp
