#pragma once
// What the users' side asks of people: WHOIS, and by CTCP what their clients answer by themselves. Each request is
// answered once.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/line.hpp"
#include "adapters/irc/session_view.hpp"
#include "gateway/adapter.hpp"
#include "gateway/model/request.hpp"

namespace isthmus::irc {

/// Takes in what one line of a WHOIS says (<client> <nick> …); https://modern.ircdocs.horse/#whois-message. What has
/// no place of its own is kept as it reads, 30 lines at most.
void add_whois_line(Profile& profile, const Isupport& isupport, const Line& line);

/// ReadProfile. One WHOIS is under way at a time, the others wait in line; those for one nick share it.
class WhoisRequests {
 public:
  Outcome ask(const SessionView& view, EventPtr& event);
  bool on_reply(const SessionView& view, const Line& line);
  void fail_all(const SessionView& view, const Refusal& why);
  void on_tick(const SessionView& view);
  SteadyTime next_due() const noexcept { return due_; }
  bool is_empty() const noexcept { return waiting_.empty() && nick_.empty(); }

 private:
  void start(const SessionView& view);
  void finish(const SessionView& view, const Refusal* why);
  bool is_for(const SessionView& view, const EventPtr& event) const noexcept {
    return view.is_same(event->about.conversation.native.view(), nick_);
  }

  std::vector<EventPtr> waiting_;
  std::string nick_;      // of the one under way; empty: none
  bool is_over_ = false;  // it was answered, and only its end is waited for
  SteadyTime due_ = never;
  Profile profile_;
};

/// AskClient.
class ClientRequests {
 public:
  Outcome ask(const SessionView& view, EventPtr& event);
  /// A NOTICE from `nick` with CTCP in it; true when it was an answer.
  bool on_answer(const SessionView& view, std::string_view nick, std::string_view text);
  /// A numeric that refuses a message to somebody whom we asked something.
  bool on_refusal(const SessionView& view, const Line& line);
  void fail_all(const SessionView& view, const Refusal& why);
  void on_tick(const SessionView& view);
  SteadyTime next_due() const noexcept;
  bool is_empty() const noexcept { return waiting_.empty(); }

 private:
  struct Waiting {
    EventPtr event;
    std::string token;  // ping
    SteadyTime due{};
  };
  std::vector<Waiting> waiting_;  // the oldest first
};

}  // namespace isthmus::irc
