#include "adapters/irc/line.hpp"

#include <algorithm>
#include <charconv>

#include "adapters/irc/bytes.hpp"

namespace isthmus::irc {

namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "irc line"; }
  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::empty_line: return "empty line";
      case Errc::no_command: return "no command";
      case Errc::bad_command: return "a command that is neither letters nor three digits";
      case Errc::control_character: return "CR, LF or NUL within a line";
      case Errc::bad_middle_parameter:
        return "a parameter before the last that is empty, begins with ':' or holds a space";
      case Errc::bad_tag: return "a tag without a proper key";
      case Errc::too_many_parameters: return "more than 15 parameters";
      case Errc::line_too_long: return "line too long";
    }
    return "unknown error";
  }
};

void skip_spaces(std::string_view& rest) noexcept {
  const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
  rest.remove_prefix(begin);
}

// The bytes of `rest` up to a space; `rest` begins with what follows the spaces.
std::string_view take_word(std::string_view& rest) noexcept {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  skip_spaces(rest);
  return word;
}

// "nick!user@host", "nick@host" or "server.name"; the user may hold '@' on odd servers, the host cannot.
void cut_prefix(Line& line) noexcept {
  std::string_view rest = line.prefix;
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    line.host = rest.substr(at + 1);
    rest = rest.substr(0, at);
  }
  if (const auto mark = rest.find('!'); mark != std::string_view::npos) {
    line.user = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  line.nick = rest;
}

bool is_numeric_command(std::string_view command) noexcept {
  return command.size() == 3 && std::ranges::all_of(command, is_ascii_digit);
}

void cut_parameters(Line& line, std::string_view rest) noexcept {
  while (!rest.empty()) {
    const bool has_colon = rest.front() == ':';
    if (has_colon || line.count + 1 == max_parameters) {
      line.values[line.count++] = rest.substr(has_colon ? 1 : 0);
      return;
    }
    line.values[line.count++] = take_word(rest);
  }
}

std::optional<Errc> cut(std::string_view bytes, Line& line) noexcept {
  if (bytes.size() > max_incoming_line) return Errc::line_too_long;
  if (bytes.ends_with('\n')) bytes.remove_suffix(1);
  if (bytes.ends_with('\r')) bytes.remove_suffix(1);
  if (span_without_line_breaks(bytes) != bytes.size()) return Errc::control_character;

  skip_spaces(bytes);
  if (bytes.empty()) return Errc::empty_line;
  if (bytes.front() == '@') line.tags = take_word(bytes).substr(1);
  if (bytes.starts_with(':')) {
    line.prefix = take_word(bytes).substr(1);
    cut_prefix(line);
  }
  line.command = take_word(bytes);
  if (line.command.empty()) return Errc::no_command;
  if (is_numeric_command(line.command)) {
    std::from_chars(line.command.data(), line.command.data() + line.command.size(), line.numeric);
  } else if (!std::ranges::all_of(line.command, is_ascii_letter)) {
    return Errc::bad_command;
  }
  cut_parameters(line, bytes);
  return std::nullopt;
}

}  // namespace

boost::system::error_code make_error_code(Errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

bool is_command(std::string_view command) noexcept {
  return is_numeric_command(command) || (!command.empty() && std::ranges::all_of(command, is_ascii_letter));
}

Result<Line> parse_line(std::string_view bytes) noexcept {
  Result<Line> parsed{boost::system::in_place_value};  // a large value: it is filled where the caller has it
  if (const auto error = cut(bytes, *parsed)) parsed = *error;
  return parsed;
}

}  // namespace isthmus::irc
