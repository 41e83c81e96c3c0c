#include "adapters/websocket/topic.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::websocket {

namespace {

constexpr int deepest = 32;

bool is_adapter_name(std::string_view name) noexcept {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= 'a' && c <= 'z'; });
}

/// Takes the first level off; false when there was none left.
bool take_level(std::string_view& rest, bool& at_end, std::string_view& level) noexcept {
  if (at_end) return false;
  const auto slash = rest.find('/');
  level = rest.substr(0, slash);
  at_end = slash == std::string_view::npos;
  if (!at_end) rest.remove_prefix(slash + 1);
  return true;
}

struct Parts {
  std::string_view adapter;
  std::string_view levels;
};

Parts parts_of(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return {};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// Level by level; `is_covered` compares one level of the wider one with one of the narrower.
bool includes(std::string_view wide, std::string_view narrow) noexcept {
  bool wide_ends = false;
  bool narrow_ends = false;
  std::string_view of_wide;
  std::string_view of_narrow;
  while (take_level(wide, wide_ends, of_wide)) {
    if (of_wide == "#") return true;
    if (!take_level(narrow, narrow_ends, of_narrow)) return false;
    if (of_narrow == "#") return false;
    if (of_wide != "+" && of_wide != of_narrow) return false;
    if (narrow_ends && !wide_ends) return wide == "#";  // "a/#" selects "a"
  }
  return narrow_ends;
}

}  // namespace

bool is_pattern(std::string_view pattern) noexcept {
  if (pattern == "#") return true;
  if (pattern.size() > longest_pattern) return false;
  const auto [adapter, levels] = parts_of(pattern);
  if (!is_adapter_name(adapter) || levels.empty()) return false;
  std::string_view rest = levels;
  std::string_view level;
  bool at_end = false;
  for (int depth = 0; take_level(rest, at_end, level); ++depth) {
    if (depth == deepest) return false;
    if (level.contains('+') && level != "+") return false;
    if (level.contains('#') && (level != "#" || !at_end)) return false;
  }
  return true;
}

bool is_address(std::string_view text) noexcept {
  return is_pattern(text) && !text.contains('+') && !text.contains('#');
}

bool matches(std::string_view pattern, std::string_view address) noexcept { return covers(pattern, address); }

std::string_view root_of(std::string_view text) noexcept {
  const auto root = text.substr(0, text.find('/'));
  return root == "#" || root.ends_with(":#") || root.ends_with(":+") ? std::string_view{} : root;
}

bool covers(std::string_view scope, std::string_view pattern) noexcept {
  if (scope == "#") return true;
  if (pattern == "#") return false;
  const auto wide = parts_of(scope);
  const auto narrow = parts_of(pattern);
  return wide.adapter == narrow.adapter && includes(wide.levels, narrow.levels);
}

}  // namespace isthmus::websocket
