#include "xmpp/stanza.hpp"

#include "xmpp/errc.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_framer.hpp"
#include "xmpp/xml_check.hpp"

namespace isthmus::xmpp {
namespace {

static_assert(FramerLimits{}.max_attributes <= max_attributes, "the framer skips what the parser would refuse");

// All character data is kept, that of white space alone too: it is text in a body.
constexpr unsigned parse_options =
    pugi::parse_escapes | pugi::parse_cdata | pugi::parse_eol | pugi::parse_wconv_attribute | pugi::parse_ws_pcdata;

/// The namespace that `prefix` stands for at `element`.
std::string_view namespace_of_prefix(pugi::xml_node element, std::string_view prefix) {
  constexpr std::string_view xmlns = "xmlns:";
  for (auto node = element; node; node = node.parent()) {
    for (auto attribute = node.first_attribute(); attribute; attribute = attribute.next_attribute()) {
      const std::string_view name = attribute.name();
      if (name.starts_with(xmlns) && name.substr(xmlns.size()) == prefix) return attribute.value();
    }
  }
  return prefix == "stream" ? ns::streams : std::string_view{};
}

bool is_character_data(pugi::xml_node node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

}  // namespace

std::string_view local_name(pugi::xml_node element) {
  const std::string_view name = element.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string_view namespace_of(pugi::xml_node element, std::string_view stream_ns) {
  const std::string_view name = element.name();
  if (const auto colon = name.find(':'); colon != std::string_view::npos) {
    return namespace_of_prefix(element, name.substr(0, colon));
  }
  for (auto node = element; node; node = node.parent()) {
    if (const auto declaration = node.attribute("xmlns")) return declaration.value();
  }
  return stream_ns;
}

pugi::xml_node child(pugi::xml_node parent, std::string_view ns, std::string_view name) {
  for (auto node = parent.first_child(); node; node = node.next_sibling()) {
    if (is(node, ns, name)) return node;
  }
  return {};
}

bool is(pugi::xml_node element, std::string_view ns, std::string_view name) {
  // Most elements are told apart by the last letters of their names.
  return std::string_view{element.name()}.ends_with(name) && local_name(element) == name && namespace_of(element) == ns;
}

StanzaHead head_of(pugi::xml_node stanza) {
  StanzaHead head;
  std::string_view ns = component_ns;
  for (auto attribute = stanza.first_attribute(); attribute; attribute = attribute.next_attribute()) {
    const std::string_view name = attribute.name();
    if (name == "from") {
      head.from = attribute.value();
    } else if (name == "to") {
      head.to = attribute.value();
    } else if (name == "id") {
      head.id = attribute.value();
    } else if (name == "type") {
      head.type = attribute.value();
    } else if (name == "xmlns") {
      ns = attribute.value();
    }
  }
  const std::string_view name = stanza.name();
  head.kind = local_name(stanza);
  if (head.kind.size() != name.size()) ns = namespace_of(stanza);  // its prefix says
  head.is_stanza = ns == component_ns && (head.kind == "message" || head.kind == "presence" || head.kind == "iq");
  return head;
}

std::string_view attribute(pugi::xml_node element, const char* name) { return element.attribute(name).value(); }

std::string_view text_of(pugi::xml_node element, std::string& scratch) {
  std::string_view only;
  bool is_joined = false;
  for (auto node = element.first_child(); node; node = node.next_sibling()) {
    if (!is_character_data(node)) continue;
    const std::string_view piece = node.value();
    if (is_joined) {
      scratch += piece;
    } else if (only.empty()) {
      only = piece;
    } else {
      scratch.assign(only).append(piece);
      is_joined = true;
    }
  }
  return is_joined ? std::string_view{scratch} : only;
}

Result<pugi::xml_node> StanzaParser::parse(std::span<char> bytes) {
  if (!is_well_formed({bytes.data(), bytes.size()})) return Errc::not_well_formed;
  const auto outcome = document_.load_buffer_inplace(bytes.data(), bytes.size(), parse_options, pugi::encoding_utf8);
  if (!outcome) return Errc::not_well_formed;  // tags that do not match
  return document_.first_child();
}

}  // namespace isthmus::xmpp
