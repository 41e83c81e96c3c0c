#include "adapters/irc/channel_requests.hpp"

#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

// Ours.
constexpr std::size_t max_tasks = 100;
constexpr std::size_t max_wishes = 50;       // of one Moderate
constexpr std::size_t max_bans = 2'000;      // of one list
constexpr std::chrono::seconds in_line{60};  // the longest one waits for one's turn
constexpr std::chrono::seconds echo{2};      // for further refusals of what was refused already

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

template <class T>
T* question(const EventPtr& event) {
  auto* request = event == nullptr ? nullptr : std::get_if<Request>(&event->what);
  return request == nullptr ? nullptr : std::get_if<T>(&request->what);
}

Asked asked_of(const Deed& deed) {
  switch (deed.kind) {
    case Deed::Kind::kick: return Asked::kick;
    case Deed::Kind::invite: return Asked::invite;
    case Deed::Kind::subject: return Asked::subject;
    case Deed::Kind::mode: break;
  }
  return Asked::mode;
}

std::string_view command_of(const Deed& deed) {
  switch (deed.kind) {
    case Deed::Kind::kick: return "KICK";
    case Deed::Kind::invite: return "INVITE";
    case Deed::Kind::subject: return "TOPIC";
    case Deed::Kind::mode: break;
  }
  return "MODE";
}

/// Of what is said in a channel, not of what is done to it.
bool is_about_talk(const Line& line) noexcept {
  constexpr Numeric numerics[] = {ERR_CANNOTSENDTOCHAN, ERR_TOOMANYTARGETS, ERR_TARGETTOOFAST};
  return std::ranges::find(numerics, line.numeric) != std::end(numerics);
}

void fill(ReadSettings& answer, const Channel& channel) {
  answer.found = to_settings(channel.modes, channel.key());
  answer.members = static_cast<std::uint32_t>(channel.occupants.size());
  std::string buffer;
  answer.name = to_utf8(channel.name, buffer);
  answer.subject = channel.subject();
}

}  // namespace

Outcome ChannelRequests::ask(const SessionView& view, EventPtr& event) {
  const std::string_view name = event->about.conversation.native.view();
  const Channel* channel = view.find(name);
  if (question<ReadSettings>(event) != nullptr) return read_settings(view, event, channel);
  if (channel == nullptr || channel->place != event->about.conversation || !channel->is_on())
    return rejected(Condition::not_acceptable, Remedy::cancel, "You are not on this channel.");
  if (question<ReadStandings>(event) != nullptr) return read_standings(view, event, *channel);
  if (const auto* moderate = question<Moderate>(event)) {
    if (moderate->wishes.size() > max_wishes)
      return rejected(Condition::policy_violation, Remedy::modify, "That is too much at once.");
    auto wanted = to_moderation(view.isupport, *channel, moderate->wishes);
    if (!wanted) return Rejected{std::move(wanted).error()};
    if (wanted->deeds.empty() && wanted->unban.empty()) return Accepted{};
  } else if (const auto* change = question<ChangeSettings>(event); change != nullptr && channel->modes.known) {
    auto wanted = to_deeds(view.isupport, channel->modes, channel->key(), change->wished);
    if (!wanted) return Rejected{std::move(wanted).error()};
    if (wanted->empty()) return Accepted{};
  } else if (const auto* invitation = std::get_if<Invitation>(&event->what);
             invitation != nullptr && !is_nick(invitation->who)) {
    return rejected(Condition::jid_malformed, Remedy::modify, "This cannot be a nick.");
  }
  return enqueue(view, event, channel->name, false);
}

Outcome ChannelRequests::set_subject(const SessionView& view, EventPtr& event, const Channel& channel,
                                     std::string text) {
  std::vector<Deed> deeds;
  deeds.push_back({Deed::Kind::subject, true, {}, ModeChange::Kind::flag, std::move(text)});
  return enqueue(view, event, channel.name, false, std::move(deeds));
}

void ChannelRequests::on_subject(const SessionView& view, const Channel& channel) {
  Task* task = under_way(view, channel.name);
  if (task == nullptr || task->event == nullptr || task->expected.empty()) return;
  if (task->expected.front().kind == Deed::Kind::subject) shown(view, *task, 0, true);
}

