#pragma once
// One incoming stanza, parsed in place by pugixml. pugixml does not resolve namespaces, so elements are asked for by
// (namespace, local name) here, prefixes included.
#include <pugixml.hpp>
#include <span>
#include <string>
#include <string_view>

#include "gateway/result.hpp"
#include "xmpp/pugixml_page.hpp"

namespace isthmus::xmpp {

/// The namespace of a stanza on a component's stream (XEP-0114 §3).
inline constexpr std::string_view component_ns = "jabber:component:accept";

/// The local name of `element`, without its prefix.
std::string_view local_name(pugi::xml_node element);
/// The namespace that `element` is in; `stream_ns` where no declaration stands in the stanza itself. The prefix
/// "stream" is the stream's own (RFC 6120 §4.8.5). "" for an element that is in no namespace.
std::string_view namespace_of(pugi::xml_node element, std::string_view stream_ns = component_ns);
/// The first child element in that namespace; an empty node when there is none.
pugi::xml_node child(pugi::xml_node parent, std::string_view ns, std::string_view name);
bool is(pugi::xml_node element, std::string_view ns, std::string_view name);
/// What a stanza's opening tag says; "" for an attribute that is not there. Valid while the stanza is.
struct StanzaHead {
  std::string_view kind;   // the local name
  bool is_stanza = false;  // a message, presence or iq of the stream's namespace
  std::string_view from;
  std::string_view to;
  std::string_view id;
  std::string_view type;
};
/// Reads all of it in one walk: every stanza begins with this.
StanzaHead head_of(pugi::xml_node stanza);
/// The attribute's value; "" when it is not there.
std::string_view attribute(pugi::xml_node element, const char* name);
/// All character data directly in `element`, joined. A view while it is one piece, else `scratch` holds it.
std::string_view text_of(pugi::xml_node element, std::string& scratch);

/// Parses whole stanzas, one at a time, and keeps pugixml's memory between them. It is made and destroyed on the same
/// thread.
class StanzaParser {
 public:
  /// The stanza's root element; good until the next call. `bytes` is written to, and must stay while the stanza is
  /// used. An error (Errc::not_well_formed): tags that do not match, undefined entities, characters that XML 1.0 does
  /// not allow, written as references too, ill-formed UTF-8, duplicate attributes or more than 64 of them, undeclared
  /// prefixes, anything but one element.
  Result<pugi::xml_node> parse(std::span<char> bytes);

 private:
  PugixmlPage page_;  // before the document, which gives it back
  pugi::xml_document document_;
};

}  // namespace isthmus::xmpp
