#pragma once
// What a server says of itself in 005 (ISUPPORT; https://modern.ircdocs.horse/#rplisupport-parameters), with the
// defaults for what it does not say; and the reading of mode changes, which depends on it. Pure.
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/casemap.hpp"
#include "adapters/irc/line.hpp"

namespace isthmus::irc {

/// Lengths are in bytes. A value that is out of reason is ignored: the default, or what was said before, stays.
struct Isupport {
  CaseMapping casemapping = CaseMapping::rfc1459;
  bool utf8_only = false;                           // UTF8ONLY
  bool whox = false;                                // WHOX
  bool safe_rate = false;                           // soju.im/SAFERATE: needs no flood control from us
  bool announces_modes = false;                     // CHANMODES was there: how a 324 is to be read is known
  std::uint16_t nick_length = 9;                    // NICKLEN; RFC 2812 §1.2.1
  std::uint16_t user_length = 10;                   // USERLEN
  std::uint16_t host_length = 63;                   // HOSTLEN
  std::uint16_t channel_length = 200;               // CHANNELLEN; RFC 1459 §1.3
  std::uint16_t topic_length = 0;                   // TOPICLEN; 0: what fits into a line. So for the next three
  std::uint16_t kick_length = 0;                    // KICKLEN
  std::uint16_t away_length = 0;                    // AWAYLEN
  std::uint16_t key_length = 0;                     // KEYLEN
  std::uint16_t line_length = default_line_length;  // LINELEN: 512 to max_incoming_line, CR LF included
  std::uint16_t modes_per_line = 3;                 // MODES: changes with a parameter in one MODE; 0: any number
  std::uint16_t monitor = 0;                        // MONITOR: nicks one may watch; 0: not offered, 65535: any number
  std::uint16_t chat_history = 0;                   // CHATHISTORY: messages one may ask for; 0: any number
  char bot_flag = '\0';                             // BOT: the flag of WHO that marks one; NUL: none
  std::uint16_t max_targets = 1;                    // MAXTARGETS, where TARGMAX says nothing; 0: any number
  std::string channel_types = "#&";                 // CHANTYPES; may be empty
  std::string prefix_modes = "ov";                  // PREFIX: letters, highest rank first
  std::string prefix_symbols = "@+";                // PREFIX: the symbol of each
  std::string list_modes = "beI";                   // CHANMODES A: lists; take a parameter, or none to ask
  std::string setting_modes = "k";                  // CHANMODES B: always take a parameter
  std::string limit_modes = "l";                    // CHANMODES C: take one when set
  std::string flag_modes = "imnpst";                // CHANMODES D: never take one
  std::string status_message;                       // STATUSMSG: symbols that may stand before a channel as a target
  std::string network;                              // NETWORK
  std::string target_limits;                        // TARGMAX, raw
  std::string denied_tags;                          // CLIENTTAGDENY, raw

  /// Takes in a 005: "<nick> TOKEN TOKEN=value -TOKEN :are supported by this server".
  void add(const Line& line);
  /// One token. "-TOKEN" puts the default back; \xHH in a value is the byte HH.
  void add_token(std::string_view token);

  bool is_channel(std::string_view target) const noexcept;
  /// `target` without a STATUSMSG symbol where it is one before a channel ("@#chan" → "#chan").
  std::string_view channel_of(std::string_view target) const noexcept;
  /// 0 is the highest; nullopt when `letter` (`symbol`) is no prefix mode.
  std::optional<std::size_t> rank_of_mode(char letter) const noexcept;
  std::optional<std::size_t> rank_of_symbol(char symbol) const noexcept;
  /// How many targets one `command` (upper case) may have; 0: any number.
  std::uint16_t targets(std::string_view command) const noexcept;

  /// True when the client-only tag `key`, without its '+', is let through (CLIENTTAGDENY).
  bool allows_tag(std::string_view key) const noexcept;

  friend bool operator==(const Isupport&, const Isupport&) = default;
};

/// Whoever is on a network is told the same by its servers, so the sessions of an adapter share what is equal.
class IsupportTable {
 public:
  std::shared_ptr<const Isupport> share(Isupport isupport);
  /// How many different ones are in use.
  std::size_t size() const noexcept;

 private:
  std::vector<std::weak_ptr<const Isupport>> shared_;  // as many as networks, so a list; those out of use go with time
};

/// An item of NAMES (353) or a nick of WHO, cut: "@+nick!user@host" → symbols "@+", nick, user, host. user and host are
/// empty without userhost-in-names.
struct NamesItem {
  std::string_view symbols;
  std::string_view nick;
  std::string_view user;
  std::string_view host;
};
NamesItem parse_names_item(const Isupport& isupport, std::string_view item) noexcept;

struct ModeChange {
  enum class Kind : std::uint8_t {
    status,   // a prefix mode; argument: a nick
    list,     // class A; argument: a mask, or "" when it only asks for the list
    setting,  // class B
    limit,    // class C; argument "" when unset
    flag,     // class D, and what the server did not announce: no argument
  };
  Kind kind{};
  bool add = true;
  char letter{};
  std::string_view argument;
};

/// The changes of a channel's MODE: `parameters` are the mode string and what follows it, or a 324's from there
/// on. Each change takes its argument by the class of its letter; where arguments run out, a change that needs one is
/// left out. Adds to `changes`, whose storage the caller uses again; their views are of `parameters`.
void parse_modes(const Isupport& isupport, std::span<const std::string_view> parameters,
                 std::vector<ModeChange>& changes);

}  // namespace isthmus::irc