Outcome ChannelRequests::enqueue(const SessionView& view, EventPtr& event, std::string_view channel, bool from_outside,
                                 std::vector<Deed> deeds) {
  if (tasks_.size() >= max_tasks) return Rejected{too_much_asked()};
  Task task;
  task.event = std::move(event);
  task.channel = channel;
  task.due = view.now + in_line;
  task.from_outside = from_outside;
  task.expected = std::move(deeds);
  tasks_.push_back(std::move(task));
  go_on(view);
  return Pending{};
}

Outcome ChannelRequests::read_standings(const SessionView& view, EventPtr& event, const Channel& channel) {
  auto* standings = question<ReadStandings>(event);
  if (standings->affiliation == Affiliation::outcast) return enqueue(view, event, channel.name, false);
  for (const auto& [key, occupant] : channel.occupants) {
    const Standing has = standing(view.isupport, occupant.ranks, channel.modes.has('m'));
    const bool fits = (!standings->affiliation || *standings->affiliation == has.affiliation) &&
                      (!standings->role || *standings->role == has.role);
    if (fits) standings->found.push_back({occupant.nick, has.affiliation, has.role});
  }
  std::ranges::sort(standings->found, {}, &ReadStandings::Entry::who);
  return Accepted{};
}

Outcome ChannelRequests::read_settings(const SessionView& view, EventPtr& event, const Channel* channel) {
  const std::string_view name = event->about.conversation.native.view();
  if (channel != nullptr && channel->is_on()) {
    if (!channel->modes.known) return enqueue(view, event, channel->name, false);
    fill(*question<ReadSettings>(event), *channel);
    return Accepted{};
  }
  if (!is_channel_name(name))
    return rejected(Condition::jid_malformed, Remedy::modify, "This cannot be a channel's name.");
  return enqueue(view, event, name, true);
}

ChannelRequests::Task* ChannelRequests::under_way(const SessionView& view, std::string_view channel) noexcept {
  const auto found = std::ranges::find_if(tasks_, [&](const Task& task) {
    return task.step != Task::Step::waiting && !task.is_over && view.is_same(task.channel, channel);
  });
  return found == tasks_.end() ? nullptr : &*found;
}

SteadyTime ChannelRequests::due_of(const SessionView& view, std::string_view channel) const noexcept {
  const auto found = std::ranges::find_if(tasks_, [&](const Task& task) {
    return task.step != Task::Step::waiting && task.event != nullptr && view.is_same(task.channel, channel);
  });
  return found == tasks_.end() ? never : found->due;
}

bool ChannelRequests::is_free(const SessionView& view, const Task& task) const {
  if (task.from_outside) {
    // While a JOIN is under way, a refusal could be meant for either.
    const Channel* channel = view.find(task.channel);
    if (channel != nullptr && channel->state != Channel::State::leaving && !channel->is_on()) return false;
  }
  return std::ranges::none_of(tasks_, [&](const Task& other) {
    return other.step != Task::Step::waiting && !other.is_over && view.is_same(other.channel, task.channel);
  });
}

void ChannelRequests::go_on(const SessionView& view) {
  for (Task& task : tasks_)
    if (task.step == Task::Step::waiting && !task.is_over && is_free(view, task)) start(view, task);
  sweep();
}

void ChannelRequests::start(const SessionView& view, Task& task) {
  const Channel* channel = view.find(task.channel);
  const bool is_on = channel != nullptr && channel->is_on();
  if (auto* settings = question<ReadSettings>(task.event); settings != nullptr) {
    task.from_outside = !is_on;
    if (!is_on || !channel->modes.known) return ask_server(view, task, Task::Step::modes);
    fill(*settings, *channel);
    return confirm(view, task);
  }
  if (!is_on) return fail(view, task, {Condition::not_acceptable, Remedy::cancel, "You are not on this channel.", {}});
  if (question<ReadStandings>(task.event) != nullptr) return ask_server(view, task, Task::Step::bans);
  if (question<ChangeSettings>(task.event) != nullptr) {
    if (!channel->modes.known) return ask_server(view, task, Task::Step::modes);
    return change_settings(view, task, *channel);
  }
  if (const auto* moderate = question<Moderate>(task.event)) {
    auto wanted = to_moderation(view.isupport, *channel, moderate->wishes);
    if (!wanted) return fail(view, task, std::move(wanted).error());
    task.expected = std::move(wanted->deeds);
    task.unban = std::move(wanted->unban);
    if (!task.unban.empty()) return ask_server(view, task, Task::Step::bans);
    return start_deeds(view, task, std::exchange(task.expected, {}));
  }
  if (!task.expected.empty()) return start_deeds(view, task, std::exchange(task.expected, {}));
  const auto& invitation = std::get<Invitation>(task.event->what);
  start_deeds(view, task, {{Deed::Kind::invite, true, {}, ModeChange::Kind::flag, invitation.who}});
}

