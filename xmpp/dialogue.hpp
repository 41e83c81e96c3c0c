#pragma once
// Commands in words, for clients without forms: the same objects that XEP-0050 shows (commands.hpp), in a chat.
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gateway/command.hpp"

namespace isthmus::xmpp {

/// What to say to `text`:
///   help                  the commands
///   NAME                  runs a command, or shows its fields and their values
///   NAME FIELD VALUE      fills in one field, the rest staying as it is, and runs it; FIELD may be left out where
///                         there is but one. An empty VALUE is written "-"
///   set FIELD VALUE       the same as: settings FIELD VALUE
/// nullopt when it begins with none of these words, in lower case: then it is for somebody else.
std::optional<std::string> answer_in_words(std::span<const Command> commands, const CommandCall& call,
                                           std::string_view text);

/// A command for a room, written to its network: "in ROOM COMMAND". nullopt when `text` does not begin so.
struct InRoom {
  std::string_view room;  // as the network calls it
  std::string_view rest;
};
std::optional<InRoom> read_in_room(std::string_view text);

inline constexpr std::string_view help_in_room = "in ROOM COMMAND – the commands of a room: in ROOM help";

}  // namespace isthmus::xmpp
