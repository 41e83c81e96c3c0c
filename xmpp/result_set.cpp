#include "xmpp/result_set.hpp"

#include <algorithm>
#include <charconv>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

Refusal malformed(std::string text) { return {Condition::bad_request, Remedy::modify, std::move(text), {}}; }
Refusal not_found() { return {Condition::item_not_found, Remedy::cancel, "There is no such page.", {}}; }

std::optional<std::string> text_in(pugi::xml_node set, std::string_view name) {
  const auto element = child(set, ns::result_sets, name);
  if (!element) return std::nullopt;
  std::string scratch;
  return std::string{text_of(element, scratch)};
}

Answer<std::optional<std::size_t>> number_in(pugi::xml_node set, std::string_view name) {
  const auto text = text_in(set, name);
  if (!text) return std::optional<std::size_t>{};
  std::size_t value = 0;
  const auto* end = text->data() + text->size();
  const auto [rest, error] = std::from_chars(text->data(), end, value);
  if (error != std::errc{} || rest != end) return malformed("<" + std::string{name} + "/> must be a number.");
  return std::optional{value};
}

}  // namespace

Answer<PageWish> read_page_wish(pugi::xml_node parent) {
  PageWish wish;
  const auto set = child(parent, ns::result_sets, "set");
  if (!set) return wish;
  const auto max = number_in(set, "max");
  if (!max) return max.error();
  const auto index = number_in(set, "index");
  if (!index) return index.error();
  wish.max = std::min(max->value_or(PageWish::usual_max), PageWish::most);
  wish.index = *index;
  wish.after = text_in(set, "after");
  wish.before = text_in(set, "before");
  const int places = (wish.after ? 1 : 0) + (wish.before ? 1 : 0) + (wish.index ? 1 : 0);
  if (places > 1) return malformed("A page begins in one place: <after/>, <before/> or <index/>.");
  return wish;
}

Answer<Page> page_of(const PageWish& wish, std::size_t total, const FindId& find) {
  if (wish.before) {
    const auto end = wish.before->empty() ? Standing{total, total} : find(*wish.before);
    if (!end) return not_found();
    const auto size = std::min(wish.max, end->from);
    return Page{end->from - size, size, total};
  }
  std::size_t first = wish.index.value_or(0);
  if (wish.after && !wish.after->empty()) {
    const auto begin = find(*wish.after);
    if (!begin) return not_found();
    first = begin->to;
  }
  if (first > total) return not_found();
  return Page{first, std::min(wish.max, total - first), total};
}

void write_set(StanzaWriter& out, const Page& page, std::string_view first, std::string_view last) {
  out.open("set", ns::result_sets);
  if (page.size > 0) {
    out.open("first").attribute("index", std::to_string(page.first)).text(first).close();
    out.leaf("last", last);
  }
  out.leaf("count", std::to_string(page.total)).close();
}

}  // namespace isthmus::xmpp
