#pragma once
// Every fallback for what the other side cannot say. Pure.
#include <optional>
#include <string_view>

#include "gateway/model/capabilities.hpp"
#include "gateway/model/event.hpp"

namespace isthmus {

/// What becomes of something that the other side has no form for.
enum class Fallback : std::uint8_t {
  text,   // a message that says it in words
  error,  // refused: the sender hears why
  drop,   // nothing, and nobody is told; of a reply only what it answers
};

/// By kind of what was said. Typing and read marks are always dropped: they say nothing.
struct DegradePolicy {
  Fallback edit = Fallback::text;
  Fallback reply = Fallback::text;
  Fallback reaction = Fallback::text;
  Fallback retraction = Fallback::error;  // words cannot be taken back, and to say that they were points at them
};

enum class Degraded : std::uint8_t {
  kept,     // it can be said as it is
  changed,  // event.what says it in other words now; event.original is what it was
  dropped,  // nothing is to be said
  refused,  // event is as it was; `why` says why
};

struct Degradation {
  Degraded result = Degraded::kept;
  std::optional<Refusal> why;
};

/// Changes `event` into what a side with `capabilities` can say. Texts hold names and words, never ids.
Degradation degrade(Event& event, Capabilities capabilities, const DegradePolicy& policy);

/// Puts back what degrade() changed: whoever said it knows it as it was.
void restore(Event& event);

/// Puts `name`, whose words they are, before the words: "<romeo> hello", and "romeo waves" for an action. Nothing where
/// `name` is empty, or there are no words.
void name_speaker(Payload& what, std::string_view name);

/// True for what tells of a moment only: nobody is told when it cannot be passed on.
inline bool is_momentary(const Payload& what) noexcept {
  return std::holds_alternative<Typing>(what) || std::holds_alternative<Displayed>(what);
}

/// True when a message, unlike most, may need degrade(): kept apart because every message is asked.
inline bool may_need_degrading(const Event& event) noexcept {
  const auto* message = std::get_if<Message>(&event.what);
  if (message != nullptr) return static_cast<bool>(message->reply);
  return std::holds_alternative<Edit>(event.what) || std::holds_alternative<Reactions>(event.what) ||
         std::holds_alternative<Retract>(event.what) || is_momentary(event.what);
}

}  // namespace isthmus