void ChannelRequests::ask_server(const SessionView& view, Task& task, Task::Step step) {
  const Channel* channel = view.find(task.channel);
  if (step == Task::Step::modes && channel != nullptr && channel->is_on() && channel->modes.asked) {
    task.step = step;  // the session asked when we came in
    task.due = view.now + answer_timeout;
    return;
  }
  const auto sent =
      step == Task::Step::bans ? view.send("MODE", {task.channel, "b"}) : view.send("MODE", {task.channel});
  if (!sent) return fail(view, task, no_line());
  task.step = step;
  task.due = *sent + answer_timeout;
}

void ChannelRequests::change_settings(const SessionView& view, Task& task, const Channel& channel) {
  const auto& wished = question<ChangeSettings>(task.event)->wished;
  auto wanted = to_deeds(view.isupport, channel.modes, channel.key(), wished);
  if (!wanted) return fail(view, task, std::move(wanted).error());
  start_deeds(view, task, std::move(*wanted));
}

void ChannelRequests::start_deeds(const SessionView& view, Task& task, std::vector<Deed> deeds) {
  if (deeds.empty()) return confirm(view, task);
  task.expected = std::move(deeds);
  task.step = Task::Step::deeds;
  for (std::size_t done = 0; done < task.expected.size();) {
    const DeedLine line = to_line(view.isupport, task.channel, std::span{task.expected}.subspan(done));
    const std::vector<std::string_view> middle{line.middle.begin(), line.middle.end()};
    const auto sent = view.send(line.command, middle, line.trailing);
    if (!sent) return fail(view, task, no_line());
    task.due = *sent + answer_timeout;
    done += line.count;
  }
}

bool ChannelRequests::on_reply(const SessionView& view, const Line& line) {
  switch (line.numeric) {
    case RPL_CHANNELMODEIS: {
      Task* task = under_way(view, line.param(1));
      if (task == nullptr || task->step != Task::Step::modes) return false;
      if (task->from_outside) {
        on_outside_modes(view, *task, line);
      } else if (const Channel* channel = view.find(line.param(1)); channel != nullptr && channel->modes.known) {
        if (auto* settings = question<ReadSettings>(task->event); settings != nullptr) {
          fill(*settings, *channel);
          confirm(view, *task);
        } else if (task->event != nullptr) {
          change_settings(view, *task, *channel);
        }
      }
      return true;
    }
    case RPL_BANLIST:
    case RPL_ENDOFBANLIST: {
      Task* task = under_way(view, line.param(1));
      if (task == nullptr || task->step != Task::Step::bans) return false;
      if (line.numeric == RPL_BANLIST) {
        on_ban(view, *task, line);
      } else {
        on_list_end(view, *task);
      }
      return true;
    }
    case RPL_INVITING:
      for (Task& task : tasks_) {
        if (task.step != Task::Step::deeds || task.expected.empty()) continue;
        const Deed& deed = task.expected.front();
        // <client> <nick> <channel>; RFC 1459 and 2812 have them the other way round.
        const bool named = (view.is_same(line.param(1), deed.argument) && view.is_same(line.param(2), task.channel)) ||
                           (view.is_same(line.param(2), deed.argument) && view.is_same(line.param(1), task.channel));
        if (deed.kind != Deed::Kind::invite || !named) continue;
        shown(view, task, 0, true);
        return true;
      }
      return false;
    default: return (is_error(line.numeric) || line.command == "FAIL") && on_refusal(view, line);
  }
}

