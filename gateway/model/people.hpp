#pragma once
// Who is in a room, who comes and goes, and what is known of people and rooms.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/rare.hpp"
#include "gateway/model/time.hpp"

namespace isthmus {

/// Standing in a room, in the words of XEP-0045 §5.
enum class Affiliation : std::uint8_t { none, outcast, member, admin, owner };
enum class Role : std::uint8_t { none, visitor, participant, moderator };

/// Somebody's availability; `status` is what they say about it.
struct Presence {
  enum class Show : std::uint8_t { gone, available, chat, away, xa, dnd };
  Show show = Show::available;
  std::string status;
  friend bool operator==(const Presence&, const Presence&) = default;
};

struct Member {
  std::string name;
  std::string address;  // user@host, or empty when not known
  Affiliation affiliation = Affiliation::none;
  Role role = Role::participant;
  bool is_bot = false;
  std::string account{};      // with the service, which outlives the name; empty: none or not known
  std::string privileges{};   // the foreign side's own marks for what they may, highest first, e.g. "!@"; may be empty
  Rare<Presence> presence{};  // none: available
  friend bool operator==(const Member& a, const Member& b) {
    const auto same_presence = [&] { return a.presence ? b.presence && *a.presence == *b.presence : !b.presence; };
    return a.name == b.name && a.address == b.address && a.affiliation == b.affiliation && a.role == b.role &&
           a.is_bot == b.is_bot && a.account == b.account && a.privileges == b.privileges && same_presence();
  }
};

/// One participant's change. `who` is the participant as it was before the change, except for joins and standing.
struct Change {
  enum class Kind : std::uint8_t {
    join,  // towards the foreign side: the owner wants in, under the name who.name, with `key` if the room asks for one
    leave,     // of the participant's own will, this room only
    quit,      // left the whole network
    kick,      // removed by `by`
    rename,    // is now `new_name`
    standing,  // what is known of the participant (affiliation, role, presence, account, …) is now as in `who`
    lost,      // towards the foreign side only: the owner's last client vanished without leaving and may come back
  };
  Kind kind{};
  Member who;
  bool self = false;    // the owner's own session
  bool banned = false;  // kick: and may not come back
  std::string new_name{};
  std::string by{};
  std::string reason{};
  std::string key{};
};

/// Who came, went or changed: one netsplit is one event.
struct Membership {
  std::vector<Change> changes;
};

/// Everybody in a room at one moment, the owner included under the name `self`: the answer to a join.
struct Roster {
  std::vector<Member> members;
  std::string self;
};

/// How a room is set, as far as the foreign side has such a thing. As a wish: what is not set stays.
struct RoomSettings {
  std::optional<bool> members_only;          // by invitation
  std::optional<bool> moderated;             // visitors do not speak
  std::optional<bool> hidden;                // in no directory
  std::optional<bool> subject_locked;        // only moderators change the subject
  std::optional<std::string> password;       // "": none
  std::optional<std::uint32_t> max_members;  // 0: no limit
  std::optional<std::string> other;          // what else is set, in the foreign side's own notation, e.g. "+nC"
};

/// What is known of the room itself. From the users' side: a wish to change the subject.
struct RoomInfo {
  struct Subject {
    std::string text;  // may be empty: there is none
    std::string by;    // display name; may be empty
    std::optional<SystemTime> at;
  };
  std::optional<Subject> subject;
  bool settings_changed = false;  // how it is set: whoever wants to know asks (ReadSettings)
  std::string moved_to{};         // the room goes on as this one (native name); everybody is there already
};

/// Somebody is asked into the room of the event's conversation, by the actor.
struct Invitation {
  std::string who;  // native name; empty: the owner
  std::string reason;
};

/// Somebody as a directory entry (WHOIS and the like). What is not known is empty.
struct Profile {
  std::string name;
  std::string full_name;
  std::string address;
  std::string service;  // the server they are on
  std::string account;
  std::string away;  // their words; empty: not away, or wordless
  bool is_away = false;
  bool is_operator = false;
  bool is_bot = false;
  bool is_secure = false;  // their own connection is encrypted
  std::optional<std::uint64_t> idle_seconds;
  std::optional<SystemTime> since;
  std::vector<std::string> rooms;
  std::vector<std::string> other;  // further lines, readable
};

/// A foreign service's rooms at one moment, by name, each once.
struct Directory {
  struct Entry {
    std::string name;  // native
    std::uint32_t members = 0;
    std::string subject;
  };
  SystemTime taken;
  std::vector<Entry> rooms;
};

}  // namespace isthmus
