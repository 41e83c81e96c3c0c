#pragma once
// What a session knows of the channels that its user wants to be on. No I/O, no clock.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "adapters/irc/casemap.hpp"
#include "adapters/irc/channel_modes.hpp"
#include "adapters/irc/isupport.hpp"
#include "gateway/model/event.hpp"
#include "gateway/model/rare.hpp"
#include "gateway/runtime/alarms.hpp"

namespace isthmus::irc {

inline constexpr SteadyTime never = SteadyTime::max();

/// Not noexcept: libstdc++ then keeps the hash beside each key, and a table grows without reading all of them again.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

/// Somebody on a channel.
struct Occupant {
  struct More {
    std::string account;
    std::string away;  // their words
  };
  std::string nick;         // UTF-8, as the server spells it
  std::string address;      // user@host; empty: not known
  std::uint16_t ranks = 0;  // bit i: has the i-th mode of PREFIX, 0 being the highest
  bool is_away = false;
  bool is_bot = false;
  bool is_operator = false;  // of the network
  Rare<More> more{};         // none: all of it is empty

  /// True when that changes something.
  bool set_account(std::string_view account);
  bool set_away(bool away, std::string_view words);
};

/// Bit i for the i-th mode of PREFIX; 0 beyond those that fit.
constexpr std::uint16_t rank_bit(std::size_t rank) noexcept {
  return rank < 16 ? static_cast<std::uint16_t>(1U << rank) : std::uint16_t{0};
}

/// By folded nick. Nodes, because most channels are small and an empty flat table is not.
using Occupants = std::unordered_map<std::string, Occupant, TextHash, std::equal_to<>>;

struct Channel {
  /// What few channels have, and none for long but the key.
  struct Seldom {
    std::string key;             // of a channel with +k
    std::vector<EventPtr> held;  // said while syncing
    std::vector<Change> burst;   // of a netsplit that is not over yet
  };

  enum class State : std::uint8_t {
    wanted,   // no JOIN was sent: the link is down or not ready
    joining,  // JOIN sent
    syncing,  // the server let us in, NAMES is on its way: what is said is held back
    joined,   // the users' side knows who is there
    leaving,  // PART sent
  };

  Conversation place;  // as the users' side joined it: every event of this channel has this one
  std::string folded;  // the key
  std::string name;    // as the server spells it, once it has
  State state = State::wanted;
  bool known = false;             // the users' side was told who is there, now or before the link was lost
  SteadyTime due = never;         // joining, syncing, leaving: when to stop waiting
  SteadyTime lost_until = never;  // the user's last client vanished: leave then
  Occupants occupants{3};         // places to begin with, not thirteen: most channels are small
  ChannelModes modes;
  Rare<RoomInfo::Subject> set_subject;  // none: the server told of none
  Rare<Seldom> seldom;

  bool is_on() const noexcept { return state == State::syncing || state == State::joined; }
  RoomInfo::Subject subject() const { return set_subject ? *set_subject : RoomInfo::Subject{}; }
  std::string_view subject_text() const {
    return set_subject ? std::string_view{set_subject->text} : std::string_view{};
  }
  std::string_view key() const { return seldom ? std::string_view{seldom->key} : std::string_view{}; }
  /// Empty: it has none.
  void set_key(std::string_view key);
  std::vector<Change> take_burst();
  std::vector<EventPtr> take_held();
  /// Forgets what was true of one stay on the channel.
  void reset();
  /// The occupant with that key, new or known, with what is newly known of it.
  Occupant& add(std::string_view folded_nick, std::string_view nick, std::string_view address);
};

/// The channels of one session; few, so a list with hashes in place of a table.
class Channels {
 public:
  static constexpr std::size_t max_channels = 250;

  /// The channel that `folded` is the key of; nullptr when there is none.
  Channel* find(std::string_view folded) const noexcept;
  /// The one that the users' side calls `place`.
  Channel* find(const Conversation& place) const noexcept;
  Channel& add(std::string_view folded, Conversation place);
  void erase(const Channel& channel);
  /// `channel` goes on under another name; `folded` is no other channel's key.
  void rename(Channel& channel, std::string_view folded, std::string_view name, Conversation place);
  /// Gives every channel and occupant the key that `mapping` makes of it. Channels whose keys are now equal are
  /// returned, less the first of each.
  std::vector<std::unique_ptr<Channel>> rekey(CaseMapping mapping);

  std::size_t size() const noexcept { return items_.size(); }
  bool empty() const noexcept { return items_.empty(); }
  Channel& at(std::size_t index) const noexcept { return *items_[index].channel; }

 private:
  struct Item {
    std::size_t hash;
    std::unique_ptr<Channel> channel;
  };
  std::vector<Item> items_;
};

/// Rank bits by PREFIX → standing in a room: above o owner, o admin, between o and v member, all three moderators; v
/// and lower member and participant; none: none and participant, or visitor where the channel is moderated (+m).
struct Standing {
  Affiliation affiliation = Affiliation::none;
  Role role = Role::participant;
  friend bool operator==(const Standing&, const Standing&) = default;
};
Standing standing(const Isupport& isupport, std::uint16_t ranks, bool moderated) noexcept;

/// The marks of what somebody may beyond the usual ranks, highest first: symbols of PREFIX other than "~&@%+", and "*"
/// for an operator of the network, as in WHO.
std::string privileges(const Isupport& isupport, std::uint16_t ranks, bool is_operator);

/// `occupant` of `channel` in the words of the model.
Member to_member(const Isupport& isupport, const Channel& channel, const Occupant& occupant);

/// The change `kind` of somebody else; `by` and `reason` where there are any.
Change to_change(Change::Kind kind, Member who, std::string reason = {}, std::string by = {});

/// Everybody on `channel`; `self` is our own nick.
Roster to_roster(const Isupport& isupport, const Channel& channel, std::string_view self);

}  // namespace isthmus::irc