void ChannelRequests::on_outside_modes(const SessionView& view, Task& task, const Line& line) {
  std::vector<ModeChange> changes;
  parse_modes(view.isupport, line.parameters().subspan(std::min<std::size_t>(2, line.count)), changes);
  ChannelModes modes;
  for (const ModeChange& change : changes) modes.apply(change);
  if (auto* settings = question<ReadSettings>(task.event)) {
    std::string buffer;
    settings->found = to_settings(modes, {});
    settings->name = to_utf8(line.param(1), buffer);
    half_read_.push_back({std::move(task.event), std::nullopt});
  }
  task.is_over = true;
}

void ChannelRequests::on_ban(const SessionView& view, Task& task, const Line& line) {
  task.due = view.now + answer_timeout;
  if (task.bans.size() >= max_bans || line.count < 3) return;
  std::string buffer;
  const std::string_view by = line.param(3);
  task.bans.push_back({std::string{to_utf8(line.param(2), buffer)}, Affiliation::outcast, Role::none, {}, {}});
  task.bans.back().by = to_utf8(by.substr(0, by.find('!')), buffer);
  task.bans.back().at = parse_unix_time(line.param(4));
}

void ChannelRequests::on_list_end(const SessionView& view, Task& task) {
  if (task.event == nullptr) return;
  if (auto* standings = question<ReadStandings>(task.event)) {
    standings->found = std::move(task.bans);
    return confirm(view, task);
  }
  // A ban of somebody who is not there is theirs when it names their nick.
  std::vector<Deed> deeds = std::exchange(task.expected, {});
  for (const ReadStandings::Entry& ban : task.bans) {
    const std::string_view nick = std::string_view{ban.who}.substr(0, ban.who.find('!'));
    const bool names_one =
        std::ranges::any_of(task.unban, [&](const std::string& wanted) { return view.is_same(wanted, nick); });
    if (names_one && deeds.size() < max_wishes)
      deeds.push_back({Deed::Kind::mode, false, 'b', ModeChange::Kind::list, ban.who});
  }
  start_deeds(view, task, std::move(deeds));
}

bool ChannelRequests::concerns(const SessionView& view, const Line& line, const Task& task) const {
  const bool is_fail = line.command == "FAIL";
  const Deed* first = task.expected.empty() ? nullptr : &task.expected.front();
  const std::string_view command = first == nullptr ? "MODE" : command_of(*first);
  if (is_fail && line.param(0) != command) return false;
  const bool names_command = line.numeric == ERR_NEEDMOREPARAMS || line.numeric == ERR_UNKNOWNCOMMAND;
  if (names_command) return line.param(1) == command;
  // Those that name a channel are about that one alone.
  const std::size_t end = line.count > 2 ? line.count - 1 : line.count;
  bool names_person = false;
  for (std::size_t i = is_fail ? 2 : 1; i < end; ++i) {
    const std::string_view parameter = line.param(i);
    if (view.isupport.is_channel(parameter)) return view.is_same(parameter, task.channel);
    names_person = names_person || std::ranges::any_of(task.expected, [&](const Deed& deed) {
                     return !deed.argument.empty() && view.is_same(deed.argument, parameter);
                   });
  }
  const bool names_letter = line.param(1).size() == 1 && std::ranges::any_of(task.expected, [&](const Deed& deed) {
                              return deed.kind == Deed::Kind::mode && deed.letter == line.param(1).front();
                            });
  switch (line.numeric) {
    case ERR_UNKNOWNMODE:
    case ERR_CANNOTCHANGECHANMODE: return names_letter;
    case ERR_NOPRIVILEGES:
    case ERR_ISCHANSERVICE:
    case ERR_UNIQOPPRIVSNEEDED: return true;
    default: return names_person || is_fail;
  }
}

bool ChannelRequests::on_refusal(const SessionView& view, const Line& line) {
  if (is_about_talk(line)) return false;
  for (Task& task : tasks_) {
    if (task.step == Task::Step::waiting || task.is_over || !concerns(view, line, task)) continue;
    if (task.event == nullptr) return true;                                    // the same lines, refused once more
    if (line.numeric == ERR_NOTONCHANNEL && !task.from_outside) return false;  // the session leaves, and all fails
    if (line.numeric == ERR_LISTMODEALREADYSET || line.numeric == ERR_LISTMODENOTSET) {
      const auto done = std::ranges::find(task.expected, line.param(2), &Deed::argument);
      if (done != task.expected.end()) shown(view, task, static_cast<std::size_t>(done - task.expected.begin()), false);
      return true;
    }
    const Asked asked = task.expected.empty() ? Asked::mode : asked_of(task.expected.front());
    const Refusal why = refusal(line, asked).value_or(no_line());
    if (task.from_outside && line.numeric != ERR_NOSUCHCHANNEL) {
      half_read_.push_back({std::move(task.event), why});
      task.is_over = true;
      return true;
    }
    fail(view, task, why);
    return true;
  }
  return false;
}

