#include "adapters/irc/console.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/charset.hpp"
#include "adapters/irc/replies.hpp"

namespace isthmus::irc {

namespace {

constexpr std::string_view login_commands[] = {"PASS",   "CAP",    "USER",    "AUTHENTICATE",
                                               "WEBIRC", "SERVER", "SERVICE", "STARTTLS"};

Refusal not_a_command(std::string text) { return {Condition::bad_request, Remedy::modify, std::move(text), {}}; }

}  // namespace

Answer<std::vector<Line>> parse_raw(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view bytes = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
    if (bytes.find_first_not_of(" \t") == std::string_view::npos) continue;
    const auto line =
        span_without_line_breaks(bytes) == bytes.size() ? parse_line(bytes) : Result<Line>{Errc::control_character};
    if (!line || !line->prefix.empty() || !line->tags.empty() || line->numeric != 0)
      return not_a_command("What is written here is sent to the network: one of its commands a line.");
    if (std::ranges::any_of(login_commands,
                            [&](std::string_view name) { return equals_ignoring_case(name, line->command); }))
      return not_a_command("The gateway logs in by itself: this command cannot be sent.");
    if (lines.size() >= max_raw_lines)
      return Refusal{Condition::policy_violation, Remedy::modify, "At most ten commands can be sent at once.", {}};
    lines.push_back(*line);
  }
  if (lines.empty()) return not_a_command("There is no command.");
  return lines;
}

Result<void> append_raw(std::string& out, const Line& line, std::size_t max_bytes) {
  const auto parameters = line.parameters();
  const std::string_view last = line.last();
  const bool needs_colon =
      line.count > 0 && (last.empty() || last.front() == ':' || last.find(' ') != std::string_view::npos);
  const LineOptions options{.tags = {}, .max_bytes = max_bytes};
  if (!needs_colon) return append_line(out, line.command, parameters, std::nullopt, options);
  return append_line(out, line.command, parameters.first(line.count - 1), last, options);
}

std::optional<std::string_view> mode_command(std::string_view text) noexcept {
  constexpr std::string_view command = "/mode";
  if (!text.starts_with(command) || text.find('\n') != std::string_view::npos) return std::nullopt;
  text.remove_prefix(command.size());
  if (!text.empty() && text.front() != ' ') return std::nullopt;
  return text;
}

void MessageOfTheDay::add(const Line& line) {
  if (line.numeric == RPL_MOTDSTART) {
    text_.clear();
    lines_ = 0;
    return;
  }
  std::string buffer;
  std::string_view text = plain_text(line.last(), buffer);
  if (text.starts_with("- ")) text.remove_prefix(2);
  if (text == "-") text = {};
  if (lines_ >= max_lines || text_.size() + text.size() + 1 > max_bytes) return;
  if (lines_++ > 0) text_ += '\n';
  text_ += text;
}

std::string MessageOfTheDay::take() {
  lines_ = 0;
  return std::exchange(text_, {});
}

}  // namespace isthmus::irc
