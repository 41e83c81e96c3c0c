#include "xmpp/incoming.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "xmpp/message_parts.hpp"
#include "xmpp/message_reader.hpp"
#include "xmpp/muc_writer.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/numbers.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

Refusal unreadable(std::string_view what) {
  return {Condition::bad_request,
          Remedy::modify,
          "The " + std::string{what} + " holds control characters, which cannot be sent.",
          {}};
}

template <class T>
Said said_or_refused(Answer<T>&& answer) {
  if (!answer) return answer.error();
  return Payload{std::move(*answer)};
}

}  // namespace

Said read_message(const Incoming& in, const MessageParts& parts) {
  std::string scratch;
  if (parts.is_encrypted) {
    return Refusal{
        Condition::not_acceptable,
        Remedy::modify,
        "This is an encrypted message. The other side of the gateway cannot read it; please send it unencrypted.",
        {}};
  }
  if (parts.reactions) return said_or_refused(read_reactions(parts.reactions));
  if (parts.retract) return said_or_refused(read_retract(parts.retract));
  if (parts.body) {
    const auto text = text_of(parts.body, scratch);
    if (has_control_characters(text)) return unreadable("text");
    if (!text.empty()) {
      Message message = read_text(in.element, parts, text, in.to);
      MessageRef target = parts.replace ? read_ref(parts.replace) : MessageRef{};
      if (target.id.empty()) return Payload{std::move(message)};
      return Payload{Edit{std::move(target), std::move(message)}};
    }
  } else if (parts.subject) {
    const auto text = text_of(parts.subject, scratch);
    if (has_control_characters(text)) return unreadable("subject");
    return SubjectWish{std::string{text}};
  }
  if (parts.displayed) {
    MessageRef up_to = read_ref(parts.displayed);
    if (up_to.id.empty()) return Nothing{};
    return Payload{Displayed{std::move(up_to), {}}};
  }
  if (parts.chat_state) return Payload{read_chat_state(parts.chat_state)};
  if (parts.has_signal) return Nothing{};
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
