#include "xmpp/fallback.hpp"

#include <algorithm>

#include "xmpp/code_points.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/numbers.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

void add_stretches(pugi::xml_node fallback, std::string_view body, std::vector<Stretch>& found) {
  bool is_of_parts = false;
  ByteOffsets bytes{body};
  for (const auto part : fallback.children()) {
    if (part.type() != pugi::node_element || namespace_of(part) != ns::fallback) continue;
    is_of_parts = true;
    if (local_name(part) != "body" || found.size() >= max_fallback_stretches) continue;
    const auto start = attribute(part, "start");
    const auto finish = attribute(part, "end");
    if (start.empty() && finish.empty()) {
      found.push_back({0, body.size()});
      continue;
    }
    const auto begin = start.empty() ? 0 : parse_number<std::size_t>(start);
    const auto end = parse_number<std::size_t>(finish);
    if (!begin || !end || *begin >= *end) continue;
    const Stretch stretch{bytes.at(*begin), bytes.at(*end)};
    if (stretch.end != std::string_view::npos) found.push_back(stretch);
  }
  if (!is_of_parts) found.push_back({0, body.size()});
}

}  // namespace

std::vector<Stretch> fallback_stretches(pugi::xml_node message, std::string_view what, std::string_view body) {
  std::vector<Stretch> found;
  for (const auto element : message.children()) {
    if (found.size() >= max_fallback_stretches) break;
    if (is(element, ns::fallback, "fallback") && attribute(element, "for") == what) {
      add_stretches(element, body, found);
    }
  }
  std::ranges::sort(found, {}, &Stretch::begin);
  std::vector<Stretch> apart;
  for (const Stretch& stretch : found) {
    if (!apart.empty() && stretch.begin <= apart.back().end) {
      apart.back().end = std::max(apart.back().end, stretch.end);
    } else {
      apart.push_back(stretch);
    }
  }
  return apart;
}

std::string cut_out(std::string& text, std::vector<Span>& spans, const std::vector<Stretch>& stretches) {
  std::string taken;
  for (auto stretch = stretches.rbegin(); stretch != stretches.rend(); ++stretch) {  // the places before stay
    const std::size_t length = stretch->end - stretch->begin;
    taken.insert(0, text, stretch->begin, length);
    text.erase(stretch->begin, length);
    const auto moved = [&](std::uint32_t place) {
      if (place <= stretch->begin) return place;
      return static_cast<std::uint32_t>(place >= stretch->end ? place - length : stretch->begin);
    };
    for (Span& span : spans) {
      span.begin = moved(span.begin);
      span.end = moved(span.end);
    }
  }
  std::erase_if(spans, [](const Span& span) { return span.begin >= span.end; });
  return taken;
}

}  // namespace isthmus::xmpp
