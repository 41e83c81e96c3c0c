#pragma once
// Values of programs in a <message/>, whole and with what is known of them (XEP-0432 with XEP-0335). Pure.
#include <string>

#include "gateway/model/data.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// `data` as one JSON object: from, qos, retained, and where there are any skipped, repeated, ctype (the media type),
/// meta (an array of pairs); then value (the JSON that it is, or a string), or data (base64) when it is binary.
std::string to_json(const Data& data);

/// Writes <payload/>, unless the body says all there is to say: a text without anything to add.
void write_data(StanzaWriter& out, const Data& data);

}  // namespace isthmus::xmpp
