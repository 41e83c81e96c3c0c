#include "gateway/model/json.hpp"

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <iterator>

namespace isthmus {

namespace {

namespace json = boost::json;

bool is_finite(const json::value& value) {
  if (const auto* number = value.if_double()) return std::isfinite(*number);
  if (const auto* array = value.if_array()) {
    for (const auto& item : *array) {
      if (!is_finite(item)) return false;
    }
  }
  if (const auto* object = value.if_object()) {
    for (const auto& member : *object) {
      if (!is_finite(member.value())) return false;
    }
  }
  return true;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, std::size_t depth) {
  json::parse_options options;
  options.max_depth = depth;
  boost::system::error_code error;
  json::value value = json::parse(text, error, {}, options);
  if (error) return error;
  if (!is_finite(value)) return json::make_error_code(json::error::exponent_overflow);
  return value;
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const std::string_view rest = text.substr(i, 3);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else if (rest == "\u2028" || rest == "\u2029") {
      out += rest == "\u2028" ? "\\u2028" : "\\u2029";
      i += 2;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(std::string& out, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null: out += "null"; return;
    case json::kind::bool_: out += value.get_bool() ? "true" : "false"; return;
    case json::kind::int64: fmt::format_to(std::back_inserter(out), "{}", value.get_int64()); return;
    case json::kind::uint64: fmt::format_to(std::back_inserter(out), "{}", value.get_uint64()); return;
    case json::kind::double_: fmt::format_to(std::back_inserter(out), "{}", value.get_double()); return;
    case json::kind::string: append_json_string(out, value.get_string()); return;
    case json::kind::array: {
      out += '[';
      bool is_first = true;
      for (const auto& item : value.get_array()) {
        if (!is_first) out += ',';
        is_first = false;
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case json::kind::object: break;
  }
  out += '{';
  bool is_first = true;
  for (const auto& member : value.get_object()) {
    if (!is_first) out += ',';
    is_first = false;
    append_json_string(out, member.key());
    out += ':';
    append_json(out, member.value());
  }
  out += '}';
}

std::string to_json(const json::value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace isthmus
