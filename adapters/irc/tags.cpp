#include "adapters/irc/tags.hpp"

#include <algorithm>

namespace isthmus::irc {

namespace {

struct Row {
  std::string_view key;
  Tags::Value Tags::* value;
};

constexpr Row rows[] = {
    {"time", &Tags::time},
    {"msgid", &Tags::msgid},
    {"account", &Tags::account},
    {"batch", &Tags::batch},
    {"label", &Tags::label},
    {"bot", &Tags::bot},
    {"+reply", &Tags::reply},
    {"+draft/reply", &Tags::reply},
    {"+typing", &Tags::typing},
    {"+draft/react", &Tags::react},
    {"+draft/unreact", &Tags::unreact},
    {"draft/multiline-concat", &Tags::concat},
};

}  // namespace

Tags read_tags(std::string_view tags) noexcept {
  Tags found;
  while (!tags.empty()) {
    const std::size_t end = std::min(tags.find(';'), tags.size());
    const std::string_view tag = tags.substr(0, end);
    tags.remove_prefix(std::min(end + 1, tags.size()));
    const std::size_t equals = std::min(tag.find('='), tag.size());
    const std::string_view key = tag.substr(0, equals);
    const auto* const row = std::ranges::find(rows, key, &Row::key);
    if (row != std::end(rows)) found.*row->value = tag.substr(std::min(equals + 1, tag.size()));
  }
  return found;
}

}  // namespace isthmus::irc
