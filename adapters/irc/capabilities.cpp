#include "adapters/irc/capabilities.hpp"

#include <array>
#include <charconv>
#include <utility>

namespace isthmus::irc {

namespace {

// In the order of Cap. cap-notify is implied by "LS 302", but asked for where a server lists it.
constexpr std::array<std::string_view, 25> names{"labeled-response",
                                                 "echo-message",
                                                 "message-tags",
                                                 "server-time",
                                                 "multi-prefix",
                                                 "userhost-in-names",
                                                 "batch",
                                                 "cap-notify",
                                                 "account-tag",
                                                 "account-notify",
                                                 "away-notify",
                                                 "chghost",
                                                 "extended-join",
                                                 "extended-monitor",
                                                 "draft/extended-monitor",
                                                 "invite-notify",
                                                 "setname",
                                                 "standard-replies",
                                                 "inspircd.org/standard-replies",
                                                 "draft/chathistory",
                                                 "draft/multiline",
                                                 "draft/message-redaction",
                                                 "draft/read-marker",
                                                 "draft/channel-rename",
                                                 "sasl"};
static_assert(names.size() == static_cast<std::size_t>(Cap::sasl) + 1);

// Of names in one REQ. A line has 510 bytes, but the answer repeats the names behind its own prefix.
constexpr std::size_t max_request = 300;

// Where draft/multiline says nothing of lines (max-lines is only recommended), and the most that we use of either.
constexpr std::uint32_t default_multiline_lines = 50;
constexpr std::uint32_t most_multiline = 1'000'000;

/// Cuts the next of the names off `text`, which `separator` parts; empty when there is none.
std::string_view next_name(std::string_view& text, char separator = ' ') {
  while (text.starts_with(separator)) text.remove_prefix(1);
  const std::string_view name = text.substr(0, text.find(separator));
  text.remove_prefix(name.size());
  return name;
}

/// The bit of `name`, less a value ("sasl=PLAIN"); 0 for one that we do not use.
std::uint32_t bit_of(std::string_view name) {
  name = name.substr(0, name.find('='));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return std::uint32_t{1} << i;
  return 0;
}

std::uint32_t number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() && value <= most_multiline ? value : 0;
}

/// "max-bytes=4096,max-lines=24" (draft/multiline, "Capabilities").
MultilineLimits multiline_limits(std::string_view value) {
  MultilineLimits limits{.max_bytes = 0, .max_lines = default_multiline_lines};
  for (std::string_view token = next_name(value, ','); !token.empty(); token = next_name(value, ',')) {
    const std::size_t equals = token.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view key = token.substr(0, equals);
    if (key == "max-bytes") limits.max_bytes = number(token.substr(equals + 1));
    if (key == "max-lines") limits.max_lines = number(token.substr(equals + 1));
  }
  return limits;
}

void add(std::string& out, std::string_view subcommand, std::string_view argument) {
  const auto added = append_line(out, "CAP", {subcommand}, argument);
  static_cast<void>(added);  // literals: it cannot fail
}

}  // namespace

void Capabilities::start(bool with_sasl, std::string& out) {
  with_sasl_ = with_sasl;
  const auto added = append_line(out, "CAP", {"LS", "302"});
  static_cast<void>(added);
}

void Capabilities::on_cap(const Line& line, bool logging_in, std::string& out) {
  const std::string_view subcommand = line.param(1);
  if (subcommand == "LS") {
    note_offer(line.last());
    if (line.count > 3 && line.param(2) == "*") return;  // more lines of it follow
    listed_ = true;
    request(offered_, out);
  } else if (subcommand == "ACK") {
    on_ack(line.last());
    match_echo(out);
  } else if (subcommand == "NAK") {
    on_nak(line.last(), out);
    match_echo(out);
  } else if (subcommand == "NEW") {
    const Bits before = offered_;
    note_offer(line.last());
    request(offered_ & ~before, out);
    match_echo(out);
  } else if (subcommand == "DEL") {
    on_del(line.last());
    match_echo(out);
  }
  if (logging_in && !with_sasl_ && awaited_ == 0) end(out);
}

void Capabilities::end(std::string& out) {
  if (std::exchange(ended_, true)) return;
  const auto added = append_line(out, "CAP", {"END"});
  static_cast<void>(added);
}

void Capabilities::note_offer(std::string_view list) {
  for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
    constexpr std::string_view sts = "sts=";  // it is told, and never asked for
    if (name.starts_with(sts)) sts_ = parse_sts(name.substr(sts.size()));
    const Bits cap = bit_of(name);
    offered_ |= cap;
    refused_ &= ~cap;
    const std::size_t equals = name.find('=');
    if (cap == bit(Cap::multiline))
      multiline_ = equals == std::string_view::npos ? MultilineLimits{} : multiline_limits(name.substr(equals + 1));
    if (cap == bit(Cap::sasl))
      sasl_ = parse_sasl_offer(equals == std::string_view::npos ? std::string_view{} : name.substr(equals + 1));
  }
}

void Capabilities::request(Bits caps, std::string& out) {
  if ((offered_ & needed_for_echo) != needed_for_echo) caps &= ~bit(Cap::echo_message);
  if (!with_sasl_) caps &= ~bit(Cap::sasl);
  std::string list;
  const auto flush = [&] {
    if (!list.empty()) add(out, "REQ", list);
    list.clear();
  };
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((caps >> i & 1U) == 0) continue;
    if (list.size() + names[i].size() > max_request) flush();
    if (!list.empty()) list += ' ';
    list += names[i];
  }
  flush();
  awaited_ |= caps;
}

void Capabilities::on_ack(std::string_view list) {
  for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
    const bool removed = name.starts_with('-');
    const Bits cap = bit_of(removed ? name.substr(1) : name);
    awaited_ &= ~cap;
    enabled_ = removed ? enabled_ & ~cap : enabled_ | cap;
  }
}

void Capabilities::on_nak(std::string_view list, std::string& out) {
  if (singly_) {
    for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
      const Bits cap = bit_of(name.starts_with('-') ? name.substr(1) : name);
      awaited_ &= ~cap;
      refused_ |= cap;
    }
    return;
  }
  // One of several was refused, and with it all of them (servers may cut the list): ask one by one.
  const Bits refused = std::exchange(awaited_, Bits{0}) & ~bit(Cap::echo_message);
  singly_ = true;
  for (std::size_t i = 0; i < names.size(); ++i) request(refused & (Bits{1} << i), out);
}

void Capabilities::on_del(std::string_view list) {
  for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
    offered_ &= ~bit_of(name);
    enabled_ &= ~bit_of(name);
  }
}

void Capabilities::match_echo(std::string& out) {
  constexpr Bits echo = bit(Cap::echo_message);
  constexpr Bits others = needed_for_echo & ~echo;
  if (((awaited_ | refused_) & echo) != 0) return;
  const bool is_enabled = (enabled_ & echo) != 0;
  const bool is_told_apart = (enabled_ & others) == others;
  if (is_enabled && !is_told_apart && (awaited_ & others) == 0) {
    awaited_ |= echo;
    add(out, "REQ", "-echo-message");
  } else if (!is_enabled && is_told_apart && (offered_ & echo) != 0) {
    request(echo, out);
  }
}

}  // namespace isthmus::irc
