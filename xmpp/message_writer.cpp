#include "xmpp/message_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "gateway/model/marked_text.hpp"
#include "xmpp/code_points.hpp"
#include "xmpp/data_writer.hpp"
#include "xmpp/markup.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/styling.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view retracted_text = "/me retracted a previous message, but it's unsupported by your client.";

constexpr std::string_view audience_begin = "[to ";
constexpr std::string_view audience_end = "] ";

bool is_block(const Span& span) { return span.kind == Span::Kind::quote || span.kind == Span::Kind::code_block; }

/// The spans that XEP-0393 and XEP-0394 have a form for.
std::vector<Span> sayable(const std::vector<Span>& spans) {
  std::vector<Span> kept = spans;
  std::erase_if(kept, [](const Span& span) { return span.kind == Span::Kind::underline; });
  return kept;
}

void write_state(StanzaWriter& out, Typing::State state) {
  std::string_view name = "active";
  if (state == Typing::State::composing) name = "composing";
  if (state == Typing::State::paused) name = "paused";
  out.open(name, ns::chat_states).close();
  out.open("no-store", ns::hints).close();
}

void write_reactions(StanzaWriter& out, const Reactions& reactions) {
  out.open("reactions", ns::reactions).attribute("id", reactions.target.id);
  for (const std::string& emoji : reactions.emoji) out.leaf("reaction", emoji);
  out.close();
  out.open("store", ns::hints).close();
}

void write_quotation_bounds(StanzaWriter& out, std::size_t length) {
  out.open("fallback", ns::fallback).attribute("for", ns::reply);
  out.open("body").attribute("start", "0").attribute("end", fmt::format_int(length).c_str()).close();
  out.close();
}

}  // namespace

Content::Content(const Payload& what, const Stage& stage) : stage_{stage}, what_{what} {
  if (const auto* message = std::get_if<Message>(&what)) {
    prepare(*message, stage.spelling);
  } else if (const auto* edit = std::get_if<Edit>(&what)) {
    prepare(edit->now, stage.spelling);
  } else if (const auto* retract = std::get_if<Retract>(&what)) {
    retract_ = retract;
    kind_ = Kind::retract;
  } else if (std::holds_alternative<Reactions>(what)) {
    kind_ = Kind::reactions;
  } else if (std::holds_alternative<Typing>(what)) {
    kind_ = Kind::typing;
  } else if (const auto* displayed = std::get_if<Displayed>(&what);
             displayed != nullptr && !displayed->up_to.id.empty()) {
    kind_ = Kind::displayed;
  }
}

void Content::prepare(const Message& message, Spelling spelling) {
  kind_ = Kind::text;
  message_ = &message;
  text_ = message.text;
  if (!message.spans.empty()) {
    const auto spans = sayable(message.spans);
    const bool has_blocks = std::ranges::any_of(spans, is_block);
    if (has_blocks || (spelling == Spelling::typed && !spans.empty())) {
      marked_ = to_marked_text(message.text, spans, Fences::backticks);
      const auto read = parse_styling(marked_);
      // Quotations are told by their marks in any case: the text would not be readable without them.
      if (has_blocks || (read && read->text == message.text && read->spans == spans)) {
        text_ = marked_;
      } else {
        marked_.clear();
      }
    }
    has_markup_ = marked_.empty() && !spans.empty();
  }
  is_unstyled_ = marked_.empty() && may_be_styled(message.text);
  if (message.reply && !message.reply->quoted.empty()) {
    const Span all{Span::Kind::quote, 0, static_cast<std::uint32_t>(message.reply->quoted.size())};
    quotation_ = to_marked_text(message.reply->quoted, {&all, 1}, Fences::none) + "\n";
  }
}

void Content::write(StanzaWriter& out) const {
  switch (kind_) {
    case Kind::nothing: return;
    case Kind::text: return write_text(out);
    case Kind::retract: return write_retract(out);
    case Kind::reactions: return write_reactions(out, std::get<Reactions>(what_));
    case Kind::typing: return write_state(out, std::get<Typing>(what_).state);
    case Kind::displayed:
      out.open("displayed", ns::chat_markers).attribute("id", std::get<Displayed>(what_).up_to.id).close();
      out.open("store", ns::hints).close();
  }
}

std::string_view Content::style_prefix() const {
  switch (message_->style) {
    case Style::normal: break;
    case Style::action: return "/me ";  // XEP-0245
    case Style::notice: return stage_.marks_notices ? "[notice] " : "";
  }
  return {};
}

std::size_t Content::length_before() const {
  std::size_t length = code_points(quotation_) + style_prefix().size();
  if (message_->only_for) length += audience_begin.size() + code_points(*message_->only_for) + audience_end.size();
  return length;
}

void Content::write_text(StanzaWriter& out) const {
  const Message& message = *message_;
  out.open("body").text(quotation_).text(style_prefix());
  if (message.only_for) out.text(audience_begin).text(*message.only_for).text(audience_end);
  out.text(text_).close();
  if (message.thread) out.leaf("thread", *message.thread);
  if (has_markup_) write_markup(out, text_, message.spans, length_before());
  if (is_unstyled_) out.open("unstyled", ns::styling).close();
  if (message.reply) {
    out.open("reply", ns::reply).attribute("id", message.reply->to.id);
    if (!stage_.room.empty() && !message.reply->author.empty()) {
      out.attribute("to", occupant_jid(stage_.room, message.reply->author));
    }
    out.close();
    if (!quotation_.empty()) write_quotation_bounds(out, code_points(quotation_));
  }
  if (const auto* edit = std::get_if<Edit>(&what_)) {
    out.open("replace", ns::correction).attribute("id", edit->target.id).close();
  }
  if (message.data) write_data(out, *message.data);
}

void Content::write_retract(StanzaWriter& out) const {
  if (!retract_->moderated) {
    out.leaf("body", retracted_text);
    out.open("retract", ns::retraction).attribute("id", retract_->target.id).close();
    out.open("fallback", ns::fallback).attribute("for", ns::retraction).close();
  } else {
    out.open("retract", ns::retraction).attribute("id", retract_->target.id);
    out.open("moderated", ns::moderation);
    if (!stage_.room.empty() && !stage_.actor.empty()) out.attribute("by", occupant_jid(stage_.room, stage_.actor));
    if (!stage_.occupant.empty()) out.ready(stage_.occupant);
    out.close();
    if (!retract_->reason.empty()) out.leaf("reason", retract_->reason);
    out.close();
  }
  out.open("store", ns::hints).close();
}

}  // namespace isthmus::xmpp
