#pragma once
// Which clients of which user are in which room. Members, modes and subjects live on the foreign side and are asked for
// there.
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/event.hpp"
#include "gateway/store/archive_store.hpp"
#include "xmpp/domain.hpp"

namespace isthmus::xmpp {

/// How much history a joining client wants (XEP-0045 §7.2.14).
struct HistoryWish {
  std::optional<std::size_t> max_stanzas;
  std::optional<std::size_t> max_chars;
  std::optional<SystemTime> since;
  bool is_asked = false;         // the archive has not answered yet
  std::vector<Archived> rows{};  // what it answered, until the client has entered
};

/// One client (a full JID) in a room.
struct Occupant {
  enum class State : std::uint8_t {
    joining,  // asked to enter; has been told nothing yet
    entered,  // has the occupants and itself; the subject comes next
    present,
    waiting,  // was told that the link is lost (status 333); enters anew when it is back
  };
  std::string jid;
  std::string head;  // message_head() of the room for this client
  std::string wanted_nick;
  std::unique_ptr<HistoryWish> history;  // null: all of it
  Rare<Presence> presence{};             // none: merely available
  State state = State::joining;
  bool stale = false;  // the component stream was lost meanwhile, so it may have missed something

  /// It is told what happens in the room.
  bool hears() const { return state == State::present || state == State::entered; }
};

/// One room as one user has it.
struct Room {
  static constexpr std::size_t max_backlog = 100;
  static constexpr std::size_t max_private_with = 64;

  struct Private {
    Name native;
    std::string nick;
  };
  /// What few rooms have.
  struct Seldom {
    std::string account;                // the user's own with the foreign service; empty: none or not known
    std::vector<EventPtr> backlog;      // messages said while not every client heard them, oldest first
    std::vector<Private> private_with;  // people to whom the user wrote through this room last
  };

  const Domain* domain = nullptr;
  Name owner;
  Conversation place;
  std::string jid;   // prepared, without the occupant's part
  std::string nick;  // as the foreign side spells it; empty before the first roster
  std::vector<Occupant> occupants;
  Rare<Seldom> seldom{};

  std::string_view account() const { return seldom ? std::string_view{seldom->account} : std::string_view{}; }
  void set_account(std::string_view account);
  Occupant* find(std::string_view full_jid);
  bool has_stale() const;
  /// Some client waits for the archive before it enters.
  bool has_asked_for_history() const;
};

class Rooms {
 public:
  Room* find(const Name& owner, std::string_view room_jid);
  Room* find(const Name& owner, const Conversation& place);
  /// There must be none for that owner and place.
  Room& add(const Domain& domain, Name owner, Conversation place, std::string room_jid);
  void remove(Room& room);

  /// The owner's rooms; valid until a room is added or removed.
  const std::vector<Room*>& of(const Name& owner) const;
  /// Every room; valid until a room is added or removed.
  std::vector<Room*> all() const;

 private:
  // Keys are views into the rooms: with very many users, copies of their texts would be what costs most here.
  struct Address {
    const Name& owner;
    std::string_view jid;
    bool operator==(const Address& other) const noexcept { return owner == other.owner && jid == other.jid; }
  };
  struct Place {
    const Name& owner;
    const Conversation& place;
    bool operator==(const Place& other) const noexcept { return owner == other.owner && place == other.place; }
  };
  static Address address(const Address& key) noexcept { return key; }
  static Address address(const Room* room) noexcept { return {room->owner, room->jid}; }
  static Place place(const Place& key) noexcept { return key; }
  static Place place(const std::unique_ptr<Room>& room) noexcept { return {room->owner, room->place}; }

  struct AddressHash {
    using is_transparent = void;
    std::size_t operator()(const auto& item) const noexcept {
      const Address key = address(item);
      return std::hash<std::string_view>{}(key.jid) ^ hash_value(key.owner);
    }
  };
  struct AddressEqual {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept { return address(a) == address(b); }
  };
  struct PlaceHash {
    using is_transparent = void;
    std::size_t operator()(const auto& item) const noexcept {
      const Place key = place(item);
      return hash_value(key.place) * 31 + hash_value(key.owner);
    }
  };
  struct PlaceEqual {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept { return place(a) == place(b); }
  };

  boost::unordered_flat_set<Room*, AddressHash, AddressEqual> by_address_;
  boost::unordered_flat_set<std::unique_ptr<Room>, PlaceHash, PlaceEqual> by_place_;
  boost::unordered_flat_map<Name, std::vector<Room*>> by_owner_;
};

}  // namespace isthmus::xmpp
