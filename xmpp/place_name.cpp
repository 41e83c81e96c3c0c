#include "xmpp/place_name.hpp"

#include <algorithm>

namespace isthmus::xmpp {

std::string place_name(const AddressBook& book, const Conversation& place) {
  const auto native = place.native.view();
  const bool is_shown = !native.empty() && std::ranges::none_of(native, [](char c) { return c >= 0 && c < ' '; });
  if (is_shown) return std::string{native};
  auto text = book.text(place);
  return text.empty() ? "isthmus" : text;
}

}  // namespace isthmus::xmpp
