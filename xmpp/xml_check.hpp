#pragma once
// Well-formedness that pugixml does not check: it takes undefined entities, control characters, ill-formed UTF-8,
// duplicate attributes,
// '<' in attributes, "]]>" in text and undeclared prefixes as they come.
#include <cstddef>
#include <string_view>

namespace isthmus::xmpp {

/// More attributes than this in one element are refused.
inline constexpr std::size_t max_attributes = 64;

/// True when `element` is one element and nothing else, well-formed by XML 1.0 and Namespaces in XML 1.0 without
/// comments, processing instructions and document types, but for what pugixml does check: that a closing tag has the
/// name of its opening tag and nothing more. The prefix "stream" counts as declared, since the stream's opening tag
/// declares it (RFC 6120 §4.8.5).
bool is_well_formed(std::string_view element);

}  // namespace isthmus::xmpp
