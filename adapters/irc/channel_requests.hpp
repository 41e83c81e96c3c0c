#pragma once
// What the users' side asks of channels: standings, settings, subjects and invitations. One request is under way for
// each channel, since servers refuse by the channel's name only; the others wait in line. Each is answered once: when
// the server shows the effect or refuses, when nothing comes for answer_timeout, when one leaves, when the link is
// lost.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/deeds.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/session_view.hpp"
#include "gateway/adapter.hpp"

namespace isthmus::irc {

/// ReadSettings of a channel that one is not on, for which a directory is still to be asked.
struct HalfRead {
  EventPtr event;
  std::optional<Refusal> why;  // its modes are not told
};

class ChannelRequests {
 public:
  /// `event`: Moderate, ReadStandings, ReadSettings, ChangeSettings, or an Invitation, of a room. See Adapter::deliver.
  Outcome ask(const SessionView& view, EventPtr& event);
  /// `event`: a RoomInfo. `text` fits into a line.
  Outcome set_subject(const SessionView& view, EventPtr& event, const Channel& channel, std::string text);

  /// True when `line`, a numeric or a FAIL, answers what is under way, and is nobody else's.
  bool on_reply(const SessionView& view, const Line& line);
  /// The modes of a channel that we are on were changed by `by`: after they were taken in.
  void on_modes(const SessionView& view, const Channel& channel, std::span<const ModeChange> changes,
                std::string_view by);
  void on_kick(const SessionView& view, const Channel& channel, std::string_view nick);
  /// We set the subject.
  void on_subject(const SessionView& view, const Channel& channel);
  /// We are not on `channel` any more.
  void on_left(const SessionView& view, const Channel& channel, const Refusal& why);
  void fail_all(const SessionView& view, const Refusal& why);
  void on_tick(const SessionView& view);
  /// Starts what may start. To be called after each line.
  void go_on(const SessionView& view);

  SteadyTime next_due() const noexcept;
  std::size_t size() const noexcept { return tasks_.size(); }
  /// When the request of that channel that is under way was sent, less a constant; `never` when there is none.
  SteadyTime due_of(const SessionView& view, std::string_view channel) const noexcept;
  /// What is to be asked of the directory now.
  std::vector<HalfRead> take_half_read() { return std::exchange(half_read_, {}); }

 private:
  struct Task {
    EventPtr event;       // empty: it failed, and further refusals of the same lines are passed over until `due`
    std::string channel;  // as it is written to the server
    enum class Step : std::uint8_t {
      waiting,  // in line
      modes,    // asked for its modes
      bans,     // asked for its bans
      deeds,    // asked to change it
    } step = Step::waiting;
    SteadyTime due = never;
    std::vector<Deed> expected;      // not shown yet; waiting: to be done
    std::vector<std::string> unban;  // nicks whose bans are looked for
    std::vector<ReadStandings::Entry> bans;
    bool from_outside = false;  // we are not on it
    bool is_over = false;       // to be removed
  };

  Outcome enqueue(const SessionView& view, EventPtr& event, std::string_view channel, bool from_outside,
                  std::vector<Deed> deeds = {});
  Outcome read_standings(const SessionView& view, EventPtr& event, const Channel& channel);
  Outcome read_settings(const SessionView& view, EventPtr& event, const Channel* channel);
  bool is_free(const SessionView& view, const Task& task) const;
  void start(const SessionView& view, Task& task);
  void start_deeds(const SessionView& view, Task& task, std::vector<Deed> deeds);
  void change_settings(const SessionView& view, Task& task, const Channel& channel);
  void ask_server(const SessionView& view, Task& task, Task::Step step);
  void on_list_end(const SessionView& view, Task& task);
  void on_ban(const SessionView& view, Task& task, const Line& line);
  void on_outside_modes(const SessionView& view, Task& task, const Line& line);
  bool on_refusal(const SessionView& view, const Line& line);
  bool concerns(const SessionView& view, const Line& line, const Task& task) const;
  void shown(const SessionView& view, Task& task, std::size_t index, bool in_order);
  void confirm(const SessionView& view, Task& task);
  void fail(const SessionView& view, Task& task, const Refusal& why);
  Task* under_way(const SessionView& view, std::string_view channel) noexcept;
  void sweep() {
    std::erase_if(tasks_, [](const Task& task) { return task.is_over; });
  }

  std::vector<Task> tasks_;  // the oldest first
  std::vector<HalfRead> half_read_;
};

}  // namespace isthmus::irc
