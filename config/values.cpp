#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

namespace isthmus::config {

namespace {

template <class Number>
std::optional<Number> parse_whole(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

// Smallest first. No unit's name begins with a digit, so the digits end where the name begins.
constexpr std::array<Unit, 5> duration_units{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<Unit, 4> size_units{{{"", 1}, {"KiB", 1U << 10U}, {"MiB", 1U << 20U}, {"GiB", 1U << 30U}}};

template <std::size_t Count>
std::optional<std::uint64_t> parse_with_unit(std::string_view text, const std::array<Unit, Count>& units,
                                             std::uint64_t most) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_whole<std::uint64_t>(text.substr(0, digits));
  const auto* unit = std::ranges::find(units, text.substr(digits), &Unit::name);
  if (!count || unit == units.end() || *count > most / unit->factor) return std::nullopt;
  return *count * unit->factor;
}

template <std::size_t Count>
std::string to_text_with_unit(std::uint64_t value, const std::array<Unit, Count>& units) {
  const Unit* best = units.data();
  for (const Unit& unit : units) {
    if (value != 0 && value % unit.factor == 0) best = &unit;
  }
  return std::to_string(value / best->factor).append(best->name);
}

bool is_bare_key(std::string_view key) {
  constexpr std::string_view bare = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  return !key.empty() && key.find_first_not_of(bare) == std::string_view::npos;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) { return parse_whole<std::int64_t>(text); }

std::optional<double> parse_number(std::string_view text) { return parse_whole<double>(text); }

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const auto value = parse_with_unit(text, duration_units, most);
  if (!value) return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*value)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse_with_unit(text, size_units, std::numeric_limits<std::uint64_t>::max());
}

std::string to_text(std::chrono::milliseconds duration) {
  return to_text_with_unit(static_cast<std::uint64_t>(std::max<std::int64_t>(duration.count(), 0)), duration_units);
}

std::string size_to_text(std::uint64_t bytes) { return to_text_with_unit(bytes, size_units); }

std::string number_to_text(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t most = 60;
  std::string result = "\"";
  for (const char c : text.substr(0, most)) {
    const auto byte = static_cast<unsigned char>(c);
    result += byte < 0x20 || byte == 0x7F ? '?' : c;
  }
  if (text.size() > most) {
    // The cut may have left the beginning of a character of several bytes.
    while ((static_cast<unsigned char>(result.back()) & 0xC0U) == 0x80U) result.pop_back();
    if (static_cast<unsigned char>(result.back()) >= 0xC0U) result.pop_back();
    result += "…";
  }
  return result += '"';
}

std::string dotted(std::string_view path, std::string_view key) {
  std::string result{path};
  if (!path.empty() && !key.empty()) result += '.';
  if (key.empty()) return result;
  return result += is_bare_key(key) ? std::string{key} : in_quotes(key);
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Rows of the usual table (optimal string alignment), of which three are needed at a time.
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string did_you_mean(std::string_view word, const Names& names) {
  // A longer text is no slip of the fingers, and the work grows with its square.
  constexpr std::size_t longest = 64;
  if (word.size() > longest) return "";
  std::pair<std::size_t, std::string_view> best{std::max<std::size_t>(1, word.size() / 3) + 1, ""};
  for (const std::string& name : names) best = std::min(best, {edit_distance(word, name), std::string_view{name}});
  if (best.second.empty()) return "";
  return "; did you mean " + in_quotes(best.second) + "?";
}

}  // namespace isthmus::config
