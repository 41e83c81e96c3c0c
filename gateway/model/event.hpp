#pragma once
// The one form of everything that happens, whatever protocol it came from: an envelope and a payload. Plain values,
// facts and not phrases: adapters render. A variant is added when the first adapter uses it.
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "gateway/model/event_id.hpp"
#include "gateway/model/message.hpp"
#include "gateway/model/name.hpp"
#include "gateway/model/people.hpp"
#include "gateway/model/rare.hpp"
#include "gateway/model/refusal.hpp"
#include "gateway/model/request.hpp"
#include "gateway/model/time.hpp"

namespace isthmus {

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
  std::string name;       // UTF-8, as the foreign side spells it; empty: the service itself
  std::string address;    // where the foreign side says they come from, e.g. user@host; may be empty
  std::string account{};  // with the foreign service; empty: none or not known
};

/// An id that the source's protocol gave. Only the protocol that wrote it looks inside.
struct NativeId {
  std::string_view scheme;  // a literal: "xmpp.id", "xmpp.origin", …
  std::string value;
};

enum class Origin : std::uint8_t {
  live,
  history,
  replay,  // it may have been told before: whoever told it cannot know whether that arrived
};

struct Envelope {
  EventId id;
  AdapterId source{};
  Conversation conversation;
  Name owner;  // the user whose session saw or said it
  Actor actor;
  std::string ref;       // by which everybody there knows what was said; empty: the protocol gives none, or not yet
  std::string audience;  // which of the owner's clients alone is meant, in the users' side's words; empty: all
  boost::container::small_vector<NativeId, 1> native;
  std::optional<SystemTime> at;  // when the source says it happened
  SystemTime received_at;        // when we saw it
  Origin origin = Origin::live;
  bool is_kept = false;                // said again, should this process end before it is confirmed or failed
  bool wants_acknowledgement = false;  // the source wants to hear of it
  bool is_acknowledged = false;  // set where it is delivered: the foreign side said so, in its protocol's own terms
};

/// The state of the owner's session on a network.
struct LinkState {
  enum class State : std::uint8_t { connecting, up, down };
  State state{};
  std::string reason;  // readable
  bool retrying = false;
};

using Payload = std::variant<Message, Edit, Retract, Reactions, Typing, Displayed, Presence, Watch, Membership, Roster,
                             RoomInfo, Invitation, Request, LinkState, NewValue>;

struct Event {
  Envelope about;
  Payload what;
  Rare<Payload> original{};  // on its way to a side that cannot say it: what it was before it was degraded
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
