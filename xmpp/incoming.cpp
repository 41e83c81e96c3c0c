#include "xmpp/incoming.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view action_prefix = "/me ";  // XEP-0245

bool is_encrypted(pugi::xml_node message) {
  return child(message, ns::omemo_0, "encrypted") || child(message, ns::omemo_2, "encrypted") ||
         child(message, ns::openpgp, "openpgp") || child(message, ns::legacy_openpgp, "x") ||
         child(message, ns::encryption, "encryption");
}

/// True when all that `message` holds is addressed to clients, not to people.
bool is_chat_signal(pugi::xml_node message) {
  static constexpr std::array signals{ns::chat_states, ns::receipts, ns::chat_markers};
  return std::ranges::any_of(message.children(), [](pugi::xml_node element) {
    return std::ranges::find(signals, namespace_of(element)) != signals.end();
  });
}

bool has_control_characters(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
}

Message to_message(std::string_view body) {
  if (!body.starts_with(action_prefix)) return {Style::normal, std::string{body}};
  return {Style::action, std::string{body.substr(action_prefix.size())}};
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Said read_message(pugi::xml_node message) {
  std::string scratch;
  const auto body = child(message, component_ns, "body");
  const auto subject = child(message, component_ns, "subject");
  if (is_encrypted(message)) {
    return Refusal{
        Condition::not_acceptable,
        Remedy::modify,
        "This is an encrypted message. The other side of the gateway cannot read it; please send it unencrypted.",
        {}};
  }
  if (body) {
    const auto text = text_of(body, scratch);
    if (has_control_characters(text)) {
      return Refusal{
          Condition::bad_request, Remedy::modify, "The text holds control characters, which cannot be sent.", {}};
    }
    if (!text.empty()) return to_message(text);
  } else if (subject) {
    const auto text = text_of(subject, scratch);
    if (has_control_characters(text)) {
      return Refusal{
          Condition::bad_request, Remedy::modify, "The subject holds control characters, which cannot be sent.", {}};
    }
    return SubjectWish{std::string{text}};
  }
  if (is_chat_signal(message)) return Nothing{};
  return Refusal{Condition::not_acceptable,
                 Remedy::modify,
                 "The message has no text, so there is nothing that could be passed on.",
                 {}};
}

std::unique_ptr<HistoryWish> read_history_wish(pugi::xml_node muc_x, SystemTime now) {
  const auto history = child(muc_x, ns::muc, "history");
  if (!history) return nullptr;
  auto wish = std::make_unique<HistoryWish>();
  wish->max_stanzas = parse_number<std::size_t>(attribute(history, "maxstanzas"));
  wish->max_chars = parse_number<std::size_t>(attribute(history, "maxchars"));
  wish->since = parse_timestamp(attribute(history, "since"));
  if (const auto seconds = parse_number<std::uint32_t>(attribute(history, "seconds"))) {
    wish->since = std::max(wish->since.value_or(SystemTime::min()), now - std::chrono::seconds{*seconds});
  }
  return wish;
}

bool is_gone(pugi::xml_node bounced) {
  static constexpr std::array conditions{"gone",
                                         "item-not-found",
                                         "recipient-unavailable",
                                         "redirect",
                                         "remote-server-not-found",
                                         "remote-server-timeout",
                                         "service-unavailable",
                                         "jid-malformed"};
  const auto error = child(bounced, component_ns, "error");
  return std::ranges::any_of(conditions, [&](const char* name) { return child(error, ns::stanza_errors, name); });
}

}  // namespace isthmus::xmpp
