#pragma once
// What people say to each other, and what they do to what was said.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/data.hpp"
#include "gateway/model/rare.hpp"
#include "gateway/model/time.hpp"

namespace isthmus {

enum class Style : std::uint8_t { normal, action, notice };

/// How a stretch of a text is set. Offsets are bytes of the text, at code points; spans may overlap.
struct Span {
  enum class Kind : std::uint8_t { bold, italic, underline, strike, code, code_block, quote };
  Kind kind{};
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  friend bool operator==(const Span&, const Span&) = default;
};

/// Names something that was said: the Envelope::ref of it where its protocol gives one, else its EventId in hex. From
/// the users' side also the id that the user's own client gave it. May name nothing that anybody still knows.
struct MessageRef {
  std::string id;
  friend bool operator==(const MessageRef&, const MessageRef&) = default;
};

struct Reply {
  MessageRef to;
  std::string author;  // display name of whom it answers; may be empty
  std::string quoted;  // what is answered, or its beginning, as text; may be empty
};

/// What somebody said. `text` is UTF-8 without C0 controls other than TAB and LF; lines are parted by LF. It holds no
/// quotation of what it answers: that is in `reply`.
struct Message {
  Style style = Style::normal;
  std::string text;
  std::vector<Span> spans{};     // in the order of their beginnings
  Rare<Reply> reply{};           // what it answers
  Rare<std::string> only_for{};  // the part of the room that hears it, in the foreign side's notation, e.g. "@"
  Rare<Data> data{};             // the value that the text shows, where a program said it
  Rare<std::string> thread{};    // the conversation within the place that it belongs to, as its author names it
};

/// The author replaces what they said.
struct Edit {
  MessageRef target;
  Message now;
};

/// Somebody takes back what was said: the author, or a moderator.
struct Retract {
  MessageRef target;
  bool moderated = false;
  std::string reason;
};

/// All that the actor now has as reactions to `target`; empty: none any more.
struct Reactions {
  MessageRef target;
  std::vector<std::string> emoji;
};

/// Never kept, never queued: the last one counts.
struct Typing {
  enum class State : std::uint8_t { idle, composing, paused };
  State state{};
};

/// The actor has seen everything up to `up_to`, or up to `at` where only the time is known.
struct Displayed {
  MessageRef up_to;
  std::optional<SystemTime> at;
};

}  // namespace isthmus
