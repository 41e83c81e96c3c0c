#pragma once
// Message markup (XEP-0394): what is set how, beside the text instead of in it. Pure.
#include <pugixml.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "gateway/model/message.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// The spans of `markup`, a <markup/> about `body`, in bytes of it, in the order of their beginnings. Elements that we
/// do not know, lists among them, and places outside of the body are ignored (§5), as is what is beyond the limits in
/// styling.hpp.
std::vector<Span> read_markup(pugi::xml_node markup, std::string_view body);

/// Writes <markup/> for `spans` of `text`, which stands in the body behind `before` code points. Nothing when none of
/// them has a form there: an underline has not, and blocks are written as marks. Spans that overlap are cut, since here
/// they must not (§5).
void write_markup(StanzaWriter& out, std::string_view text, std::span<const Span> spans, std::size_t before);

}  // namespace isthmus::xmpp
