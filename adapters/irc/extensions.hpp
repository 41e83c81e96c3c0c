#pragma once
// What a session keeps for the sake of IRCv3, made when something of it is first needed.
#include <string>
#include <vector>

#include "adapters/irc/batches.hpp"
#include "adapters/irc/reactions.hpp"
#include "adapters/irc/recent.hpp"
#include "adapters/irc/unanswered.hpp"
#include "adapters/irc/watches.hpp"

namespace isthmus::irc {

/// When it was last said to a target that the user types (+typing).
struct TypingTold {
  std::string target;  // folded
  SteadyTime at;
};

struct Extensions {
  // Of this connection
  Batches batches;
  Unanswered unanswered;
  std::vector<TypingTold> typing;
  std::string read_mark;  // the MARKREAD that was sent last, target and time: it comes back

  // Of the session
  OwnMessages own;
  Recent recent;
  ReactionTable reactions;
  Watches watches;
  SystemTime lost_at{};  // when the last connection was lost: what is older was heard
};

}  // namespace isthmus::irc
