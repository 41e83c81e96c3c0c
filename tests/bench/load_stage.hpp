#pragma once
// Both servers with the users on them: lets the users join and speak, and books what arrives.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/load_irc.hpp"
#include "tests/bench/load_ledger.hpp"
#include "tests/bench/load_loop.hpp"
#include "tests/bench/load_xmpp.hpp"

namespace isthmus::bench {

class Stage {
 public:
  /// User n is in channel n, or all are in channel 0 when `one_channel`. `crowd`: further members of each channel.
  Stage(std::size_t users, bool one_channel, std::size_t crowd);

  /// User `user` sends the join presence (XEP-0045 §7.2.2).
  void join(std::size_t user);
  /// User `user` says the next message to its room. Booked in to_irc and reflections.
  void speak(std::size_t user);
  /// The foreign member of `channel` says the next message to it. Booked in to_xmpp, once for each user in the channel.
  void answer(std::size_t channel);

  std::size_t users() const { return users_.size(); }
  std::size_t channels() const { return one_channel_ ? 1 : users_.size(); }
  std::size_t joined() const { return join_latencies_.size(); }
  /// From the join presence to the self-presence (status 110).
  std::vector<Nanoseconds>& join_latencies() { return join_latencies_; }
  /// Presences of occupants that were received, one's own included.
  std::size_t occupants_seen() const { return occupants_seen_; }
  /// Error stanzas, and the first of them.
  std::size_t errors() const { return errors_; }
  const std::string& first_error() const { return first_error_; }
  /// Grows with everything that the process under test sends.
  std::size_t activity() const { return xmpp.stanzas_seen() + irc.lines_seen(); }

 private:
  struct User {
    std::string message_head;    // the stanza up to the number in its id
    std::string reflected_from;  // its occupant JID
    std::string foreign_from;    // the occupant JID of the foreign member
    Nanoseconds asked_to_join = 0;
    bool joined = false;
  };
  std::size_t channel_of(std::size_t user) const { return one_channel_ ? 0 : user; }
  void on_stanza(const Stanza& stanza);
  void on_presence(std::size_t user, const Stanza& presence);
  void on_line(std::size_t user, std::string_view target, std::string_view text);

  bool one_channel_;
  std::vector<User> users_;
  std::vector<std::string> channel_names_;
  std::vector<Nanoseconds> join_latencies_;
  std::size_t occupants_seen_ = 0;
  std::size_t errors_ = 0;
  std::string first_error_;
  std::string scratch_;

 public:
  Loop loop;
  XmppServer xmpp;
  IrcServer irc;
  Ledger to_irc;
  Ledger reflections;
  Ledger to_xmpp;
};

}  // namespace isthmus::bench
