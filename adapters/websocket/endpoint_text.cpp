#include "adapters/websocket/endpoint_text.hpp"

#include <algorithm>
#include <boost/json/value.hpp>
#include <cstddef>

#include "adapters/websocket/record.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_name = 64;  // bytes of a value's name or a sender's

const json::value* at(const json::value& frame, const std::string& pointer) {
  if (pointer.empty()) return nullptr;
  boost::system::error_code missing;
  return frame.find_pointer(pointer, missing);
}

/// Texts as they are, numbers and truth values as people read them.
std::string to_text(const json::value* value) {
  if (value == nullptr || value->is_null() || value->is_structured()) return {};
  return value->is_string() ? std::string{value->as_string()} : value_text(*value);
}

bool continues(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U; }

std::string cut(std::string text) {
  if (text.size() <= longest_name) return text;
  std::size_t end = longest_name;
  while (end > 0 && continues(text[end])) --end;
  text.resize(end);
  return text;
}

/// One level of an address: what cannot stand there becomes "_".
std::string to_name(std::string text) {
  for (char& c : text) {
    const bool is_free = static_cast<unsigned char>(c) > ' ' && c != '/' && c != '+' && c != '#' && c != '\x7f';
    if (!is_free) c = '_';
  }
  text = cut(std::move(text));
  return is_value_name(text) ? text : "value";
}

std::string printable(std::string text) {
  std::ranges::replace_if(text, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
  return cut(std::move(text));
}

/// Calls `put` with each piece of the template: (text, false), or (a placeholder's name, true).
template <class Put>
bool walk(std::string_view pattern, Put put) {
  while (!pattern.empty()) {
    const auto begin = pattern.find("${");
    put(pattern.substr(0, begin), false);
    if (begin == std::string_view::npos) return true;
    const auto end = pattern.find('}', begin);
    if (end == std::string_view::npos) return false;
    put(pattern.substr(begin + 2, end - begin - 2), true);
    pattern.remove_prefix(end + 1);
  }
  return true;
}

}  // namespace

std::optional<EndpointSaid> read_frame(const EndpointPointers& pointers, std::string_view frame) {
  if (!pointers.is_json()) {
    if (frame.empty()) return std::nullopt;
    return EndpointSaid{.sender = {}, .text = std::string{frame}, .value = {}};
  }
  const auto parsed = parse_json(frame);
  if (!parsed) return std::nullopt;
  EndpointSaid said{.sender = printable(to_text(at(*parsed, pointers.sender))),
                    .text = to_text(at(*parsed, pointers.text)),
                    .value = {}};
  const auto* value = at(*parsed, pointers.value);
  if (value != nullptr && !value->is_null() && !value->is_structured())
    said.value = NamedValue{to_name(to_text(at(*parsed, pointers.topic))), *value};
  if (said.text.empty() && !said.value) return std::nullopt;
  return said;
}

bool is_pointer(std::string_view text) noexcept {
  if (text.empty()) return true;
  if (text.front() != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '~';
    if (is_escape && (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1'))) return false;
  }
  return true;
}

bool is_template(std::string_view text) {
  bool has_text = false;
  bool is_good = true;
  const bool is_whole = walk(text, [&](std::string_view piece, bool is_name) {
    if (!is_name) return;
    has_text = has_text || piece == "text";
    is_good = is_good && (piece == "text" || piece == "nick" || piece == "id" || piece == "time");
  });
  return is_whole && is_good && has_text;
}

std::string fill(std::string_view pattern, const EndpointSaying& saying) {
  const bool is_json = pattern.starts_with('{') || pattern.starts_with('[');
  std::string filled;
  const auto put = [&](std::string_view text) {
    if (!is_json) {
      filled += text;
      return;
    }
    std::string quoted;
    append_json_string(quoted, text);
    filled.append(quoted, 1, quoted.size() - 2);
  };
  walk(pattern, [&](std::string_view piece, bool is_name) {
    if (!is_name) {
      filled += piece;
    } else if (piece == "text") {
      put(saying.text);
    } else if (piece == "nick") {
      put(saying.nick);
    } else if (piece == "id") {
      put(saying.id);
    } else {
      put(to_timestamp(saying.time));
    }
  });
  return filled;
}

}  // namespace isthmus::websocket
