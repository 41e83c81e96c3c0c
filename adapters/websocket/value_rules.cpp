#include "adapters/websocket/value_rules.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <utility>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_name = 64;
constexpr std::size_t longest_number = 32;
constexpr std::size_t longest_unit = 16;
constexpr std::int64_t regex_memory = std::int64_t{1} << 20;  // bytes, for each pattern

constexpr std::array<std::pair<std::string_view, bool>, 4> switches{
    {{"on", true}, {"off", false}, {"true", true}, {"false", false}}};

bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n'; }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t i = 0; i < text.size();) {
    while (i < text.size() && is_space(text[i])) ++i;
    const auto begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

char lowered(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

std::optional<bool> parse_switch(std::string_view word) noexcept {
  for (const auto& [text, value] : switches) {
    if (std::ranges::equal(word, text, {}, lowered)) return value;
  }
  return std::nullopt;
}

/// "°C", "%", "kWh", "m/s²", "µg/m³": a unit has no digits, and is no word of a sentence.
bool is_unit(std::string_view word) noexcept {
  static constexpr std::string_view marks = "%/*^.-";
  if (word.empty() || word.size() > longest_unit) return false;
  std::size_t letters = 0;
  for (const char c : word) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    letters += is_letter ? 1 : 0;
    if (!is_letter && static_cast<unsigned char>(c) < 0x80 && !marks.contains(c)) return false;
  }
  return letters <= 4;
}

/// "21.5°C" is a number and a unit.
std::optional<std::pair<json::value, std::string>> parse_quantity(std::string_view word) {
  if (auto number = parse_number(word)) return std::pair{*std::move(number), std::string{}};
  const auto end = word.find_first_not_of("+-.,0123456789");
  if (end == 0 || end == std::string_view::npos || !is_unit(word.substr(end))) return std::nullopt;
  auto number = parse_number(word.substr(0, end));
  if (!number) return std::nullopt;
  return std::pair{*std::move(number), std::string{word.substr(end)}};
}

/// What one word behind a name or a "=" says.
std::optional<std::pair<json::value, std::string>> parse_value(std::string_view word) {
  if (const auto state = parse_switch(word)) return std::pair{json::value(*state), std::string{}};
  return parse_quantity(word);
}

/// "temp 21.5 °C", "temp: 21.5", "lamp on".
std::vector<NamedValue> read_words(const std::vector<std::string_view>& words) {
  if (words.size() < 2 || words.size() > 3) return {};
  std::string_view name = words[0];
  if (name.ends_with(':')) name.remove_suffix(1);
  auto found = parse_value(words[1]);
  if (!found || !is_value_name(name) || parse_number(name)) return {};
  auto& [value, unit] = *found;
  if (words.size() == 3) {
    if (!unit.empty() || value.is_bool() || !is_unit(words[2])) return {};
    unit = words[2];
  }
  return {{std::string{name}, std::move(value), std::move(unit)}};
}

/// "temp=21.5 humidity=40 %", also with commas between.
std::vector<NamedValue> read_assignments(const std::vector<std::string_view>& words) {
  std::vector<NamedValue> values;
  for (std::string_view word : words) {
    while (word.ends_with(',') || word.ends_with(';')) word.remove_suffix(1);
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) {
      const bool may_follow = !values.empty() && values.back().unit.empty() && values.back().value.is_number();
      if (!may_follow || !is_unit(word)) return {};
      values.back().unit = word;
      continue;
    }
    const auto name = word.substr(0, equals);
    auto found = parse_value(word.substr(equals + 1));
    if (!found || !is_value_name(name)) return {};
    values.push_back({std::string{name}, std::move(found->first), std::move(found->second)});
  }
  return values;
}

/// The members of an object that are no objects or lists themselves.
std::vector<NamedValue> read_json(std::string_view text) {
  const auto parsed = parse_json(text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr) return {};
  std::vector<NamedValue> values;
  for (const auto& member : *object) {
    if (member.value().is_structured() || !is_value_name(member.key())) continue;
    values.push_back({std::string{member.key()}, member.value(), {}});
  }
  return values;
}

}  // namespace

bool is_value_name(std::string_view name) noexcept {
  return !name.empty() && name.size() <= longest_name && std::ranges::none_of(name, [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '/' || c == '+' || c == '#' || c == '=';
  });
}

