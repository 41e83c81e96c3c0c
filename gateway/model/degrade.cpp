#include "gateway/model/degrade.hpp"

#include <string>
#include <utility>

namespace isthmus {
namespace {

constexpr std::size_t max_quoted = 60;  // bytes of what is quoted: it says which words are meant, not all of them

/// The first line of `text`, cut between code points.
std::string beginning_of(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  if (line.size() <= max_quoted) return std::string{line} + (line.size() < text.size() ? "…" : "");
  std::size_t end = max_quoted;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0U) == 0x80U) --end;
  return std::string{line.substr(0, end)} + "…";
}

/// `lead` before the text; the spans move with it.
void prepend(Message& message, std::string_view lead) {
  message.text.insert(0, lead);
  const auto moved = static_cast<std::uint32_t>(lead.size());
  for (Span& span : message.spans) {
    span.begin += moved;
    span.end += moved;
  }
}

Message in_words(const Message& answer) {
  Message said = answer;
  said.reply.reset();
  const Reply& reply = *answer.reply;
  const std::string quoted = beginning_of(reply.quoted);
  std::string lead;
  if (!quoted.empty()) lead = "“" + (reply.author.empty() ? "" : reply.author + ": ") + quoted + "” – ";
  if (quoted.empty() && !reply.author.empty() && !said.text.starts_with(reply.author)) lead = reply.author + ": ";
  prepend(said, lead);
  return said;
}

Message in_words(const Edit& edit) {
  Message said = edit.now;
  if (said.reply) said = in_words(said);
  prepend(said, said.style == Style::action ? "(corrected) " : "Correction: ");
  return said;
}

Message in_words(const Reactions& reactions) {
  std::string text = "reacted with";
  for (const std::string& emoji : reactions.emoji) text += " " + emoji;
  return {.style = Style::action, .text = std::move(text)};
}

Degradation fall_back(Event& event, Fallback fallback, std::string_view what, auto&& words) {
  switch (fallback) {
    case Fallback::text: {
      Payload said{words()};
      event.original = std::exchange(event.what, std::move(said));
      return {Degraded::changed, {}};
    }
    case Fallback::error: break;
    case Fallback::drop: return {Degraded::dropped, {}};
  }
  return {
      Degraded::refused,
      Refusal{
          Condition::feature_not_implemented, Remedy::cancel, "The other side has no " + std::string{what} + ".", {}}};
}

}  // namespace

Degradation degrade(Event& event, Capabilities capabilities, const DegradePolicy& policy) {
  const auto can = [&](Capability one) { return capabilities.has(one); };
  if (const auto* message = std::get_if<Message>(&event.what)) {
    if (!message->reply || can(Capability::reply)) return {};
    if (policy.reply == Fallback::drop) {  // only that it is an answer
      Message said = *message;
      said.reply.reset();
      return fall_back(event, Fallback::text, "replies", [&] { return std::move(said); });
    }
    return fall_back(event, policy.reply, "replies", [&] { return in_words(*message); });
  }
  if (const auto* edit = std::get_if<Edit>(&event.what)) {
    if (can(Capability::edit)) return {};
    return fall_back(event, policy.edit, "corrections", [&] { return in_words(*edit); });
  }
  if (const auto* reactions = std::get_if<Reactions>(&event.what)) {
    if (can(Capability::reaction)) return {};
    // That there is none any more says nothing to people who never saw it marked.
    if (reactions->emoji.empty()) return {Degraded::dropped, {}};
    return fall_back(event, policy.reaction, "reactions", [&] { return in_words(*reactions); });
  }
  if (const auto* retract = std::get_if<Retract>(&event.what)) {
    if (can(retract->moderated ? Capability::moderation : Capability::retraction)) return {};
    return fall_back(event, policy.retraction, "way to take words back",
                     [] { return Message{.style = Style::action, .text = "took back what was said"}; });
  }
  const bool is_idle = (std::holds_alternative<Typing>(event.what) && !can(Capability::typing)) ||
                       (std::holds_alternative<Displayed>(event.what) && !can(Capability::displayed));
  return {is_idle ? Degraded::dropped : Degraded::kept, {}};
}

void name_speaker(Payload& what, std::string_view name) {
  auto* edit = std::get_if<Edit>(&what);
  auto* message = edit != nullptr ? &edit->now : std::get_if<Message>(&what);
  if (message == nullptr || name.empty()) return;
  const bool is_action = message->style == Style::action;
  prepend(*message, std::string{is_action ? "" : "<"}.append(name).append(is_action ? " " : "> "));
}

void restore(Event& event) {
  if (!event.original) return;
  Payload original = std::move(*event.original);
  event.original.reset();
  event.what = std::move(original);
}

}  // namespace isthmus
