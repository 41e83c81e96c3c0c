#include "xmpp/message_parts.hpp"

#include <algorithm>
#include <array>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

struct Kind {
  std::string_view ns;
  std::string_view name;  // empty: every element
  void (*note)(MessageParts& parts, pugi::xml_node element);
};

template <auto Member>
void keep_first(MessageParts& parts, pugi::xml_node element) {
  if (!(parts.*Member)) parts.*Member = element;
}

template <auto Member>
void set(MessageParts& parts, pugi::xml_node) {
  parts.*Member = true;
}

void note_chat_state(MessageParts& parts, pugi::xml_node element) {
  parts.has_signal = true;
  keep_first<&MessageParts::chat_state>(parts, element);
}

void note_marker(MessageParts& parts, pugi::xml_node element) {
  parts.has_signal = true;
  if (local_name(element) == "displayed") keep_first<&MessageParts::displayed>(parts, element);
}

bool has_prefix(pugi::xml_node element) { return std::string_view{element.name()}.contains(':'); }

using Parts = MessageParts;
constexpr std::array kinds{
    Kind{component_ns, "body", keep_first<&Parts::body>},
    Kind{component_ns, "subject", keep_first<&Parts::subject>},
    Kind{component_ns, "thread", keep_first<&Parts::thread>},
    Kind{ns::chat_states, "", note_chat_state},
    Kind{ns::stanza_ids, "origin-id", keep_first<&Parts::origin_id>},
    Kind{ns::chat_markers, "", note_marker},
    Kind{ns::receipts, "", set<&Parts::has_signal>},
    Kind{ns::reply, "reply", keep_first<&Parts::reply>},
    Kind{ns::fallback, "fallback", set<&Parts::has_fallback>},
    Kind{ns::correction, "replace", keep_first<&Parts::replace>},
    Kind{ns::reactions, "reactions", keep_first<&Parts::reactions>},
    Kind{ns::retraction, "retract", keep_first<&Parts::retract>},
    Kind{ns::styling, "unstyled", set<&Parts::is_unstyled>},
    Kind{ns::markup, "markup", keep_first<&Parts::markup>},
    Kind{ns::omemo_0, "encrypted", set<&Parts::is_encrypted>},
    Kind{ns::omemo_2, "encrypted", set<&Parts::is_encrypted>},
    Kind{ns::openpgp, "openpgp", set<&Parts::is_encrypted>},
    Kind{ns::legacy_openpgp, "x", set<&Parts::is_encrypted>},
    Kind{ns::encryption, "encryption", set<&Parts::is_encrypted>},
};

}  // namespace

MessageParts parts_of(pugi::xml_node message) {
  MessageParts parts;
  const bool is_prefixed = has_prefix(message);
  for (auto element = message.first_child(); element; element = element.next_sibling()) {
    if (element.type() != pugi::node_element) continue;
    // <body/> and the like, on the path of every message.
    const bool is_like_message = !is_prefixed && !element.first_attribute() && !has_prefix(element);
    const auto ns = is_like_message ? std::string_view{component_ns} : namespace_of(element);
    const auto kind = std::ranges::find_if(kinds, [&](const Kind& known) {
      return known.ns == ns && (known.name.empty() || known.name == local_name(element));
    });
    if (kind != kinds.end()) kind->note(parts, element);
  }
  return parts;
}

}  // namespace isthmus::xmpp
