// The serializer of line.hpp, and the escaping of tag values (IRCv3 message-tags, "Escaping values").
#include <algorithm>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/line.hpp"

namespace isthmus::irc {

namespace {

void append_unescaped(std::string& out, std::string_view value) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\') {
      out += value[i];
      continue;
    }
    if (++i == value.size()) return;  // a lone backslash at the end goes
    switch (value[i]) {
      case ':': out += ';'; break;
      case 's': out += ' '; break;
      case 'r': out += '\r'; break;
      case 'n': out += '\n'; break;
      default: out += value[i];  // "\\" is a backslash; before anything else it just goes
    }
  }
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    switch (c) {
      case ';': out += "\\:"; break;
      case ' ': out += "\\s"; break;
      case '\\': out += "\\\\"; break;
      case '\r': out += "\\r"; break;
      case '\n': out += "\\n"; break;
      case '\0': break;  // has no escape and must not be sent
      default: out += c;
    }
  }
}

// ['+'] [vendor '/'] name, of letters, digits, '-' and, in a vendor, '.'.
bool is_tag_key(std::string_view key) noexcept {
  if (key.starts_with('+')) key.remove_prefix(1);
  return !key.empty() && key.back() != '/' && std::ranges::all_of(key, [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '-' || c == '.' || c == '/';
  });
}

boost::system::error_code middle_fault(std::string_view parameter) noexcept {
  if (parameter.empty() || parameter.front() == ':' || parameter.find(' ') != std::string_view::npos) {
    return Errc::bad_middle_parameter;
  }
  if (span_without_line_breaks(parameter) != parameter.size()) return Errc::control_character;
  return {};
}

boost::system::error_code append_tags(std::string& out, std::span<const Tag> tags) {
  if (tags.empty()) return {};
  const std::size_t before = out.size();
  out += '@';
  for (const Tag& tag : tags) {
    if (!is_tag_key(tag.key)) return Errc::bad_tag;
    if (out.size() > before + 1) out += ';';
    out += tag.key;
    if (tag.value.empty()) continue;
    out += '=';
    append_escaped(out, tag.value);
  }
  if (out.size() - before - 1 > max_client_tags) return Errc::line_too_long;
  out += ' ';
  return {};
}

// CR, LF and NUL become spaces: within a text they can only have been meant as breaks.
void append_trailing(std::string& out, std::string_view text) {
  out += " :";
  for (;;) {
    const std::size_t clean = span_without_line_breaks(text);
    out += text.substr(0, clean);
    if (clean == text.size()) return;
    out += ' ';
    text.remove_prefix(clean + 1);
  }
}

// After a fault, `out` holds a part of the line.
boost::system::error_code append_or_fault(std::string& out, std::string_view command,
                                          std::span<const std::string_view> middle,
                                          std::optional<std::string_view> trailing, const LineOptions& options) {
  if (!is_command(command)) return Errc::bad_command;
  if (middle.size() + (trailing ? 1 : 0) > max_parameters) return Errc::too_many_parameters;
  if (const auto fault = append_tags(out, options.tags)) return fault;
  const std::size_t begin = out.size();
  out += command;
  for (const std::string_view parameter : middle) {
    if (const auto fault = middle_fault(parameter)) return fault;
    out += ' ';
    out += parameter;
  }
  if (trailing) append_trailing(out, *trailing);
  out += "\r\n";
  if (out.size() - begin > options.max_bytes) return Errc::line_too_long;
  return {};
}

}  // namespace

std::optional<std::string_view> tag_value(std::string_view tags, std::string_view key, std::string& buffer) {
  std::optional<std::string_view> found;
  while (!tags.empty()) {
    const std::size_t end = std::min(tags.find(';'), tags.size());
    const std::string_view tag = tags.substr(0, end);
    tags.remove_prefix(std::min(end + 1, tags.size()));
    if (!tag.starts_with(key)) continue;
    const std::string_view rest = tag.substr(key.size());
    if (rest.empty())
      found = rest;
    else if (rest.front() == '=')
      found = rest.substr(1);
  }
  if (!found) return found;
  return unescaped_tag(*found, buffer);
}

std::string_view unescaped_tag(std::string_view value, std::string& buffer) {
  if (value.find('\\') == std::string_view::npos) return value;
  buffer.clear();
  append_unescaped(buffer, value);
  return buffer;
}

Result<void> append_line(std::string& out, std::string_view command, std::span<const std::string_view> middle,
                         std::optional<std::string_view> trailing, const LineOptions& options) {
  const std::size_t before = out.size();
  if (const auto fault = append_or_fault(out, command, middle, trailing, options)) {
    out.resize(before);
    return fault;
  }
  return {};
}

}  // namespace isthmus::irc
