#include "adapters/mqtt/topic.hpp"

#include <algorithm>

#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

/// Takes the first level from `rest`; `more` tells whether others follow.
std::string_view next_level(std::string_view& rest, bool& more) noexcept {
  const auto slash = rest.find('/');
  const auto level = rest.substr(0, slash);
  more = slash != std::string_view::npos;
  rest.remove_prefix(more ? slash + 1 : rest.size());
  return level;
}

bool is_topic_text(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_topic && !text.contains('\0') &&
         static_cast<std::size_t>(std::ranges::count(text, '/')) < max_depth && is_utf8(text);
}

bool is_reserved(std::string_view name) noexcept { return name.starts_with('$'); }

}  // namespace

bool is_topic_name(std::string_view text) noexcept { return is_topic_text(text) && !has_wildcard(text); }

bool is_topic_filter(std::string_view text) noexcept {
  if (!is_topic_text(text) || text.starts_with("$share/")) return false;
  for (bool more = true; more;) {
    const auto level = next_level(text, more);
    const bool is_whole = level.size() == 1;
    if (level.contains('+') && !is_whole) return false;
    if (level.contains('#') && (!is_whole || more)) return false;
  }
  return true;
}

bool is_readable(std::string_view topic) noexcept {
  return std::ranges::none_of(topic, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7F'; });
}

bool has_wildcard(std::string_view filter) noexcept { return filter.find_first_of("+#") != std::string_view::npos; }

bool matches(std::string_view filter, std::string_view name) noexcept {
  if (is_reserved(name) && (filter.starts_with('+') || filter.starts_with('#'))) return false;
  bool more_filter = true;
  bool more_name = true;
  while (more_filter && more_name) {
    const auto wanted = next_level(filter, more_filter);
    if (wanted == "#") return true;
    const auto level = next_level(name, more_name);
    if (wanted != "+" && wanted != level) return false;
  }
  return more_filter ? filter == "#" : !more_name;
}

bool covers(std::string_view allowed, std::string_view filter) noexcept {
  if (is_reserved(filter) && (allowed.starts_with('+') || allowed.starts_with('#'))) return false;
  bool more_allowed = true;
  bool more_filter = true;
  while (more_allowed && more_filter) {
    const auto may = next_level(allowed, more_allowed);
    if (may == "#") return true;
    const auto wanted = next_level(filter, more_filter);
    // A `#` selects the level above as well, and any number below.
    if (wanted == "#" || (may != "+" && may != wanted)) return false;
  }
  return more_allowed ? allowed == "#" : !more_filter;
}

bool overlap(std::string_view a, std::string_view b) noexcept {
  const auto is_wild = [](std::string_view filter) { return filter.starts_with('+') || filter.starts_with('#'); };
  if ((is_reserved(a) && is_wild(b)) || (is_reserved(b) && is_wild(a))) return false;
  bool more_a = true;
  bool more_b = true;
  while (more_a && more_b) {
    const auto of_a = next_level(a, more_a);
    const auto of_b = next_level(b, more_b);
    if (of_a == "#" || of_b == "#") return true;
    if (of_a != "+" && of_b != "+" && of_a != of_b) return false;
  }
  return (!more_a || a == "#") && (!more_b || b == "#");
}

std::string_view constant_prefix(std::string_view filter) noexcept {
  const auto before = filter.substr(0, filter.find_first_of("+#"));
  return before.substr(0, before.rfind('/') + 1);
}

}  // namespace isthmus::mqtt
