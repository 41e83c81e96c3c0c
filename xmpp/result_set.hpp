#pragma once
// Result set management (XEP-0059): which part of a long, ordered list a client is shown. Pure.
#include <cstddef>
#include <functional>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "gateway/adapter.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

/// What a client asks for. At most one of `after`, `before` and `index` is set.
struct PageWish {
  static constexpr std::size_t usual_max = 100;
  static constexpr std::size_t most = 500;

  std::size_t max = usual_max;        // items; 0: only their number
  std::optional<std::string> after;   // the items behind this one; "": the first ones
  std::optional<std::string> before;  // the last items before this one; "": the last ones
  std::optional<std::size_t> index;
};

/// Reads the <set/> in `parent`; without one, the first page is wished. Refused (bad-request): what is no number,
/// several places to begin. `max` is cut to `most`.
Answer<PageWish> read_page_wish(pugi::xml_node parent);

struct Page {
  std::size_t first = 0;  // index of the first item
  std::size_t size = 0;   // items
  std::size_t total = 0;  // of the whole list
};

/// Where an id stands in the list, which need not hold it: `from` items are before it, `to` items are not behind it.
/// nullopt when it is no id.
struct Standing {
  std::size_t from = 0;
  std::size_t to = 0;
};
using FindId = std::function<std::optional<Standing>(std::string_view id)>;

/// The page of a list of `total` items. Refused (item-not-found): an id that is none, an index behind the end.
Answer<Page> page_of(const PageWish& wish, std::size_t total, const FindId& find);

/// The <set/> that goes with the page; `first` and `last` are the ids of its items, or empty for an empty page.
void write_set(StanzaWriter& out, const Page& page, std::string_view first, std::string_view last);

}  // namespace isthmus::xmpp
