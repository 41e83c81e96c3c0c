#pragma once
// Message archive management (XEP-0313): what a client asks, read and checked. Pure.
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "gateway/store/archive_store.hpp"
#include "xmpp/errors.hpp"
#include "xmpp/incoming.hpp"

namespace isthmus::xmpp {

/// A query as it stands in a <query/>.
struct ArchiveWish {
  static constexpr std::size_t most_ids = 64;     // of the field "ids"
  static constexpr std::size_t longest_id = 512;  // bytes, of any id, the query's own too

  std::string query_id;        // may be empty
  bool is_flipped = false;     // the newest of the page comes first
  bool gives_nothing = false;  // it asks for somebody who never speaks there
  ArchiveQuery query;          // but for place and reader
};

/// Reads the <query/> to the archive of `place`, by the user `owner`. Refused: bad-request for what is malformed,
/// feature-not-implemented for a field that we do not know (XEP-0313 §4.1.5) and for pages by index.
Answer<ArchiveWish> read_archive_wish(const Incoming& in, std::string_view owner, const Conversation& place,
                                      pugi::xml_node query);

/// The form that says what may be asked for (XEP-0313 §4.1.5), as a whole <iq/>.
void write_archive_form(StanzaWriter& out, const Reply& reply);

}  // namespace isthmus::xmpp
