#include "xmpp/one_line.hpp"

#include <algorithm>

namespace isthmus::xmpp {
namespace {

constexpr std::string_view white_space = " \t\r\n";

}  // namespace

bool has_control(std::string_view text) noexcept {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '\x7f'; });
}

std::optional<std::string> to_one_line(std::string_view text) {
  const auto begin = text.find_first_not_of(white_space);
  if (begin == std::string_view::npos) return std::string{};
  text = text.substr(begin, text.find_last_not_of(white_space) - begin + 1);
  if (text.size() > max_one_line) return std::nullopt;
  std::string line;
  line.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_break = text[i] == '\n' || text[i] == '\r' || text[i] == '\t';
    if (text[i] == '\r' && text.substr(i).starts_with("\r\n")) continue;
    line += is_break ? ' ' : text[i];
  }
  if (has_control(line)) return std::nullopt;
  return line;
}

}  // namespace isthmus::xmpp
