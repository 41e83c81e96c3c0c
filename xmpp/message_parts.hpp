#pragma once
// The children of a <message/> that mean something to us, found in one pass.
#include <pugixml.hpp>

namespace isthmus::xmpp {

/// Of each kind the first. An empty node: not there.
struct MessageParts {
  pugi::xml_node body;
  pugi::xml_node subject;
  pugi::xml_node thread;      // XEP-0201
  pugi::xml_node chat_state;  // XEP-0085: one of its five elements
  pugi::xml_node replace;     // XEP-0308
  pugi::xml_node displayed;   // XEP-0333
  pugi::xml_node origin_id;   // XEP-0359
  pugi::xml_node markup;      // XEP-0394
  pugi::xml_node retract;     // XEP-0424
  pugi::xml_node reactions;   // XEP-0444
  pugi::xml_node reply;       // XEP-0461
  bool is_encrypted = false;  // XEP-0027, XEP-0373, XEP-0380, XEP-0384
  bool is_unstyled = false;   // XEP-0393 §6
  bool has_signal = false;    // something for clients, not for people: chat states, receipts, markers
  bool has_fallback = false;  // XEP-0428
};

/// `message` is a stanza, so its namespace is the stream's.
MessageParts parts_of(pugi::xml_node message);

}  // namespace isthmus::xmpp
