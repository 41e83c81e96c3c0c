#pragma once
// What may be done at a room: what the foreign side offers there, and, in the same form, whether to stay in it without
// clients. Shown as XEP-0050 and in words like all commands, and as part of muc#owner (muc_owner.hpp).
#include <string>
#include <vector>

#include "gateway/command.hpp"
#include "xmpp/context.hpp"
#include "xmpp/domain.hpp"
#include "xmpp/muc.hpp"
#include "xmpp/persistent_rooms.hpp"

namespace isthmus::xmpp {

class RoomCommands {
 public:
  RoomCommands(const Context& context, PersistentRooms& persistent, Muc& muc)
      : context_{context}, persistent_{persistent}, muc_{muc} {}

  /// Those of `place`, a room; settings() is the first.
  std::vector<Command> at(const Domain& domain, const Conversation& place) const;
  /// How a user has the room for themself: the fields "persistent", and those of the foreign side's own "settings".
  Command settings(const Domain& domain, const Conversation& place) const;

 private:
  std::string jid_of(const Domain& domain, const CommandCall& call) const;
  bool stays(const Domain& domain, const CommandCall& call) const;
  /// Why the owner cannot stay in that room; CommandDone when they can.
  CommandOutcome check(const CommandCall& call) const;
  void stay(const Domain& domain, const CommandCall& call, bool is_wanted) const;

  const Context& context_;
  PersistentRooms& persistent_;
  Muc& muc_;
};

}  // namespace isthmus::xmpp