std::optional<json::value> parse_number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const bool is_plain = !text.empty() && text.size() <= longest_number && text.back() != '.' && text.back() != ',' &&
                        text.find_first_not_of("+-.,0123456789eE") == std::string_view::npos && text.front() != 'e' &&
                        text.front() != 'E' && text.front() != '+';
  if (!is_plain) return std::nullopt;
  std::string decimal{text};
  if (const auto comma = decimal.find(','); comma != std::string::npos) {
    if (decimal.contains('.')) return std::nullopt;
    decimal[comma] = '.';
  }
  const char* const end = decimal.data() + decimal.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(decimal.data(), end, whole); read.ec == std::errc{} && read.ptr == end) {
    return json::value(whole);
  }
  double number = 0;
  const auto read = std::from_chars(decimal.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || !std::isfinite(number)) return std::nullopt;
  return json::value(number);
}

std::string value_text(const json::value& value) {
  if (const auto* state = value.if_bool()) return *state ? "on" : "off";
  if (const auto* text = value.if_string()) return std::string{*text};
  return value.is_null() ? "?" : to_json(value);
}

std::string to_words(const NamedValue& value) {
  std::string words = value.name + " " + value_text(value.value);
  return value.unit.empty() ? words : words + " " + value.unit;
}

struct ValueRules::Patterns {
  struct One {
    std::unique_ptr<re2::RE2> expression;
    int name = 0;
    int value = 0;
    int unit = 0;  // 0: there is no such group
  };
  std::vector<One> all;

  std::optional<NamedValue> read(const One& one, std::string_view text) const {
    std::vector<re2::StringPiece> groups(static_cast<std::size_t>(one.expression->NumberOfCapturingGroups()) + 1);
    const re2::StringPiece whole{text.data(), text.size()};
    if (!one.expression->Match(whole, 0, text.size(), re2::RE2::UNANCHORED, groups.data(),
                               static_cast<int>(groups.size())))
      return std::nullopt;
    const auto group = [&](int number) {
      const auto& piece = groups[static_cast<std::size_t>(number)];
      return number == 0 ? std::string_view{} : std::string_view{piece.data(), piece.size()};
    };
    if (!is_value_name(group(one.name))) return std::nullopt;
    auto found = parse_value(group(one.value));
    if (!found) found = std::pair{json::value(group(one.value)), std::string{}};
    NamedValue value{std::string{group(one.name)}, std::move(found->first), std::move(found->second)};
    if (one.unit != 0) value.unit = group(one.unit);
    return value;
  }
};

ValueRules::ValueRules() : patterns_{std::make_unique<Patterns>()} {}
ValueRules::~ValueRules() = default;
ValueRules::ValueRules(ValueRules&&) noexcept = default;
ValueRules& ValueRules::operator=(ValueRules&&) noexcept = default;

boost::system::result<ValueRules, std::string> ValueRules::make(const RulesWanted& wanted) {
  ValueRules rules;
  rules.wanted_ = wanted;
  for (const auto& pattern : wanted.patterns) {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(regex_memory);
    Patterns::One one{.expression = std::make_unique<re2::RE2>(pattern, options)};
    if (!one.expression->ok()) return "\"" + pattern + "\": " + one.expression->error();
    for (const auto& [name, number] : one.expression->NamedCapturingGroups()) {
      if (name == "name") one.name = number;
      if (name == "value") one.value = number;
      if (name == "unit") one.unit = number;
    }
    if (one.name == 0 || one.value == 0) return "\"" + pattern + "\" needs the groups (?P<name>…) and (?P<value>…)";
    rules.patterns_->all.push_back(std::move(one));
  }
  return rules;
}

std::vector<NamedValue> ValueRules::read(std::string_view text) const {
  if (text.size() > longest_text) return {};
  for (const auto& one : patterns_->all) {
    if (auto value = patterns_->read(one, text)) return {*std::move(value)};
  }
  std::vector<NamedValue> values;
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  if (text[first] == '{') {
    if (wanted_.json) values = read_json(text);
  } else {
    const auto words = words_of(text);
    if (wanted_.assignments && words.front().contains('=')) values = read_assignments(words);
    if (values.empty() && wanted_.words) values = read_words(words);
  }
  if (values.size() > most_values) values.clear();
  return values;
}

}  // namespace isthmus::websocket
