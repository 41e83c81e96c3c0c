#pragma once
// All that the users' side asks of IRC and gets an answer to, but joins and nicks. There only while something
// is asked.
#include <string_view>

#include "adapters/irc/channel_requests.hpp"
#include "adapters/irc/directory.hpp"
#include "adapters/irc/people_requests.hpp"

namespace isthmus::irc {

class Requests {
 public:
  /// `event`: a Request or an Invitation; the link is up.
  Outcome ask(const SessionView& view, EventPtr& event);
  Outcome set_subject(const SessionView& view, EventPtr& event, const Channel& channel, std::string text) {
    return channels_.set_subject(view, event, channel, std::move(text));
  }

  /// True when `line`, a numeric or a FAIL, answers what is under way, and is nobody else's.
  bool on_reply(const SessionView& view, const Line& line);
  bool on_ctcp_answer(const SessionView& view, std::string_view nick, std::string_view text) {
    return clients_.on_answer(view, nick, text);
  }
  void on_modes(const SessionView& view, const Channel& channel, std::span<const ModeChange> changes,
                std::string_view by) {
    channels_.on_modes(view, channel, changes, by);
  }
  void on_kick(const SessionView& view, const Channel& channel, std::string_view nick) {
    channels_.on_kick(view, channel, nick);
  }
  void on_subject(const SessionView& view, const Channel& channel) { channels_.on_subject(view, channel); }
  void on_left(const SessionView& view, const Channel& channel, const Refusal& why) {
    channels_.on_left(view, channel, why);
  }
  void on_disconnected(const SessionView& view, const Refusal& why);
  void on_tick(const SessionView& view);
  /// Starts what waited for what is over. To be called after each line.
  void go_on(const SessionView& view);

  const ChannelRequests& channels() const noexcept { return channels_; }
  SteadyTime next_due() const noexcept;
  /// Nobody waits for an answer.
  bool is_idle() const noexcept;
  /// Idle, and nothing is kept.
  bool is_empty() const noexcept { return is_idle() && directory_.is_empty(); }

 private:
  ChannelRequests channels_;
  DirectoryRequests directory_;
  WhoisRequests whois_;
  ClientRequests clients_;
};

}  // namespace isthmus::irc
