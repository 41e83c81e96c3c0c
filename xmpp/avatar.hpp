#pragma once
// Pictures by which clients tell apart what is in a roster: rooms, people, devices, networks (XEP-0153, XEP-0486). They
// are drawn here, so that nothing need be installed. Pure.
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

struct Avatar {
  std::string png;   // base64, below 2 KiB
  std::string hash;  // SHA-1 of the picture, lower-case hexadecimal
};

/// The picture of what has that identity; the same object each time.
const Avatar& avatar_of(PlaceKind kind, const Identity& identity);

/// What a presence says of it: <x xmlns='vcard-temp:x:update'/>.
void write_avatar_hash(StanzaWriter& out, const Avatar& avatar);
/// The PHOTO of a vCard (XEP-0054).
void write_photo(StanzaWriter& out, const Avatar& avatar);

}  // namespace isthmus::xmpp
