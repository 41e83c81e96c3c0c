#include "adapters/mqtt/payload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>
#include <cmath>
#include <utility>

#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/trace.hpp"
#include "adapters/mqtt/utf8.hpp"

namespace isthmus::mqtt {
namespace {

namespace json = boost::json;

constexpr std::size_t max_json_depth = 32;
constexpr std::size_t shown_of_binary = 16;  // bytes

bool is_text(std::string_view bytes) {
  const bool has_control = std::ranges::any_of(
      bytes, [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
  // U+FFFE and U+FFFF are no characters of XML.
  return !has_control && is_utf8(bytes) && !bytes.contains("\xEF\xBF\xBE") && !bytes.contains("\xEF\xBF\xBF");
}

/// One line that can be shown.
bool is_media_type(std::string_view text) {
  return !text.empty() && is_text(text) && text.find_first_of("\t\r\n") == std::string_view::npos;
}

std::optional<json::value> parse(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos || (text[begin] != '{' && text[begin] != '[')) return std::nullopt;
  json::error_code error;
  json::parse_options options;
  options.max_depth = max_json_depth;
  auto value = json::parse(json::string_view{text}, error, {}, options);
  return error ? std::nullopt : std::optional{std::move(value)};
}

/// As JSON, but numbers as people write them (the library has 2.15E1 for 21.5).
void append_json(std::string& out, const json::value& value) {
  const auto list = [&](const auto& items, std::string_view around, auto&& append) {
    out += around.front();
    bool is_first = true;
    for (const auto& item : items) {
      if (!std::exchange(is_first, false)) out += ',';
      append(item);
    }
    out += around.back();
  };
  if (const auto* number = value.if_double()) {
    out += fmt::format("{}", *number);
  } else if (const auto* array = value.if_array()) {
    list(*array, "[]", [&](const json::value& item) { append_json(out, item); });
  } else if (const auto* object = value.if_object()) {
    list(*object, "{}", [&](const auto& item) {
      out += json::serialize(item.key()) + ':';
      append_json(out, item.value());
    });
  } else {
    out += json::serialize(value);
  }
}

void append_value(std::string& out, const json::value& value) {
  if (const auto* text = value.if_string()) {
    out.append(text->data(), text->size());
  } else {
    append_json(out, value);
  }
}

/// The members of `object` as lines.
void append_lines(std::string& out, const json::object& object, const std::string& before) {
  for (const auto& [name, value] : object) {
    if (out.size() > max_shown) return;
    const auto path = before + std::string{name};
    if (const auto* inner = value.if_object(); inner != nullptr && !inner->empty()) {
      append_lines(out, *inner, path + ".");
      continue;
    }
    if (!out.empty()) out += '\n';
    out += path + ": ";
    append_value(out, value);
  }
}

std::string to_lines(std::string_view payload) {
  const auto value = parse(payload);
  if (!value || !value->is_object() || value->get_object().empty()) return std::string{payload};
  std::string out;
  append_lines(out, value->get_object(), {});
  // Strings of JSON may hold escaped control characters.
  return is_text(out) ? out : std::string{payload};
}

std::string binary_text(const Publication& publication) {
  const auto& bytes = publication.payload;
  std::string text = fmt::format("binary, {} byte{}", bytes.size(), bytes.size() == 1 ? "" : "s");
  if (is_media_type(publication.content_type)) text += ", " + publication.content_type;
  text += ": ";
  for (const char c : std::string_view{bytes}.substr(0, shown_of_binary))
    text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return bytes.size() > shown_of_binary ? text + "…" : text;
}

std::string with_line_feeds(std::string_view text) {
  if (!text.contains('\r')) return std::string{text};
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

}  // namespace

Data::Form form_of(const Publication& publication) {
  if (!is_text(publication.payload)) return Data::Form::binary;
  const auto& type = publication.content_type;
  const bool is_other = type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
  if (is_other) return Data::Form::binary;
  return parse(publication.payload) ? Data::Form::json : Data::Form::text;
}

std::string to_text(const Publication& publication, Data::Form form) {
  std::string text;
  switch (form) {
    case Data::Form::text: text = with_line_feeds(publication.payload); break;
    case Data::Form::json: text = with_line_feeds(to_lines(publication.payload)); break;
    case Data::Form::binary: return binary_text(publication);
  }
  if (text.size() <= max_shown) return text;
  return fmt::format("{}… ({} bytes in all)", cut(text, max_shown), publication.payload.size());
}

std::string to_status(std::string_view text, std::size_t most) {
  std::string line{cut(text, most)};
  if (line.size() < text.size()) line += "…";
  for (std::size_t at = line.find('\n'); at != std::string::npos; at = line.find('\n', at)) line.replace(at, 1, ", ");
  return line;
}

Data to_data(const Publication& publication, Data::Form form) {
  Data data;
  data.form = form;
  data.is_stored = publication.retain;
  data.qos = publication.qos;
  data.may_be_repeated = publication.is_duplicate;
  data.place = publication.topic;
  data.bytes = publication.payload;
  if (is_media_type(publication.content_type)) data.media_type = publication.content_type;
  if (is_topic_name(publication.response_topic)) data.answer_to = publication.response_topic;
  data.correlation = publication.correlation;
  data.expiry = publication.expiry;
  for (const auto& [name, value] : publication.properties) {
    // How far it has come, and by whom, stays with it: whoever passes it on counts on.
    const bool is_mark = name.starts_with("isthmus-") && name != hops_mark && name != origin_mark;
    if (!is_mark && is_text(name) && is_text(value)) data.properties.emplace_back(name, value);
  }
  return data;
}

std::optional<double> to_number(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return std::nullopt;
  text.remove_prefix(begin);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  const std::string_view rest{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  return rest.empty() || rest.front() == ' ' || rest.front() == '\n' ? std::optional{value} : std::nullopt;
}

}  // namespace isthmus::mqtt
