#include "adapters/mqtt/value_template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>

#include "adapters/mqtt/payload.hpp"

namespace isthmus::mqtt {
namespace {

namespace json = boost::json;

constexpr std::size_t max_length = 1'024;  // of a template
constexpr std::size_t max_parts = 16;      // places of one, and steps and filters of one place

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

std::optional<std::string> unquoted(std::string_view text) {
  text = trimmed(text);
  const bool is_quoted =
      text.size() >= 2 && (text.front() == '\'' || text.front() == '"') && text.back() == text.front();
  if (is_quoted) return std::string{text.substr(1, text.size() - 2)};
  return to_number(text) ? std::optional{std::string{text}} : std::nullopt;
}

std::string to_plain(const json::value& value) {
  if (const auto* text = value.if_string()) return {text->data(), text->size()};
  if (const auto* number = value.if_double()) return fmt::format("{}", *number);
  if (const auto* flag = value.if_bool()) return *flag ? "True" : "False";  // as Python writes them
  if (value.is_null()) return "None";
  return json::serialize(value);
}

}  // namespace

std::optional<ValueTemplate> ValueTemplate::parse(std::string_view text) {
  ValueTemplate result;
  if (text.size() > max_length || text.contains("{%") || text.contains("{#")) return std::nullopt;
  if (trimmed(text).empty()) text = "{{ value }}";
  while (!text.empty()) {
    if (result.parts_.size() == max_parts) return std::nullopt;
    auto& part = result.parts_.emplace_back();
    const auto begin = text.find("{{");
    part.literal = text.substr(0, begin);
    if (begin == std::string_view::npos) break;
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos || !parse_place(text.substr(begin + 2, end - begin - 2), part))
      return std::nullopt;
    text.remove_prefix(end + 2);
  }
  return result;
}

bool ValueTemplate::parse_place(std::string_view text, Part& part) {
  part.has_place = true;
  text = trimmed(text);
  if (!parse_path(text, part)) return false;
  while (!(text = trimmed(text)).empty()) {
    if (!text.starts_with('|') || part.filters.size() == max_parts) return false;
    text.remove_prefix(1);
    const auto next = text.find('|');
    if (!parse_filter(trimmed(text.substr(0, next)), part)) return false;
    text.remove_prefix(next == std::string_view::npos ? text.size() : next);
  }
  return true;
}

bool ValueTemplate::parse_path(std::string_view& text, Part& part) {
  part.is_json = text.starts_with("value_json");
  if (!part.is_json && !text.starts_with("value")) return false;
  text.remove_prefix(part.is_json ? 10 : 5);
  if (!text.empty() && is_name(text.front())) return false;
  while (part.is_json && (text.starts_with('.') || text.starts_with('['))) {
    if (part.path.size() == max_parts) return false;
    if (text.front() == '.') {
      const auto* const end = std::ranges::find_if_not(text.substr(1), is_name);
      const auto name = text.substr(1, static_cast<std::size_t>(end - text.data()) - 1);
      if (name.empty()) return false;
      part.path.emplace_back(std::string{name});
      text.remove_prefix(name.size() + 1);
      continue;
    }
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    const auto inside = trimmed(text.substr(1, close - 1));
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(inside.data(), inside.data() + inside.size(), index);
    if (error == std::errc{} && end == inside.data() + inside.size()) {
      part.path.emplace_back(index);
    } else if (const auto name = unquoted(inside); name && !to_number(inside)) {
      part.path.emplace_back(*name);
    } else {
      return false;
    }
    text.remove_prefix(close + 1);
  }
  return true;
}

bool ValueTemplate::parse_filter(std::string_view text, Part& part) {
  const auto open = text.find('(');
  const auto name = trimmed(text.substr(0, open));
  std::string_view inside;
  if (open != std::string_view::npos) {
    if (!text.ends_with(')')) return false;
    inside = trimmed(text.substr(open + 1, text.size() - open - 2));
  }
  Filter filter;
  if (name == "round") {
    filter.kind = Filter::Kind::round;
    const auto digits = inside.empty() ? std::optional{0.0} : to_number(inside);
    if (!digits || *digits < 0 || *digits > 10) return false;
    filter.digits = static_cast<int>(*digits);
  } else if (name == "int" || name == "float") {
    filter.kind = name == "int" ? Filter::Kind::to_int : Filter::Kind::to_float;
  } else if (name == "default") {
    const auto otherwise = unquoted(inside);
    if (!otherwise) return false;
    filter.kind = Filter::Kind::otherwise;
    filter.text = *otherwise;
  } else if (name == "upper" || name == "lower") {
    filter.kind = name == "upper" ? Filter::Kind::upper : Filter::Kind::lower;
  } else {
    return name == "is_defined";  // what is not there renders to nothing in any case
  }
  part.filters.push_back(std::move(filter));
  return true;
}

std::optional<std::string> ValueTemplate::apply(const Filter& filter, std::optional<std::string> value) {
  if (!value) return filter.kind == Filter::Kind::otherwise ? std::optional{filter.text} : std::nullopt;
  switch (filter.kind) {
    case Filter::Kind::otherwise: return value;
    case Filter::Kind::upper:
    case Filter::Kind::lower:
      std::ranges::transform(*value, value->begin(), [&](char c) {
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        return !is_letter ? c : static_cast<char>(filter.kind == Filter::Kind::upper ? c & ~0x20 : c | 0x20);
      });
      return value;
    case Filter::Kind::round:
    case Filter::Kind::to_int:
    case Filter::Kind::to_float: break;
  }
  const auto number = to_number(*value);
  if (!number) return std::nullopt;
  if (filter.kind == Filter::Kind::to_int) return fmt::format("{:.0f}", std::trunc(*number));
  if (filter.kind == Filter::Kind::round) return fmt::format("{:.{}f}", *number, filter.digits);
  return fmt::format("{}", *number);
}

std::optional<std::string> ValueTemplate::value_of(const Part& part, std::string_view payload) {
  if (!part.is_json) return std::string{payload};
  json::error_code error;
  const auto whole = json::parse(json::string_view{payload}, error);
  if (error) return std::nullopt;
  const json::value* at = &whole;
  for (const auto& step : part.path) {
    if (const auto* name = std::get_if<std::string>(&step)) {
      at = at->is_object() ? at->get_object().if_contains(*name) : nullptr;
    } else {
      at = at->is_array() ? at->get_array().if_contains(std::get<std::size_t>(step)) : nullptr;
    }
    if (at == nullptr) return std::nullopt;
  }
  return to_plain(*at);
}

std::optional<std::string> ValueTemplate::render(std::string_view payload) const {
  std::string text;
  for (const auto& part : parts_) {
    text += part.literal;
    if (!part.has_place) continue;
    auto value = value_of(part, payload);
    for (const auto& filter : part.filters) value = apply(filter, std::move(value));
    if (!value) return std::nullopt;
    text += *value;
  }
  return text;
}

}  // namespace isthmus::mqtt
