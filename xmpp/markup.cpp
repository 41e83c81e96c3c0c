#include "xmpp/markup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>

#include "xmpp/code_points.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/numbers.hpp"
#include "xmpp/stanza.hpp"
#include "xmpp/styling.hpp"

namespace isthmus::xmpp {
namespace {

struct Element {
  std::string_view name;
  Span::Kind kind;
};
constexpr std::array inline_elements{Element{"strong", Span::Kind::bold}, Element{"emphasis", Span::Kind::italic},
                                     Element{"deleted", Span::Kind::strike}, Element{"code", Span::Kind::code}};
constexpr std::array block_elements{Element{"bcode", Span::Kind::code_block}, Element{"bquote", Span::Kind::quote}};

/// Which of the inline elements are on, as bits.
using Set = unsigned;

Set bit_of(Span::Kind kind) {
  const auto found = std::ranges::find(inline_elements, kind, &Element::kind);
  return found == inline_elements.end() ? 0U : 1U << static_cast<unsigned>(found - inline_elements.begin());
}

void write_span(StanzaWriter& out, std::size_t begin, std::size_t end, Set set) {
  out.open("span").attribute("start", fmt::format_int(begin).c_str()).attribute("end", fmt::format_int(end).c_str());
  for (const Element& element : inline_elements) {
    if ((set & bit_of(element.kind)) != 0) out.open(element.name).close();
  }
  out.close();
}

}  // namespace

std::vector<Span> read_markup(pugi::xml_node markup, std::string_view body) {
  std::vector<Span> spans;
  if (body.size() > max_styled_text) return spans;
  ByteOffsets bytes{body};
  const auto add = [&](pugi::xml_node place, Span::Kind kind) {
    const auto start = parse_number<std::size_t>(attribute(place, "start"));
    const auto finish = parse_number<std::size_t>(attribute(place, "end"));
    if (!start || !finish || *start >= *finish) return;
    const auto begin = bytes.at(*start);
    const auto end = bytes.at(*finish);
    if (end == std::string_view::npos || begin == std::string_view::npos) return;
    spans.push_back({kind, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  };
  for (const auto element : markup.children()) {
    if (spans.size() >= max_styled_spans) break;
    if (namespace_of(element) != ns::markup) continue;
    if (local_name(element) == "span") {
      for (const Element& known : inline_elements) {
        if (child(element, ns::markup, known.name)) add(element, known.kind);
      }
    }
    for (const Element& known : block_elements) {
      if (local_name(element) == known.name) add(element, known.kind);
    }
  }
  std::ranges::sort(spans, [](const Span& a, const Span& b) {
    if (a.begin != b.begin) return a.begin < b.begin;
    return a.end != b.end ? a.end > b.end : a.kind < b.kind;
  });
  return spans;
}

void write_markup(StanzaWriter& out, std::string_view text, std::span<const Span> spans, std::size_t before) {
  struct Turn {
    std::size_t at;  // byte
    Set set;
    bool is_begin;
  };
  std::vector<Turn> turns;
  for (const Span& span : spans) {
    const Set set = bit_of(span.kind);
    if (set == 0 || span.begin >= span.end) continue;
    turns.push_back({span.begin, set, true});
    turns.push_back({span.end, set, false});
  }
  if (turns.empty()) return;
  std::ranges::sort(turns, {}, &Turn::at);

  out.open("markup", ns::markup);
  std::array<int, inline_elements.size()> open{};  // how many spans of each kind
  Set set = 0;                                     // the kinds that are open
  std::size_t byte = 0;
  std::size_t place = before;  // of `byte`, in code points of the body
  for (auto turn = turns.begin(); turn != turns.end();) {
    const std::size_t at = std::min(turn->at, text.size());
    for (; turn != turns.end() && std::min(turn->at, text.size()) == at; ++turn) {
      open[static_cast<std::size_t>(std::countr_zero(turn->set))] += turn->is_begin ? 1 : -1;
    }
    Set now = 0;
    for (std::size_t i = 0; i < open.size(); ++i) now |= open[i] > 0 ? 1U << i : 0U;
    if (now == set) continue;
    const std::size_t end = place + code_points(text.substr(byte, at - byte));
    if (set != 0) write_span(out, place, end, set);
    set = now;
    byte = at;
    place = end;
  }
  out.close();
}

}  // namespace isthmus::xmpp
