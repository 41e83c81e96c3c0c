#pragma once
// The one form of everything that happens, whatever protocol it came from: an envelope and a payload. Plain values,
// facts and not phrases: adapters render. A variant is added when the first adapter uses it.
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/model/event_id.hpp"
#include "gateway/model/name.hpp"
#include "gateway/model/refusal.hpp"

namespace isthmus {

using SystemTime = std::chrono::system_clock::time_point;

/// Which adapter of this process: given by the router when the adapter is added.
enum class AdapterId : std::uint8_t {};

enum class PlaceKind : std::uint8_t {
  gateway,  // the adapter's side as a whole: no network, no native name
  network,  // one foreign service: no native name
  room,     // many participants
  direct,   // one other participant
};

/// Where something is said. `native` is the canonical name on the foreign side, so that one place has one Conversation.
struct Conversation {
  AdapterId adapter{};
  PlaceKind kind = PlaceKind::gateway;
  Name network;
  Name native;
  friend bool operator==(const Conversation&, const Conversation&) = default;
};
std::size_t hash_value(const Conversation& conversation) noexcept;

/// Who did it, as others see them now: a display name is no identity.
struct Actor {
  std::string name;     // UTF-8, as the foreign side spells it; empty: the service itself
  std::string address;  // where the foreign side says they come from, e.g. user@host; may be empty
};

/// An id that the source's protocol gave. Only the protocol that wrote it looks inside.
struct NativeId {
  std::string_view scheme;  // a literal: "xmpp.id", "xmpp.origin", …
  std::string value;
};

enum class Origin : std::uint8_t { live, history };

struct Envelope {
  EventId id;
  AdapterId source{};
  Conversation conversation;
  Name owner;  // the user whose session saw or said it
  Actor actor;
  std::string audience;  // which of the owner's clients alone is meant, in the users' side's words; empty: all
  std::vector<NativeId> native;
  std::optional<SystemTime> at;  // when the source says it happened
  SystemTime received_at;        // when we saw it
  Origin origin = Origin::live;
};

enum class Style : std::uint8_t { normal, action, notice };

/// What somebody said. `text` is UTF-8 without C0 controls other than TAB and LF; lines are parted by LF.
struct Message {
  Style style = Style::normal;
  std::string text;
};

/// Standing in a room, in the words of XEP-0045 §5.
enum class Affiliation : std::uint8_t { none, member, admin, owner };
enum class Role : std::uint8_t { none, visitor, participant, moderator };

struct Member {
  std::string name;
  std::string address;  // user@host, or empty when not known
  Affiliation affiliation = Affiliation::none;
  Role role = Role::participant;
};

/// One participant's change. `who` is the participant as it was before the change, except for joins and standing.
struct Change {
  enum class Kind : std::uint8_t {
    join,  // towards the foreign side: the owner wants in, under the name who.name, with `key` if the room asks for one
    leave,     // of the participant's own will, this room only
    quit,      // left the whole network
    kick,      // removed by `by`
    rename,    // is now `new_name`
    standing,  // affiliation or role are now as in `who`
    lost,      // towards the foreign side only: the owner's last client vanished without leaving and may come back
  };
  Kind kind{};
  Member who;
  bool self = false;  // the owner's own session
  std::string new_name;
  std::string by;
  std::string reason;
  std::string key;
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

/// What is known of the room itself. From the users' side: a wish to change what is set.
struct RoomInfo {
  struct Subject {
    std::string text;  // may be empty: there is none
    std::string by;    // display name; may be empty
    std::optional<SystemTime> at;
  };
  std::optional<Subject> subject;
};

/// The state of the owner's session on a network.
struct LinkState {
  enum class State : std::uint8_t { connecting, up, down };
  State state{};
  std::string reason;  // readable
  bool retrying = false;
};

using Payload = std::variant<Message, Membership, Roster, RoomInfo, LinkState>;

struct Event {
  Envelope about;
  Payload what;
};

/// An event has one owner from birth; only the pointer moves (docs/architecture.md, "The hot path").
using EventPtr = std::unique_ptr<Event>;

/// What became of a delivery, brought back to the event's source with the event itself.
struct Receipt {
  std::optional<Refusal> refused;  // empty: the foreign side has it
};

template <class... Fs>
struct overloaded : Fs... {
  using Fs::operator()...;
};

}  // namespace isthmus
