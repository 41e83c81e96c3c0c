#pragma once
// One IRC line (RFC 2812 §2.3.1, with the tags of IRCv3 message-tags): bytes → Line, and the one way back to bytes.
// Pure.
#include <array>
#include <boost/system/error_code.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "gateway/result.hpp"

namespace isthmus::irc {

enum class Errc {
  empty_line = 1,        // nothing, or nothing but spaces
  no_command,            // tags or a prefix with nothing after them
  bad_command,           // neither letters nor three digits
  control_character,     // CR, LF or NUL where none may be
  bad_middle_parameter,  // a parameter before the last is empty, begins with ':' or holds a space
  bad_tag,               // a tag's key is empty or holds what no key may
  too_many_parameters,   // more than max_parameters
  line_too_long,         // more than the limit, CR LF included
};
boost::system::error_code make_error_code(Errc code) noexcept;

inline constexpr std::size_t max_parameters = 15;  // RFC 2812 §2.3
/// Bytes, CR LF included (RFC 2812 §2.3); ISUPPORT LINELEN may allow more.
inline constexpr std::size_t default_line_length = 512;
/// Bytes between '@' and the space (message-tags, "Size limit").
inline constexpr std::size_t max_client_tags = 4094;
/// Ours: 8191 bytes of tags, 512 of line, and room for servers that allow more.
inline constexpr std::size_t max_incoming_line = 16 * 1024;

/// A view of one line: good as long as the bytes it was parsed from. Bytes, not text: see charset.hpp.
struct Line {
  std::string_view tags;    // raw, without '@'; empty: none
  std::string_view prefix;  // raw, without ':'; empty: none, i.e. from the server itself
  std::string_view nick;    // of the prefix up to '!' or '@'; or the server's name
  std::string_view user;    // empty when not given
  std::string_view host;    // empty when not given
  std::string_view command;
  std::uint16_t numeric = 0;  // of a three-digit command; else 0
  std::array<std::string_view, max_parameters> values{};
  std::size_t count = 0;  // of values

  std::span<const std::string_view> parameters() const noexcept { return {values.data(), count}; }
  /// Parameter `index` from 0, or "" when there are fewer.
  std::string_view param(std::size_t index) const noexcept {
    return index < count ? values[index] : std::string_view{};
  }
  /// The last parameter, which is where a numeric has its text; "" when there is none.
  std::string_view last() const noexcept { return count > 0 ? values[count - 1] : std::string_view{}; }
};

/// Letters, or three digits.
bool is_command(std::string_view command) noexcept;

/// Reads one line. A trailing LF, CR LF or CR is ignored, as are runs of spaces, and spaces at the start. The 15th
/// parameter takes all that is left, with or without ':'. CR, LF or NUL elsewhere is an error (LineBuffer removes
/// CR and NUL before). `bytes` over max_incoming_line are line_too_long.
Result<Line> parse_line(std::string_view bytes) noexcept;

/// The value of the tag `key` ("time", "+typing", "vendor.example/key"), unescaped (message-tags, "Escaping values").
/// "" for a tag without value; nullopt when there is no such tag; of several the last counts. The view is of the line
/// where nothing is escaped, else of `buffer`.
std::optional<std::string_view> tag_value(std::string_view tags, std::string_view key, std::string& buffer);

/// A tag's value as it stands on the line, unescaped; the view is of `value` where nothing is escaped, else of
/// `buffer`.
std::string_view unescaped_tag(std::string_view value, std::string& buffer);

/// A tag to send: key with its '+' where it has one, value unescaped; an empty value is left out.
struct Tag {
  std::string_view key;
  std::string_view value;
};

struct LineOptions {
  std::span<const Tag> tags{};
  std::size_t max_bytes = default_line_length;  // of the line without its tags, with CR LF
};

/// The serializer: every line that leaves was appended to `out` by this, CR LF included. `middle` are the parameters
/// before the trailing one: not empty, without space, without leading ':'. `trailing`, when given, is written after a
/// colon and may hold anything: CR, LF and NUL in it become spaces. Elsewhere they are an error. After an error `out`
/// is as it was.
///   append_line(out, "JOIN", {channel, key})      append_line(out, "PRIVMSG", {target}, text)
[[nodiscard]] Result<void> append_line(std::string& out, std::string_view command,
                                       std::span<const std::string_view> middle,
                                       std::optional<std::string_view> trailing = std::nullopt,
                                       const LineOptions& options = {});
[[nodiscard]] inline Result<void> append_line(std::string& out, std::string_view command,
                                              std::initializer_list<std::string_view> middle,
                                              std::optional<std::string_view> trailing = std::nullopt,
                                              const LineOptions& options = {}) {
  return append_line(out, command, std::span{middle.begin(), middle.size()}, trailing, options);
}

}  // namespace isthmus::irc

template <>
struct boost::system::is_error_code_enum<isthmus::irc::Errc> : std::true_type {};
