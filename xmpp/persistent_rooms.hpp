#pragma once
// Rooms in which a user stays without any of their clients being there: until the user says otherwise, and over
// restarts. The foreign side is simply not told that the clients went.
#include <boost/unordered/unordered_flat_map.hpp>
#include <map>
#include <string>
#include <string_view>

#include "xmpp/context.hpp"

namespace isthmus::xmpp {

class PersistentRooms {
 public:
  static constexpr std::size_t max_of_one_user = 250;

  /// Reads what is stored.
  explicit PersistentRooms(const Context& context);

  bool has(const Name& owner, std::string_view room_jid) const;
  /// One more of that owner's may be added.
  bool has_space(const Name& owner) const;
  /// Also what is known of one that is there already. Not when there is no space.
  void add(const Room& room);
  /// False: there was nothing to remove.
  bool remove(const Name& owner, std::string_view room_jid);
  /// All of the owner's; the store forgets them by itself.
  void forget(const Name& owner) { by_owner_.erase(owner); }
  /// The owner's nick in `room` may be another now: the one to come back with.
  void note(const Room& room);
  /// `room` was entered with that password; forgotten with forget_password(), when the room goes.
  void remember_password(const Room& room, std::string_view password);
  void forget_password(const Room& room) { passwords_.erase(&room); }
  /// What the owner is to be brought back to after a restart: emits the joins of all rooms at `domain` that nobody is
  /// in. Answers go to no client.
  void enter_all(const Domain& domain);

 private:
  struct Entrance {
    std::string nick;
    std::string password;
  };
  using Entrances = std::map<std::string, Entrance, std::less<>>;  // by room address
  void put(const Name& owner, std::string_view room_jid, const Entrance& entrance, bool is_kept) const;
  Entrance* find(const Name& owner, std::string_view room_jid);

  const Context& context_;
  boost::unordered_flat_map<Name, Entrances> by_owner_;
  boost::unordered_flat_map<const Room*, std::string> passwords_;  // of rooms that were entered with one
};

}  // namespace isthmus::xmpp
