#pragma once
// IRCv3 capability negotiation, version 302 (https://ircv3.net/specs/extensions/capability-negotiation). Pure.
#include <cstdint>
#include <string>
#include <string_view>

#include "adapters/irc/line.hpp"
#include "adapters/irc/sasl.hpp"
#include "adapters/irc/sts.hpp"

namespace isthmus::irc {

/// Those that we ask for where they are offered; capabilities.cpp has their names, in this order.
enum class Cap : std::uint8_t {
  labeled_response,  // these two are asked for together: an echo that cannot be told from others is worse than none
  echo_message,
  message_tags,
  server_time,
  multi_prefix,
  userhost_in_names,
  batch,
  cap_notify,
  account_tag,
  account_notify,
  away_notify,
  chghost,
  extended_join,
  extended_monitor,
  draft_extended_monitor,
  invite_notify,
  setname,
  standard_replies,
  inspircd_standard_replies,
  chathistory,
  multiline,
  message_redaction,
  read_marker,
  channel_rename,
  sasl,  // only where the user logs in by it
};

constexpr std::uint32_t bit(Cap cap) noexcept { return std::uint32_t{1} << static_cast<unsigned>(cap); }

/// What the server takes in one multi-line message, line breaks included; 0: nothing, i.e. no such messages.
struct MultilineLimits {
  std::uint32_t max_bytes = 0;
  std::uint32_t max_lines = 0;
};

class Capabilities {
 public:
  /// Appends the first line. `with_sasl`: asks for it too, and leaves it to end() to end the negotiation.
  void start(bool with_sasl, std::string& out);
  /// Takes in a CAP line and appends what it calls for. While logging in that ends with CAP END, unless with SASL.
  void on_cap(const Line& line, bool logging_in, std::string& out);
  /// Appends CAP END, once.
  void end(std::string& out);
  /// The server has said what it has.
  bool is_listed() const noexcept { return listed_; }
  /// It has, and has answered all requests.
  bool is_settled() const noexcept { return listed_ && awaited_ == 0; }
  const SaslOffer& sasl() const noexcept { return sasl_; }
  const StsOffer& sts() const noexcept { return sts_; }
  bool has(Cap cap) const noexcept { return (enabled_ & bit(cap)) != 0; }
  /// What we send is labelled, and comes back as the server relayed it (labeled-response, echo-message).
  bool has_echo() const noexcept { return (enabled_ & needed_for_echo) == needed_for_echo; }
  /// Of draft/multiline while it is enabled.
  MultilineLimits multiline() const noexcept { return has(Cap::multiline) ? multiline_ : MultilineLimits{}; }

 private:
  using Bits = std::uint32_t;
  static constexpr Bits needed_for_echo =
      bit(Cap::labeled_response) | bit(Cap::echo_message) | bit(Cap::message_tags) | bit(Cap::batch);
  void note_offer(std::string_view names);
  void request(Bits caps, std::string& out);
  void on_ack(std::string_view names);
  void on_nak(std::string_view names, std::string& out);
  void on_del(std::string_view names);
  /// Takes back an echo without labels, and asks for it where labels are there now.
  void match_echo(std::string& out);

  Bits offered_ = 0;
  Bits enabled_ = 0;
  Bits awaited_ = 0;  // requested, neither ACK nor NAK came
  Bits refused_ = 0;  // by itself: not to be asked for again
  bool with_sasl_ = false;
  bool listed_ = false;
  bool ended_ = false;
  bool singly_ = false;  // a request for several was refused
  SaslOffer sasl_;
  StsOffer sts_;
  MultilineLimits multiline_;
};

}  // namespace isthmus::irc
