#pragma once
// IRCv3 capability negotiation, version 302 (https://ircv3.net/specs/extensions/capability-negotiation). Pure.
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/irc/line.hpp"

namespace isthmus::irc {

enum class Cap : std::uint8_t { message_tags, server_time, multi_prefix, userhost_in_names, batch, cap_notify };

class Capabilities {
 public:
  /// Appends the first line.
  void start(std::string& out);
  /// Takes in a CAP line and appends what it calls for. While logging in that ends with CAP END.
  void on_cap(const Line& line, bool logging_in, std::string& out);
  bool has(Cap cap) const noexcept { return (enabled_ & bit(cap)) != 0; }

 private:
  static std::uint8_t bit(Cap cap) noexcept { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(cap)); }
  void note_offer(std::string_view names);
  void request(std::uint8_t caps, std::string& out);
  void on_ack(std::string_view names);
  void on_nak(std::string_view names, std::string& out);

  std::uint8_t offered_ = 0;
  std::uint8_t enabled_ = 0;
  std::uint8_t awaited_ = 0;  // requested, neither ACK nor NAK came
  bool ended_ = false;
  bool singly_ = false;  // a request for several was refused
};

}  // namespace isthmus::irc
