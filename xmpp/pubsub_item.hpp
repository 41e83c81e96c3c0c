#pragma once
// Values as items of the publish-subscribe view, and items as values. A node has one item at the most, its last value.
// JSON is in <json xmlns='urn:xmpp:json:0'/> (XEP-0335); everything else in
//   <value xmlns='urn:isthmus:value:0' enc='utf8|base64' ct='media type' qos='0|1|2' retained='true'>
//     the bytes <property name='…'>…</property>*
//   </value>
// of which only the bytes must be there. Pure.
#include <pugixml.hpp>
#include <string_view>

#include "gateway/adapter.hpp"
#include "gateway/model/data.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// The id of every node's only item.
inline constexpr std::string_view item_id = "current";

/// Writes an <item/> with its payload, or without one when it would be too long for a stanza.
void write_item(StanzaWriter& out, const Data& value);

/// What is wrong with an item: a condition of XEP-0060's own, a literal.
struct ItemProblem {
  std::string_view detail;
  std::string_view text;  // readable
};

/// The value in <item/>: without `place` and `is_stored`.
boost::system::result<Data, ItemProblem> read_item(pugi::xml_node item);

}  // namespace isthmus::xmpp
