#pragma once
// What a session keeps for the sake of IRCv3, made when something of it is first needed.
#include <algorithm>
#include <string>
#include <vector>

#include "adapters/irc/batches.hpp"
#include "adapters/irc/reactions.hpp"
#include "adapters/irc/recent.hpp"
#include "adapters/irc/unanswered.hpp"
#include "adapters/irc/watches.hpp"

namespace isthmus::irc {

/// What was last said of the user's typing in one place (+typing).
struct TypingTold {
  Conversation place;
  Typing::State state{};
  SteadyTime at{};
  SteadyTime again{};  // when to say it again, since others take it for over soon
  SteadyTime until{};  // not later than this
};

/// The history of a gap that is being asked for, piece by piece.
struct Backfill {
  std::string channel;  // folded
  unsigned asked = 0;   // messages, this time
  unsigned left = 0;    // that may still be asked for
};

struct Extensions {
  // Of this connection
  Batches batches;
  Unanswered unanswered;
  std::vector<TypingTold> typing;
  std::vector<Backfill> backfills;
  std::string read_mark;  // the MARKREAD that was sent last, target and time: it comes back

  // Of the session
  OwnMessages own;
  Recent recent;
  ReactionTable reactions;
  Watches watches;
  SystemTime lost_at{};  // when the last connection was lost: what is older was heard

  SteadyTime next_due() const noexcept {
    SteadyTime due = std::min(unanswered.next_due(), watches.ask_due);
    for (const TypingTold& told : typing) due = std::min(due, told.again);
    return due;
  }
};

}  // namespace isthmus::irc