void ChannelRequests::on_modes(const SessionView& view, const Channel& channel, std::span<const ModeChange> changes,
                               std::string_view by) {
  const bool is_ours = view.is_me(by);
  Task* task = under_way(view, channel.name);
  for (const ModeChange& change : changes) {
    if (task == nullptr || task->step != Task::Step::deeds || task->event == nullptr) return;
    const auto done = std::ranges::find_if(task->expected, [&](const Deed& deed) {
      if (deed.kind != Deed::Kind::mode || deed.letter != change.letter || deed.add != change.add) return false;
      // Servers complete masks, hide keys and bound limits.
      const bool any_argument = change.kind != ModeChange::Kind::status && is_ours;
      return any_argument || view.is_same(deed.argument, change.argument);
    });
    if (done == task->expected.end()) continue;
    shown(view, *task, static_cast<std::size_t>(done - task->expected.begin()), is_ours);
    if (task->is_over) task = nullptr;
  }
}

void ChannelRequests::on_kick(const SessionView& view, const Channel& channel, std::string_view nick) {
  Task* task = under_way(view, channel.name);
  if (task == nullptr || task->step != Task::Step::deeds || task->event == nullptr) return;
  const auto done = std::ranges::find_if(task->expected, [&](const Deed& deed) {
    return deed.kind == Deed::Kind::kick && view.is_same(deed.argument, nick);
  });
  if (done != task->expected.end()) shown(view, *task, static_cast<std::size_t>(done - task->expected.begin()), true);
}

void ChannelRequests::shown(const SessionView& view, Task& task, std::size_t index, bool in_order) {
  // A server works in order: what stood before was done too, or there was nothing to be done.
  const auto end = task.expected.begin() + static_cast<std::ptrdiff_t>(index);
  task.expected.erase(in_order ? task.expected.begin() : end, end + 1);
  if (task.expected.empty()) confirm(view, task);
}

void ChannelRequests::confirm(const SessionView& view, Task& task) {
  task.is_over = true;
  if (task.event != nullptr) view.host.confirmed(std::move(task.event));
}

void ChannelRequests::fail(const SessionView& view, Task& task, const Refusal& why) {
  if (task.event != nullptr) view.host.failed(std::move(task.event), why);
  if (task.expected.size() > 1) {
    task.due = view.now + echo;
  } else {
    task.is_over = true;
  }
}

void ChannelRequests::on_left(const SessionView& view, const Channel& channel, const Refusal& why) {
  for (Task& task : tasks_) {
    if (task.from_outside || !view.is_same(task.channel, channel.name)) continue;
    if (task.event != nullptr) view.host.failed(std::move(task.event), why);
    task.is_over = true;
  }
  sweep();
}

void ChannelRequests::fail_all(const SessionView& view, const Refusal& why) {
  for (Task& task : tasks_)
    if (task.event != nullptr) view.host.failed(std::move(task.event), why);
  for (HalfRead& half : std::exchange(half_read_, {})) view.host.failed(std::move(half.event), why);
  tasks_.clear();
}

void ChannelRequests::on_tick(const SessionView& view) {
  for (Task& task : tasks_) {
    if (view.now < task.due) continue;
    if (Channel* channel = view.find(task.channel); channel != nullptr) channel->modes.asked = false;
    if (task.event != nullptr) {
      view.host.count("irc_requests_failed", "timeout");
      view.host.failed(std::move(task.event), timed_out());
    }
    task.is_over = true;
  }
  go_on(view);
}

SteadyTime ChannelRequests::next_due() const noexcept {
  SteadyTime due = never;
  for (const Task& task : tasks_) due = std::min(due, task.due);
  return due;
}

}  // namespace isthmus::irc
