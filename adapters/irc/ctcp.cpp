#include "adapters/irc/ctcp.hpp"

#include <algorithm>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

constexpr char delimiter = '\x01';

void append_without_delimiter(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(delimiter), text.size());
    out += text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace

std::optional<Ctcp> parse_ctcp(std::string_view text) noexcept {
  if (!text.starts_with(delimiter)) return std::nullopt;
  text.remove_prefix(1);
  if (text.ends_with(delimiter)) text.remove_suffix(1);
  const std::size_t space = std::min(text.find(' '), text.size());
  const Ctcp ctcp{text.substr(0, space), text.substr(std::min(space + 1, text.size()))};
  if (ctcp.verb.empty()) return std::nullopt;
  return ctcp;
}

bool is_verb(const Ctcp& ctcp, std::string_view verb) noexcept { return equals_ignoring_case(ctcp.verb, verb); }

void append_ctcp(std::string& out, std::string_view verb, std::string_view arguments) {
  out += delimiter;
  append_without_delimiter(out, verb);
  if (!arguments.empty()) {
    out += ' ';
    append_without_delimiter(out, arguments);
  }
  out += delimiter;
}

}  // namespace isthmus::irc
