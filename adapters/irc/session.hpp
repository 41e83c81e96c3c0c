#pragma once
// One user's session on one IRC network: what the user wants there, and how far the server has granted it. A machine
// that never waits and knows no socket: it is fed lines, deliveries and the time, and speaks to its SessionHost. It
// outlives connections.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/address_book.hpp"
#include "adapters/irc/bans.hpp"
#include "adapters/irc/capabilities.hpp"
#include "adapters/irc/channel.hpp"
#include "adapters/irc/isupport.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/registration.hpp"
#include "adapters/irc/requests.hpp"
#include "adapters/irc/session_host.hpp"
#include "adapters/irc/session_view.hpp"
#include "adapters/irc/settings.hpp"
#include "adapters/irc/splitter.hpp"

namespace isthmus::irc {

class Session {
 public:
  /// What all sessions of an adapter share; outlives them.
  struct Shared {
    const Settings& settings;
    const IrcAddressBook& addresses;
    Scratch& scratch;
    IsupportTable& isupports;
  };

  /// `place` is the network as a conversation, `seed` decides which nicks are tried when the wanted one is taken.
  Session(SessionHost& host, const Shared& shared, const Network& network, Conversation place, std::uint64_t seed);

  /// From the users' side; see Adapter::deliver.
  Outcome deliver(EventPtr& event, SteadyTime now);

  /// The users' side would not have what we emitted; who said it to the user privately is told.
  void on_refused(const Event& event, const Refusal& why, SteadyTime now);

  void on_connected(SteadyTime now);
  void on_disconnected(const Refusal& why, SteadyTime now);
  /// `bytes`: one line without its end.
  void on_line(std::string_view bytes, SteadyTime now);
  void on_tick(SteadyTime now);
  /// The gateway ends: says goodbye to the server, fails what waits. The session is over.
  void shut_down(std::string_view reason, SteadyTime now);

  /// What can be said here beyond plain messages, as the server has it now.
  isthmus::Capabilities capabilities() const { return {}; }

  /// Over: finish() was called, nothing may be fed any more.
  bool is_over() const noexcept { return over_; }

 private:
  enum class Phase : std::uint8_t {
    idle,         // no connection: not asked for yet, or a pause before the next attempt
    connecting,   // the host connects
    registering,  // logging in
    up,
  };

  /// Something that the users' side waits for an answer to.
  struct Wish {
    enum class Kind : std::uint8_t { join, rename, message };
    Kind kind{};
    EventPtr event;
    std::string key;         // join: the channel's; rename: the new nick
    SteadyTime due = never;  // a join ends by its channel's due time, a message with the login
  };

  /// What was said last to one target. A refusal comes after the line was written, and names the target only.
  struct Said {
    std::string target;  // folded
    Envelope about;      // of the message
    SteadyTime at{};
    bool is_refused = false;
  };

  /// A batch of the server's that has not ended.
  struct Batch {
    std::string id;
    enum class Kind : std::uint8_t { playback, netsplit } kind{};
  };

  /// What is seldom there.
  struct Rare {
    std::vector<Batch> batches;
    SteadyTime ctcp_after = SteadyTime::min();  // the next answer to a CTCP query at the earliest
    RecentBans bans;
  };

  // session.cpp: the connection's life
  void open();
  void on_login_line(const Line& line);
  void become_ready();
  void join_wanted();
  void say_early_messages();
  void connection_dead(const Refusal& why);
  void retry(const Refusal& why, SteadyTime::duration uptime);

  // session_clock.cpp: what time brings, and the ends
  void give_up(const Refusal& why);
  void close_if_unused(std::string_view reason);
  void end(std::string_view reason);
  SteadyTime next_due() const;
  void tick_link();
  void tick_wishes();
  void tick_channels();
  void tick_channel(Channel& channel);
  void regain_nick();
  void want(SteadyTime due);

  // session_wishes.cpp: the users' side
  Outcome deliver_change(EventPtr& event);
  Outcome join(EventPtr& event, const Change& change);
  Outcome leave(const Event& event, const Change& change);
  Outcome lost(const Event& event);
  Outcome rename(EventPtr& event, const Change& change);
  Outcome set_subject(EventPtr& event, const RoomInfo& wish);
  Outcome deliver_message(EventPtr& event);
  Outcome say_in_room(EventPtr& event);
  Outcome say_to_person(EventPtr& event);
  Outcome say(EventPtr& event, std::string_view target);
  void remember_said(const Envelope& about, std::string_view target);
  /// Tells the client that spoke to `target` last that it was refused. False when nobody did so of late.
  bool refuse_said(std::string_view target, const std::optional<Refusal>& why);
  Channel* find_joined(const Conversation& place);
  void send_join(Channel& channel);
  void part(Channel& channel, std::string_view reason);
  void add_wish(Wish::Kind kind, EventPtr& event, std::string_view key, SteadyTime due);
  bool has_room_for_wish() const noexcept { return wishes_.size() < max_wishes; }
  void confirm_wishes(Wish::Kind kind, std::string_view key);
  /// True when there was one.
  bool fail_wishes(Wish::Kind kind, std::string_view key, const Refusal& why);
  void fail_all_wishes(const Refusal& why);
  bool has_wish(Wish::Kind kind, std::string_view key) const;

