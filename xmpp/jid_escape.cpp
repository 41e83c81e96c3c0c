// to_local and its kin: XEP-0106, and =hh for what no prepared part can hold.
#include <algorithm>
#include <array>
#include <optional>

#include "xmpp/jid.hpp"
#include "xmpp/stringprep.hpp"
#include "xmpp/xml_chars.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view digits = "0123456789abcdef";
constexpr std::string_view nodeprep_prohibited = " \"&'/:<>@";  // what XEP-0106 §3 escapes, the backslash apart

constexpr std::optional<unsigned> digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10U;
  return std::nullopt;
}

/// The byte that the two hexadecimal digits after text[at] stand for, if they are there.
std::optional<char> byte_after(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return std::nullopt;
  const auto high = digit(text[at + 1]);
  const auto low = digit(text[at + 2]);
  if (!high || !low) return std::nullopt;
  return static_cast<char>(*high * 16 + *low);
}

/// The same where text[at] is a backslash and XEP-0106 knows the escape.
std::optional<char> character_after(std::string_view text, std::size_t at) {
  const auto byte = byte_after(text, at);
  if (byte && (*byte == '\\' || nodeprep_prohibited.contains(*byte))) return byte;
  return std::nullopt;
}

void append_hex(std::string& out, char introducer, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  out += introducer;
  out += digits[value / 16];
  out += digits[value % 16];
}

bool is_unchanged(Profile profile, std::string_view text) {
  const auto prepared = prepare(profile, text, Unassigned::refused);
  return prepared && *prepared == text;
}

enum class BeyondAscii { kept_if_unchanged, escaped };

/// One ASCII character of a localpart.
void append_local_ascii(std::string& out, std::string_view name, std::size_t at) {
  const char c = name[at];
  if (nodeprep_prohibited.contains(c) || (c == '\\' && character_after(name, at))) return append_hex(out, '\\', c);
  out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 0x20) : c;
}

std::string escaped(Profile profile, std::string_view text, BeyondAscii beyond) {
  std::string out;
  const char* const end = text.data() + text.size();
  for (std::size_t at = 0; at != text.size();) {
    const auto [value, length] = decode_utf8(text.data() + at, end);
    const auto bytes = text.substr(at, length);
    const char c = bytes.front();
    if (value < 0x20 || value == 0x7F || (c == '=' && byte_after(text, at))) {
      append_hex(out, '=', c);
    } else if (value < 0x80) {
      if (profile == Profile::nodeprep)
        append_local_ascii(out, text, at);
      else
        out += c;
    } else if (beyond == BeyondAscii::kept_if_unchanged && is_unchanged(profile, bytes)) {
      out += bytes;
    } else {
      for (const char byte : bytes) append_hex(out, '=', byte);
    }
    at += length;
  }
  return out;
}

// Characters that are each allowed may not be so together: they compose (NFKC), or mix directions of writing.
std::string escaped(Profile profile, std::string_view text) {
  auto out = escaped(profile, text, BeyondAscii::kept_if_unchanged);
  const bool is_ascii = std::ranges::all_of(out, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (is_ascii || is_unchanged(profile, out)) return out;
  return escaped(profile, text, BeyondAscii::escaped);
}

}  // namespace

std::string to_local(std::string_view name) {
  // Most names are themselves: lower case ASCII without anything that means something in an address.
  static constexpr auto is_plain = [] {
    std::array<bool, 256> table{};
    for (unsigned c = 0x21; c < 0x7F; ++c) {
      const char character = static_cast<char>(c);
      table[c] =
          !nodeprep_prohibited.contains(character) && character != '\\' && character != '=' && (c < 'A' || c > 'Z');
    }
    return table;
  }();
  if (std::ranges::all_of(name, [](char c) { return is_plain[static_cast<unsigned char>(c)]; }))
    return std::string{name};
  return escaped(Profile::nodeprep, name);
}

std::string from_local(std::string_view local) {
  std::string out;
  for (std::size_t at = 0; at != local.size(); ++at) {
    const auto byte = local[at] == '\\'  ? character_after(local, at)
                      : local[at] == '=' ? byte_after(local, at)
                                         : std::nullopt;
    out += byte.value_or(local[at]);
    if (byte) at += 2;
  }
  return out;
}

std::string to_escaped_local(std::string_view name) {
  std::string out;
  for (std::size_t at = 0; at != name.size(); ++at) append_local_ascii(out, name, at);
  return out;
}

std::string from_escaped_local(std::string_view local) {
  std::string out;
  for (std::size_t at = 0; at != local.size(); ++at) {
    const auto byte = local[at] == '\\' ? character_after(local, at) : std::nullopt;
    out += byte.value_or(local[at]);
    if (byte) at += 2;
  }
  return out;
}

std::string to_resource(std::string_view nick) {
  const char* const begin = nick.data();
  const char* const end = begin + nick.size();
  if (find_special<'=', '\x7F'>(begin, begin, end) == end) return std::string{nick};
  return escaped(Profile::resourceprep, nick);
}

std::string from_resource(std::string_view resource) {
  std::string out;
  for (std::size_t at = 0; at != resource.size(); ++at) {
    const auto byte = resource[at] == '=' ? byte_after(resource, at) : std::nullopt;
    out += byte.value_or(resource[at]);
    if (byte) at += 2;
  }
  return out;
}

}  // namespace isthmus::xmpp
