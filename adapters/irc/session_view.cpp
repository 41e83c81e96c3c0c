#include "adapters/irc/session_view.hpp"

#include "adapters/irc/line.hpp"

namespace isthmus::irc {

std::optional<SteadyTime> SessionView::send(std::string_view command, std::span<const std::string_view> middle,
                                            std::optional<std::string_view> trailing) const {
  std::string& line = scratch.line;
  line.clear();
  const auto added = append_line(line, command, middle, trailing, {.tags = {}, .max_bytes = isupport.line_length});
  if (!added) {
    host.count("irc_lines_not_sent", "malformed");
    return std::nullopt;
  }
  return host.send(line, Urgency::user);
}

Refusal timed_out() {
  return {Condition::remote_server_timeout, Remedy::wait, "The server did not answer in time.", {}};
}

Refusal no_line() { return {Condition::bad_request, Remedy::modify, "That cannot be written as a line of IRC.", {}}; }

Refusal too_much_asked() {
  return {Condition::resource_constraint, Remedy::wait, "Too much is waiting for the network already.", {}};
}

}  // namespace isthmus::irc
