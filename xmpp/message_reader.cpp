#include "xmpp/message_reader.hpp"

#include <algorithm>
#include <utility>

#include "xmpp/fallback.hpp"
#include "xmpp/markup.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"
#include "xmpp/styling.hpp"
#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view action_prefix = "/me ";  // XEP-0245

Refusal bad_request(std::string_view why) { return {Condition::bad_request, Remedy::modify, std::string{why}, {}}; }

/// `text` without the marks of quotation, and without LF at its end.
std::string without_quote_marks(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.starts_with('>')) line.remove_prefix(line.starts_with("> ") ? 2 : 1);
    plain.append(line).append("\n");
  }
  while (plain.ends_with('\n')) plain.pop_back();
  return plain;
}

/// Many clients begin the quotation with a line of its own for the author: "Anna wrote:", "Anna:".
void take_author(isthmus::Reply& reply) {
  const auto end = reply.quoted.find('\n');
  if (end == std::string::npos) return;
  std::string_view line{reply.quoted.data(), end};
  for (const std::string_view ending : {" wrote:", ":"}) {
    if (!line.ends_with(ending) || line.size() == ending.size()) continue;
    line.remove_suffix(ending.size());
    if (!reply.author.empty() && reply.author != line) return;  // a line of what is quoted
    if (reply.author.empty() && ending == ":") return;
    reply.author = line;
    reply.quoted.erase(0, end + 1);
    return;
  }
}

std::string occupant_of(const Jid& room, std::string_view address) {
  const auto jid = parse_jid(address);
  return jid && jid->bare() == room.bare() ? from_resource(jid->resource()) : std::string{};
}

void cut_to(std::string& text, std::size_t size) {
  if (text.size() <= size) return;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  text.resize(size);
}

void read_reply(pugi::xml_node message, pugi::xml_node element, const Jid& to, Message& said) {
  MessageRef target = read_ref(element);
  if (target.id.empty()) return;
  isthmus::Reply reply{std::move(target), occupant_of(to, attribute(element, "to")), {}};
  auto stretches = fallback_stretches(message, ns::reply, said.text);
  if (!stretches.empty()) {
    // Some clients leave the line break behind the quotation to the text.
    auto& last = stretches.back();
    if (last.end < said.text.size() && said.text[last.end] == '\n' && said.text[last.end - 1] != '\n') ++last.end;
  }
  std::string text = said.text;
  std::vector<Span> spans = said.spans;
  reply.quoted = without_quote_marks(cut_out(text, spans, stretches));
  cut_to(reply.quoted, max_quoted);
  take_author(reply);
  if (text.find_first_not_of(" \t\n") != std::string::npos) {
    said.text = std::move(text);
    said.spans = std::move(spans);
  } else {
    reply.quoted.clear();  // whoever says nothing of their own means the quotation
  }
  said.reply = std::move(reply);
}

void read_thread(pugi::xml_node element, Message& said) {
  std::string scratch;
  const auto id = text_of(element, scratch);
  if (!id.empty() && id.size() <= max_thread && !has_control_characters(id)) said.thread = std::string{id};
}

bool is_emoji(std::string_view text) {
  return !text.empty() && text.size() <= max_emoji &&
         std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
}

}  // namespace

bool has_control_characters(std::string_view text) {
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  for (const char* at = begin;; ++at) {
    at = find_first(begin, at, end, [](Block block) { return block.control(); });
    if (at == end) return false;
    if (*at != '\t' && *at != '\n' && *at != '\r') return true;
  }
}

MessageRef read_ref(pugi::xml_node element) {
  const auto id = attribute(element, "id");
  return {id.size() > max_ref || has_control_characters(id) ? std::string{} : std::string{id}};
}

Message read_text(pugi::xml_node message, const MessageParts& parts, std::string_view body, const Jid& to) {
  Message said{Style::normal, std::string{body}};
  if (parts.markup) said.spans = read_markup(parts.markup, body);
  if (parts.thread) read_thread(parts.thread, said);
  if (parts.reply) read_reply(message, parts.reply, to, said);
  if (!parts.markup && !parts.is_unstyled) {
    if (auto styled = parse_styling(said.text)) {
      said.text = std::move(styled->text);
      said.spans = std::move(styled->spans);
    }
  }
  if (said.text.starts_with(action_prefix)) {
    said.style = Style::action;
    if (said.spans.empty()) {
      said.text.erase(0, action_prefix.size());
    } else {
      cut_out(said.text, said.spans, {{0, action_prefix.size()}});
    }
  }
  return said;
}

Answer<Reactions> read_reactions(pugi::xml_node reactions) {
  Reactions all{read_ref(reactions), {}};
  if (all.target.id.empty()) return bad_request("The reaction does not say to what.");
  bool had_any = false;
  std::string scratch;
  for (const auto element : reactions.children()) {
    if (!is(element, ns::reactions, "reaction")) continue;
    had_any = true;
    const auto emoji = text_of(element, scratch);
    if (all.emoji.size() == max_reactions) break;
    if (is_emoji(emoji) && std::ranges::find(all.emoji, emoji) == all.emoji.end()) all.emoji.emplace_back(emoji);
  }
  if (had_any && all.emoji.empty()) return bad_request("This is no reaction: it must be an emoji.");
  return all;
}

Answer<Retract> read_retract(pugi::xml_node retract) {
  Retract taken{read_ref(retract), false, {}};
  if (taken.target.id.empty()) return bad_request("The retraction does not say of what.");
  return taken;
}

Answer<Retract> read_moderation(pugi::xml_node moderate) {
  Retract taken{read_ref(moderate), true, {}};
  if (!child(moderate, ns::retraction, "retract")) {
    return Refusal{Condition::feature_not_implemented, Remedy::cancel, "Messages can be retracted, no more.", {}};
  }
  if (taken.target.id.empty()) return bad_request("The retraction does not say of what.");
  std::string scratch;
  taken.reason = text_of(child(moderate, ns::moderation, "reason"), scratch);
  if (has_control_characters(taken.reason)) return bad_request("The reason holds control characters.");
  return taken;
}

Typing read_chat_state(pugi::xml_node state) {
  const auto name = local_name(state);
  if (name == "composing") return {Typing::State::composing};
  return {name == "paused" ? Typing::State::paused : Typing::State::idle};
}

}  // namespace isthmus::xmpp