  // session_requests.cpp: requests and their answers
  SessionView view();
  Outcome deliver_request(EventPtr& event);
  /// True when `line` refuses a request, and nothing else that is under way.
  bool is_refused_request(const Line& line);
  void go_on_with_requests();
  void fail_requests(const Refusal& why);

  // session_lines.cpp: what the server says
  void dispatch(const Line& line);
  void on_privmsg(const Line& line, bool notice);
  void on_room_message(const Line& line, std::string_view target, Style style, std::string_view text);
  void on_direct_message(const Line& line, Style style, std::string_view text);
  void on_ctcp(const Line& line, std::string_view text, bool notice);
  void on_cap(const Line& line);
  void on_batch(const Line& line);
  void on_numeric(const Line& line);
  void on_error_numeric(const Line& line);
  void on_fail(const Line& line);
  bool on_nick_error(const Line& line);
  bool on_channel_error(const Line& line, Channel& channel);
  void on_isupport(const Line& line);
  void on_error(const Line& line);
  void on_invite(const Line& line);
  void notice_in(const Conversation& place, std::string text, std::string_view from = {});
  const Batch* batch_of(const Line& line);
  void stamp(const Line& line, Envelope& about);
  EventPtr message_event(const Line& line, const Conversation& place, Style style, std::string_view text);

  // session_modes.cpp: how channels are set, and the standing of those on them
  void on_mode(const Line& line);
  void on_channel_modes(const Line& line);
  void take_in_modes(const Line& line, Channel& channel);
  /// Takes in scratch.modes; the changes of standing that follow are announced as `by`'s.
  void apply_modes(Channel& channel, const std::string& by);
  bool was_banned(const Channel& channel, std::string_view nick);

  // session_rooms.cpp: who is where
  void on_join(const Line& line);
  void on_own_join(const Line& line, std::string_view channel);
  void on_part(const Line& line);
  void on_kick(const Line& line);
  void on_quit(const Line& line);
  void on_nick(const Line& line);
  void on_topic(const Line& line);
  void on_topic_numeric(const Line& line);
  void on_names(const Line& line);
  void finish_sync(Channel& channel);
  void welcome(const Channel& channel, const std::string& audience);
  /// We are not on the channel any more, and not by the user's wish.
  void forget(Channel& channel, Change::Kind kind, std::string_view by, const std::string& reason, bool banned = false);
  /// Its JOIN was refused.
  void refuse_channel(Channel& channel, const Refusal& why);
  /// Our PART took effect.
  void left(Channel& channel);
  void end_burst(Channel& channel);
  void end_bursts();
  void announce(const Channel& channel, Change change);
  void announce(const Channel& channel, std::vector<Change> changes);
  void announce_own(const Channel& channel, Change::Kind kind, const std::string& reason, std::string_view by = {},
                    bool banned = false);
  void emit_subject(const Channel& channel, const std::string& audience);
  void rekey();
  void learn_own_address(std::string_view user, std::string_view host);
  PrefixLength own_prefix() const noexcept;

  // small helpers
  std::string_view folded(std::string_view name) { return fold(isupport_->casemapping, name, shared_.scratch.folded); }
  Channel* find(std::string_view name) { return channels_.find(folded(name)); }
  bool is_me(std::string_view nick) const noexcept {
    return !nick.empty() && same_name(isupport_->casemapping, nick, nick_);
  }
  SteadyTime send(Urgency urgency, std::string_view command, std::initializer_list<std::string_view> middle,
                  std::optional<std::string_view> trailing = std::nullopt);

  static constexpr std::size_t max_wishes = 100;
  static constexpr std::size_t max_said = 4;

  SessionHost& host_;
  const Shared& shared_;
  const Network& network_;
  Conversation place_;
  std::uint64_t seed_;
  SteadyTime now_{};
  SteadyTime alarm_ = never;  // when the host will call on_tick

  // The wish
  std::string wanted_nick_;
  Channels channels_;
  std::vector<Wish> wishes_;
  std::vector<Said> said_;
  SteadyTime last_private_ = SteadyTime::min();  // a private message went either way

  // The link
  Phase phase_ = Phase::idle;
  bool over_ = false;
  bool established_ = false;   // was logged in once
  bool told_down_ = false;     // the users' side knows that the link is down
  bool hopeless_ = false;      // the server banned us: no more attempts
  bool regaining_ = false;     // NICK was sent to get the wanted nick back
  std::uint8_t attempts_ = 0;  // since the link was last up for a while
  SteadyTime phase_since_{};
  SteadyTime reconnect_due_ = never;
  SteadyTime paused_until_ = SteadyTime::min();  // the server asked not to be called again so soon
  SteadyTime last_heard_{};
  SteadyTime pong_due_ = never;
  SteadyTime regain_due_ = never;
  std::chrono::seconds regain_pause_{15};

  // What the server said on this connection
  std::string nick_;
  std::uint16_t user_length_ = 0;  // of our own prefix; 0: not known yet
  std::uint16_t host_length_ = 0;
  Capabilities capabilities_;
  std::shared_ptr<const Isupport> isupport_;
  std::unique_ptr<Registration> registration_;
  std::unique_ptr<Refusal> parting_;  // what its ERROR said
  std::unique_ptr<Rare> rare_;
  std::unique_ptr<Requests> requests_;
};

}  // namespace isthmus::irc
