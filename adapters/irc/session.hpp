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

#include "adapters/irc/account.hpp"
#include "adapters/irc/address_book.hpp"
#include "adapters/irc/authentication.hpp"
#include "adapters/irc/bans.hpp"
#include "adapters/irc/capabilities.hpp"
#include "adapters/irc/channel.hpp"
#include "adapters/irc/console.hpp"
#include "adapters/irc/extensions.hpp"
#include "adapters/irc/isupport.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/private_outbox.hpp"
#include "adapters/irc/registration.hpp"
#include "adapters/irc/requests.hpp"
#include "adapters/irc/session_host.hpp"
#include "adapters/irc/session_view.hpp"
#include "adapters/irc/settings.hpp"
#include "adapters/irc/splitter.hpp"
#include "adapters/irc/tag_list.hpp"
#include "adapters/irc/tags.hpp"
#include "adapters/irc/timing.hpp"
#include "gateway/token_bucket.hpp"

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

  const Conversation& place() const noexcept { return place_; }

  /// How the user wants to be there, and the network as that makes it, which outlives the session or the next call.
  /// Counts from the next connection on.
  void use(std::shared_ptr<const Account> account, const Network& network);

  /// From the users' side; see Adapter::deliver.
  Outcome deliver(EventPtr& event, SteadyTime now);

  /// The users' side would not have what we emitted; who said it to the user privately is told.
  void on_refused(const Event& event, const Refusal& why, SteadyTime now);

  void on_connected(SteadyTime now);
  void on_disconnected(const Refusal& why, SteadyTime now);
  /// `bytes`: one line without its end.
  void on_line(std::string_view bytes, SteadyTime now);
  void on_tick(SteadyTime now);
  /// The user leaves the network, by other means than its own commands. The session is over.
  void leave_network(std::string_view reason, SteadyTime now);
  /// "connected as juliet for 5 min, 2 rooms", for people.
  std::string description(SteadyTime now) const;
  /// The gateway ends: says goodbye to the server, fails what waits. The session is over.
  void shut_down(std::string_view reason, SteadyTime now);

  /// What can be said here beyond plain messages, as the server has it now.
  isthmus::Capabilities capabilities() const;

  /// What earlier sessions of the user had the host remember.
  void on_recalled(std::vector<StoredIds> all);

  /// Why the server would not have the user with the settings as they are; null when nothing like that happened.
  const Refusal* login_refusal() const noexcept { return login_refusal_.get(); }

  /// Over: finish() was called, nothing may be fed any more.
  bool is_over() const noexcept { return over_; }
  /// The server knows us to be in that channel.
  bool is_on(const Conversation& room);
  /// Logged in.
  bool is_up() const noexcept { return phase_ == Phase::up; }

 private:
  enum class Phase : std::uint8_t {
    idle,         // no connection: not asked for yet, or a pause before the next attempt
    connecting,   // the host connects
    registering,  // logging in
    up,
  };

  /// Something that the users' side waits for an answer to.
  struct Wish {
    enum class Kind : std::uint8_t { join, rename, watch };
    Kind kind{};
    EventPtr event;
    std::string key;         // join: the channel's; rename: the new nick; watch: the nick, folded
    SteadyTime due = never;  // a join ends by its channel's due time
  };

  /// What was said last to one target. A refusal comes after the line was written, and names the target only.
  struct Said {
    std::string target;  // folded
    Envelope about;      // of the message
    SteadyTime at{};
    bool is_refused = false;
  };

  /// Whose absence the user was told of when they wrote to them.
  struct ToldAway {
    std::string nick;      // folded
    std::size_t hash = 0;  // of their words
  };

  /// What is seldom there, of one connection.
  struct Rare {
    SteadyTime ctcp_after = SteadyTime::min();  // the next answer to a CTCP query at the earliest
    RecentBans bans;
    std::vector<std::string> offered;              // channels that we are on and nobody asked for, folded
    std::vector<ToldAway> told_away;               // the oldest first
    std::string console_nick;                      // the nick of the last NICK that the user wrote to the network
    SteadyTime console_until = SteadyTime::min();  // what the server says until then may answer the user's command
    TokenBucket shown{max_shown_numerics, shown_numerics_rate};
  };

  // session.cpp: the connection's life
  void open();
  void become_ready();
  void join_wanted();
  void connection_dead(const Refusal& why);
  void forget_connection();
  void retry(const Refusal& why, SteadyTime::duration uptime);

  // session_login.cpp: the login
  void begin_login();
  void introduce();
  void on_login_line(const Line& line);
  void on_cap(const Line& line);
  /// True when the server wants TLS, and is being connected to with it.
  bool goes_over_to_tls(const Line& line);
  void authenticate();
  /// True when `line` is about logging in to the user's account.
  bool on_authentication(const Line& line);
  void go_on_with(Authentication::Progress progress);
  void login_failed(const Refusal& why, bool is_permanent);
  void send_commands();

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
  Outcome say(EventPtr& event, std::string_view target);
  void remember_said(const Envelope& about, std::string_view target);
  /// Tells the client that spoke to `target` last that it was refused. False when nobody did so of late.
  bool refuse_said(std::string_view target, const std::optional<Refusal>& why);
  Channel* find_joined(const Conversation& place);
  void send_join(Channel& channel);
  void part(Channel& channel, std::string_view reason);
  void add_wish(Wish::Kind kind, EventPtr& event, std::string_view key, SteadyTime due);
  /// Those whose event was given back.
  void drop_ended_wishes();
  bool has_room_for_wish() const noexcept { return wishes_.size() < max_wishes; }
  void confirm_wishes(Wish::Kind kind, std::string_view key);
  /// True when there was one.
  bool fail_wishes(Wish::Kind kind, std::string_view key, const Refusal& why);
  void fail_all_wishes(const Refusal& why);
  bool has_wish(Wish::Kind kind, std::string_view key) const;

  // session_private.cpp: what is said to people, until the server is known to have it
  Outcome say_to_person(EventPtr& event);
  /// Sends what was appended since host_.lines() had `from` bytes, in `lines` lines, and a PING behind it.
  Outcome await_pong(EventPtr& event, std::size_t from, std::string_view target, std::size_t lines);
  void ask_for_pong();
  void on_pong(const Line& line);
  /// Says what waits, as far as there is room.
  void say_waiting();
  void tick_private();
  /// When the first of what waits is too old.
  SteadyTime private_expiry() const;
  /// True when what was said to `target` is meant; its sender is told.
  bool refuse_private(std::string_view target, const Refusal& why);
  /// The link is lost: what it may have taken with it waits for the next one.
  void keep_unproved();
  void fail_private(const Refusal& why);
  void confirm_said();
  /// The gateway ends: what waits and is kept is said by its next run, the rest fails.
  void leave_private_to_the_store(const Refusal& why);

  // session_requests.cpp: requests and their answers
  SessionView view();
  Outcome deliver_request(EventPtr& event);
  /// True when `line` refuses a request, and nothing else that is under way.
  bool is_refused_request(const Line& line);
  void go_on_with_requests();
  void fail_requests(const Refusal& why);

  // session_console.cpp: the network itself
  Rare& rare();
  Outcome tell_network(EventPtr& event);
  void quit_by_command(std::string_view reason);
  Outcome tell_modes(EventPtr& event, const Channel& channel, std::string_view arguments);
  /// One that belongs to no request and to no state.
  void show_numeric(const Line& line);
  void tell_motd();
  Outcome set_away(const Presence& presence);
  void send_away();
  void on_away_reply(const Line& line);
  void on_invite(const Line& line);
  /// The server put us on a channel that nobody asked for: the user may come in, or not.
  void offer(std::string_view name);
  bool take_offer(std::string_view name);

  // session_lines.cpp: what the server says
  void dispatch(const Line& line);
  void on_privmsg(const Line& line, bool notice);
  void on_message(const Line& line, const Tags& tags, Message&& said);
  void on_room_message(const Line& line, const Tags& tags, std::string_view target, Message&& said);
  void on_direct_message(const Line& line, const Tags& tags, Message&& said);
  void on_ctcp(const Line& line, std::string_view text, bool notice);
  void on_numeric(const Line& line);
  /// False for a numeric that nothing waited for.
  bool take_in_numeric(const Line& line);
  void on_visible_host(std::string_view host);
  void on_error_numeric(const Line& line);
  void on_fail(const Line& line);
  /// The channel that `line` refuses to let us on to, where that is not its first parameter.
  Channel* joining_of(const Line& line);
  bool on_nick_error(const Line& line);
  bool on_channel_error(const Line& line, Channel& channel);
  void on_isupport(const Line& line);
  void on_error(const Line& line);
  void notice_in(const Conversation& place, std::string text, std::string_view from = {});
  EventPtr message_event(const Line& line, const Tags& tags, const Conversation& place, Message&& said);

  // session_echo.cpp: what was sent under labels
  Outcome say_with_tags(EventPtr& event, std::string_view target, std::string_view command);
  void add_reply(TagList& tags, std::string_view msgid) const;
  /// Where it may have been said before, and there is a place to say so.
  void add_repeated(TagList& tags, const Event& event) const;
  bool append_lines(const Event& event, std::string_view target, std::string_view command, std::uint32_t label);
  bool append_batch(const Event& event, std::string_view target, std::string_view command, std::uint32_t label);
  bool fits_in_batch(const Message& message) const;
  /// Sends what was appended since host_.lines() had `from` bytes, whose lines have the labels from `first` on.
  Outcome await_answers(EventPtr& event, std::size_t from, std::uint32_t first, std::uint16_t lines,
                        std::uint64_t digest);
  /// True when the line answers something that was sent under a label, and is done with.
  bool on_labelled(const Line& line);
  void on_echo(Labelled& labelled, const Tags& tags, std::uint64_t digest, Message relayed);
  void answered(Labelled& labelled);
  void remember_ids(const Envelope& about, const std::vector<std::string>& msgids);
  void refused(Labelled& labelled, const Refusal& why);
  void fail_unanswered(const Refusal& why);
  void confirm_unanswered();
  void tick_unanswered();

  // session_tags.cpp: what tags say, both ways
  Outcome deliver_typing(const Event& event);
  void tell_typing(TypingTold& told);
  void tick_typing();
  Outcome deliver_reactions(EventPtr& event);
  Outcome deliver_retraction(EventPtr& event);
  Outcome deliver_displayed(const Event& event);
  /// Where and as what an event for the room or the person is sent; empty: nowhere now.
  std::optional<std::string> target_of(const Conversation& place);
  Rejected no_target(const Conversation& place);
  void send_with_tags(const TagList& tags, Urgency urgency, std::string_view command,
                      std::initializer_list<std::string_view> middle);
  /// The server's ids of what the users' side refers to; never empty.
  std::vector<std::string> msgids_of(const MessageRef& ref) const;
  /// The server's id of the first line of what `msgid` is a line of.
  std::string first_piece(std::string_view msgid) const;
  /// How the users' side refers to what the server calls `msgid`.
  MessageRef to_ref(std::string_view msgid, PlaceKind kind) const;
  void stamp(const Line& line, const Tags& tags, Envelope& about);
  /// False when it was told already: history repeats.
  bool is_news(const Line& line, const Tags& tags, const Envelope& about);
  /// False when it was noted already.
  bool note_recent(const Conversation& place, std::string_view msgid, std::string_view nick, SystemTime at);
  bool keeps_recent() const noexcept;
  bool is_moderated(const Line& line, std::string_view msgid, const Channel& channel);
  void on_tagmsg(const Line& line);
  bool on_reaction(const Line& line, const Tags& tags, const Conversation& place, std::string_view text);
  void on_redact(const Line& line);
  void on_markread(const Line& line);
  /// The room or the person that a line to `target` belongs to; nullopt when it is not for us.
  std::optional<Conversation> place_of(const Line& line, std::string_view target);
  void emit_in(Channel* channel, EventPtr event);

  // session_batches.cpp: lines that belong together
  void on_batch(const Line& line);
  void end_batch(std::string_view id);
  void end_multiline(Batch& batch);
  /// True when the line was collected.
  bool is_collected(const Line& line, const Tags& tags, bool notice);
  Batch* batch_around(const Tags& tags, Batch::Kind kind);
  bool is_in(const Line& line, Batch::Kind kind) {
    return !line.tags.empty() && batch_around(read_tags(line.tags), kind) != nullptr;
  }
  void ask_for_history(const Channel& channel);
  /// Some of a gap has been told: asks for what follows.
  void go_on_with_history(const Batch& batch);
  void note_loss();

  // session_people.cpp: what is known of those on our channels
  void on_away(const Line& line);
  void on_account(const Line& line);
  void on_chghost(const Line& line);
  void on_who(const Line& line);
  void ask_who(const Channel& channel);
  void on_rename(const Line& line);
  bool on_invitation_of_another(const Line& line);
  /// Calls `change` with each occupant of that nick; where it is true, the users' side is told how they are now.
  template <class F>
  void change_everywhere(std::string_view nick, const F& change);
  void note_newcomer(const Line& line, Occupant& occupant);

  // session_watch.cpp: presence of those that the user watches
  Outcome deliver_watch(EventPtr& event);
  void resume_watches();
  void on_monitor(const Line& line);
  void on_monitor_full(const Line& line);
  void on_ison(const Line& line);
  void ask_ison();
  void tell_presence(Watched& watched, Presence presence);
  void watch_wanted_nick();
  void unwatch_wanted_nick();
  /// They are nobody's presence any more: the link is down.
  void lose_watched();
  void rekey_watches();

  // session_modes.cpp: how channels are set, and the standing of those on them
  void on_mode(const Line& line);
  bool on_channel_modes(const Line& line);
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
  void add_to_burst(Channel& channel, Change change, SteadyTime::duration longest);
  /// True when the occupant's joining was not told yet, and is now as they are.
  bool updated_in_burst(Channel& channel, const Occupant& occupant);
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
  /// Of what is said to `target`; null: UTF-8.
  const LegacyCharset* charset_of(std::string_view target) const {
    return isupport_->utf8_only ? nullptr : network_->charset_of(target);
  }

  // small helpers
  Extensions& extensions() {
    if (extensions_ == nullptr) extensions_ = std::make_unique<Extensions>();
    return *extensions_;
  }
  std::string_view folded(std::string_view name) { return fold(isupport_->casemapping, name, shared_.scratch.folded); }
  Channel* find(std::string_view name) { return channels_.find(folded(name)); }
  bool is_me(std::string_view nick) const noexcept {
    return !nick.empty() && same_name(isupport_->casemapping, nick, nick_);
  }
  /// True for what we said ourselves, here or by another client behind the same bouncer; it comes to us only with tags.
  bool is_ours(const Line& line) const noexcept { return capabilities_.has(Cap::message_tags) && is_me(line.nick); }
  SteadyTime send(Urgency urgency, std::string_view command, std::initializer_list<std::string_view> middle,
                  std::optional<std::string_view> trailing = std::nullopt);

  static constexpr std::size_t max_wishes = 100;
  static constexpr std::string_view own_label = "0";  // of what we say of ourselves: nobody is to see its echo
  static constexpr std::size_t max_said = 4;

  SessionHost& host_;
  const Shared& shared_;
  const Network* network_;
  std::shared_ptr<const Account> account_;
  Conversation place_;
  std::uint64_t seed_;
  SteadyTime now_{};
  SteadyTime alarm_ = never;  // when the host will call on_tick

  // The wish
  std::string wanted_nick_;
  Channels channels_;
  std::vector<Wish> wishes_;
  std::vector<Said> said_;
  std::unique_ptr<PrivateOutbox> private_;       // only while something is in it
  std::uint32_t pings_ = 0;                      // for its sake
  SteadyTime private_due_ = never;               // when to try again what there was no room for
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
  std::unique_ptr<Authentication> authentication_;  // while it goes on
  bool is_authenticated_ = false;
  std::unique_ptr<Refusal> login_refusal_;
  std::unique_ptr<Refusal> parting_;  // what its ERROR said
  std::unique_ptr<Rare> rare_;
  std::unique_ptr<Requests> requests_;
  std::unique_ptr<Extensions> extensions_;
  bool has_msgids_ = false;                // the server gives them
  std::unique_ptr<MessageOfTheDay> motd_;  // while it comes
  std::size_t motd_told_ = 0;              // a hash of the last one
  std::unique_ptr<std::string> away_;      // the user's words; empty: not away
};

}  // namespace isthmus::irc
