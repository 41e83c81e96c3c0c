#include "adapters/irc/capabilities.hpp"

#include <array>
#include <utility>

namespace isthmus::irc {

namespace {

// In the order of Cap. cap-notify is implied by "LS 302", but asked for where a server lists it.
constexpr std::array<std::string_view, 6> names{"message-tags",      "server-time", "multi-prefix",
                                                "userhost-in-names", "batch",       "cap-notify"};

/// Cuts the next of the space-separated names off `text`; empty when there is none.
std::string_view next_name(std::string_view& text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  const std::string_view name = text.substr(0, text.find(' '));
  text.remove_prefix(name.size());
  return name;
}

/// The bit of `name`, less a value ("sasl=PLAIN"); 0 for one that we do not use.
std::uint8_t bit_of(std::string_view name) {
  name = name.substr(0, name.find('='));
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<std::uint8_t>(1U << i);
  return 0;
}

void add(std::string& out, std::string_view subcommand, std::string_view argument) {
  const auto added = append_line(out, "CAP", {subcommand}, argument);
  static_cast<void>(added);  // literals: it cannot fail
}

}  // namespace

void Capabilities::start(std::string& out) {
  const auto added = append_line(out, "CAP", {"LS", "302"});
  static_cast<void>(added);
}

void Capabilities::on_cap(const Line& line, bool logging_in, std::string& out) {
  const std::string_view subcommand = line.param(1);
  if (subcommand == "LS") {
    note_offer(line.last());
    if (line.count > 3 && line.param(2) == "*") return;  // more lines of it follow
    request(offered_, out);
  } else if (subcommand == "ACK") {
    on_ack(line.last());
  } else if (subcommand == "NAK") {
    on_nak(line.last(), out);
  } else if (subcommand == "NEW") {
    const std::uint8_t before = offered_;
    note_offer(line.last());
    request(static_cast<std::uint8_t>(offered_ & ~before), out);
  } else if (subcommand == "DEL") {
    std::string_view list = line.last();
    for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
      offered_ = static_cast<std::uint8_t>(offered_ & ~bit_of(name));
      enabled_ = static_cast<std::uint8_t>(enabled_ & ~bit_of(name));
    }
  }
  if (logging_in && !ended_ && awaited_ == 0) {
    ended_ = true;
    const auto added = append_line(out, "CAP", {"END"});
    static_cast<void>(added);
  }
}

void Capabilities::note_offer(std::string_view list) {
  for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) offered_ |= bit_of(name);
}

void Capabilities::request(std::uint8_t caps, std::string& out) {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if ((caps >> i & 1U) == 0) continue;
    if (!list.empty()) list += ' ';
    list += names[i];
  }
  if (list.empty()) return;
  awaited_ |= caps;
  add(out, "REQ", list);
}

void Capabilities::on_ack(std::string_view list) {
  for (std::string_view name = next_name(list); !name.empty(); name = next_name(list)) {
    const bool removed = name.starts_with('-');
    const std::uint8_t cap = bit_of(removed ? name.substr(1) : name);
    awaited_ = static_cast<std::uint8_t>(awaited_ & ~cap);
    enabled_ = static_cast<std::uint8_t>(removed ? enabled_ & ~cap : enabled_ | cap);
  }
}

void Capabilities::on_nak(std::string_view list, std::string& out) {
  if (singly_) {
    for (std::string_view name = next_name(list); !name.empty(); name = next_name(list))
      awaited_ = static_cast<std::uint8_t>(awaited_ & ~bit_of(name));
    return;
  }
  // One of several was refused, and with it all of them (servers may cut the list): ask one by one.
  const std::uint8_t refused = std::exchange(awaited_, std::uint8_t{0});
  singly_ = true;
  for (std::size_t i = 0; i < names.size(); ++i) request(static_cast<std::uint8_t>(refused & (1U << i)), out);
}

}  // namespace isthmus::irc
