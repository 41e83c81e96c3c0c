#pragma once
// The message tags that a session acts on, found in one pass (https://ircv3.net/specs/extensions/message-tags). Pure.
#include <optional>
#include <string_view>

namespace isthmus::irc {

/// Views of a line's tags, values as they stand there: unescaped_tag() reads one. nullopt: no such tag; of several
/// with one key the last counts.
struct Tags {
  using Value = std::optional<std::string_view>;
  Value account;
  Value batch;
  Value bot;
  Value concat;  // draft/multiline-concat
  Value label;
  Value msgid;
  Value react;  // +draft/react
  Value reply;  // +reply, also under its draft name
  Value time;
  Value typing;
  Value unreact;  // +draft/unreact
};

Tags read_tags(std::string_view tags) noexcept;

}  // namespace isthmus::irc
