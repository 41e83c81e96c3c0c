#include "adapters/irc/splitter.hpp"

#include <algorithm>
#include <array>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

constexpr char32_t zero_width_joiner = 0x200D;

struct Range {
  char32_t first;
  char32_t last;
};

// What joins the character before it: the marks of the scripts that chat sees most, variation selectors, emoji
// modifiers and tags (Unicode 15, Grapheme_Extend and Extended_Pictographic sequences, UAX #29 §3.1). A mark that is
// missing here costs a cut before it, no more.
constexpr std::array<Range, 33> joining = {{
    {0x0300, 0x036F},   {0x0483, 0x0489},   {0x0591, 0x05BD},   {0x05BF, 0x05C7}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x0670, 0x0670},   {0x06D6, 0x06DC},   {0x06DF, 0x06E4},   {0x06E7, 0x06ED}, {0x0900, 0x0903}, {0x093A, 0x093C},
    {0x093E, 0x094F},   {0x0951, 0x0957},   {0x0981, 0x0983},   {0x09BC, 0x09CD}, {0x0B82, 0x0B82}, {0x0BBE, 0x0BCD},
    {0x0E31, 0x0E31},   {0x0E34, 0x0E3A},   {0x0E47, 0x0E4E},   {0x1AB0, 0x1AFF}, {0x1160, 0x11FF}, {0x1DC0, 0x1DFF},
    {0x200C, 0x200D},   {0x20D0, 0x20F0},   {0x302A, 0x302F},   {0x3099, 0x309A}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
    {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
}};

bool joins_what_is_before(char32_t value) noexcept {
  return value >= joining.front().first && std::ranges::any_of(joining, [value](const Range& range) {
           return value >= range.first && value <= range.last;
         });
}

bool is_regional_indicator(char32_t value) noexcept { return value >= 0x1F1E6 && value <= 0x1F1FF; }

// The start of the code point that ends at `end` (> 0).
std::size_t start_of_last(std::string_view text, std::size_t end) noexcept {
  return code_point_border(text.substr(0, end), end - 1);
}

char32_t code_point_at(std::string_view text, std::size_t at) noexcept {
  return first_code_point(text.substr(at)).value;
}

// Flags are pairs of regional indicators: `at` is within one when an odd number of them stands before it.
bool is_within_flag(std::string_view line, std::size_t at) noexcept {
  if (!is_regional_indicator(code_point_at(line, at))) return false;
  bool is_odd = false;
  while (at > 0) {
    at = start_of_last(line, at);
    if (!is_regional_indicator(code_point_at(line, at))) break;
    is_odd = !is_odd;
  }
  return is_odd;
}

bool is_within_character(std::string_view line, std::size_t at) noexcept {
  if (joins_what_is_before(code_point_at(line, at))) return true;
  if (code_point_at(line, start_of_last(line, at)) == zero_width_joiner) return true;
  return is_within_flag(line, at);
}

// Where to cut `line`, which is longer than `budget`: 1 to `budget`.
std::size_t cut_of(std::string_view line, std::size_t budget) noexcept {
  const std::size_t space = line.substr(0, budget).rfind(' ');
  if (space != std::string_view::npos && space + 1 > budget - budget / 3) return space + 1;

  const std::size_t border = code_point_border(line, budget);
  for (std::size_t at = border; at > budget / 2; at = start_of_last(line, at)) {
    if (!is_within_character(line, at)) return at;
  }
  return border;  // one character of half a line: it cannot be helped
}

bool is_blank(std::string_view line) noexcept { return line.find_first_not_of(" \t") == std::string_view::npos; }

}  // namespace

std::size_t text_budget(const PrefixLength& own, std::string_view command, std::string_view target,
                        std::size_t overhead, std::size_t line_length) noexcept {
  const std::size_t prefix = own.nick + own.user + own.host + std::string_view{":!@ "}.size();
  const std::size_t around = prefix + command.size() + target.size() + std::string_view{"  :\r\n"}.size() + overhead;
  return std::max(line_length, around + min_text_budget) - around;
}

namespace {

/// `fit(line, budget)`: how many bytes of `line` fit.
template <class Fit>
bool split_by(std::string_view body, std::size_t budget, std::size_t max_pieces, std::vector<std::string_view>& pieces,
              Fit fit) {
  constexpr std::size_t longest_code_point = 4;
  budget = std::max(budget, longest_code_point);
  pieces.clear();
  while (!body.empty()) {
    const std::size_t end = span_without_line_breaks(body);
    std::string_view line = body.substr(0, end);
    body.remove_prefix(std::min(end + 1, body.size()));
    if (is_blank(line)) continue;
    while (!line.empty()) {
      if (pieces.size() == max_pieces) {
        pieces.clear();
        return false;
      }
      const std::size_t room = fit(line, budget);
      const std::size_t cut = room == line.size() ? room : cut_of(line, room);
      pieces.push_back(line.substr(0, cut));
      line.remove_prefix(cut);
    }
  }
  return true;
}

}  // namespace

bool split(std::string_view body, std::size_t budget, std::size_t max_pieces, std::vector<std::string_view>& pieces) {
  return split_by(body, budget, max_pieces, pieces,
                  [](std::string_view line, std::size_t most) { return std::min(line.size(), most); });
}

bool split(std::string_view body, std::size_t budget, std::size_t max_pieces, std::vector<std::string_view>& pieces,
           const LegacyCharset& charset) {
  return split_by(body, budget, max_pieces, pieces,
                  [&](std::string_view line, std::size_t most) { return charset.fitting(line, most); });
}

}  // namespace isthmus::irc
