// Session: what is known of those on our channels beyond their names (https://ircv3.net/specs/extensions/away-notify,
// account-notify, extended-join, chghost, whox, bot-mode, invite-notify, channel-rename).
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

constexpr std::string_view who_token = "7";
constexpr std::string_view who_fields = "%tcnfa,7";  // answered in the order: token, channel, nick, flags, account

}  // namespace

template <class F>
void Session::change_everywhere(std::string_view nick, const F& change) {
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_.at(i);
    const auto found = channel.occupants.find(folded(nick));
    if (found == channel.occupants.end() || !change(found->second)) continue;
    if (updated_in_burst(channel, found->second)) continue;
    end_burst(channel);
    Change told = to_change(Change::Kind::standing, to_member(*isupport_, channel, found->second));
    told.self = is_me(nick);
    announce(channel, std::move(told));
  }
}

bool Session::updated_in_burst(Channel& channel, const Occupant& occupant) {
  if (!channel.seldom) return false;
  std::vector<Change>& burst = channel.seldom->burst;
  const auto told = std::ranges::find_if(burst.rbegin(), burst.rend(), [&](const Change& change) {
    return change.kind == Change::Kind::join && change.who.name == occupant.nick;
  });
  if (told == burst.rend()) return false;
  told->who = to_member(*isupport_, channel, occupant);
  return true;
}

void Session::note_newcomer(const Line& line, Occupant& occupant) {
  if (capabilities_.has(Cap::extended_join) && line.count > 1) {
    std::string buffer;
    occupant.set_account(line.param(1) == "*" ? std::string_view{} : to_utf8(line.param(1), buffer));
  }
  if (!line.tags.empty() && read_tags(line.tags).bot) occupant.is_bot = true;
}

void Session::on_away(const Line& line) {
  std::string buffer;
  const bool is_away = line.count > 0 && !line.param(0).empty();
  const std::string words{plain_text(line.param(0), buffer)};
  change_everywhere(line.nick, [&](Occupant& occupant) { return occupant.set_away(is_away, words); });
  if (extensions_ == nullptr) return;
  if (Watched* const watched = extensions_->watches.find(folded(line.nick)); watched != nullptr)
    tell_presence(*watched, {is_away ? Presence::Show::away : Presence::Show::available, words});
}

void Session::on_account(const Line& line) {
  std::string buffer;
  const std::string account{line.param(0) == "*" ? std::string_view{} : to_utf8(line.param(0), buffer)};
  change_everywhere(line.nick, [&](Occupant& occupant) { return occupant.set_account(account); });
}

void Session::on_chghost(const Line& line) {
  if (line.count < 2) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  if (is_me(line.nick)) learn_own_address(line.param(0), line.param(1));
  std::string buffer;
  const std::string address{to_utf8(std::string{line.param(0)}.append("@").append(line.param(1)), buffer)};
  change_everywhere(line.nick, [&](Occupant& occupant) {
    occupant.address = address;
    return false;  // nobody comes or goes by that
  });
}

void Session::ask_who(const Channel& channel) {
  const bool is_kept_true = capabilities_.has(Cap::away_notify) || capabilities_.has(Cap::account_notify);
  if (!isupport_->whox || !is_kept_true || channel.occupants.size() > max_asked_who) return;
  send(Urgency::later, "WHO", {channel.name, who_fields});
}

void Session::on_who(const Line& line) {
  if (line.param(1) != who_token || line.count < 6) return;
  Channel* const channel = find(line.param(2));
  if (channel == nullptr || channel->state != Channel::State::joined) return;
  const auto found = channel->occupants.find(folded(line.param(3)));
  if (found == channel->occupants.end()) return;
  Occupant& occupant = found->second;
  const std::string_view flags = line.param(4);
  const auto has = [flags](char flag) { return flags.find(flag) != std::string_view::npos; };
  std::string buffer;
  const std::string account{line.param(5) == "0" ? std::string_view{} : to_utf8(line.param(5), buffer)};
  const bool is_away = has('G');
  bool changed = occupant.set_account(account);
  if (is_away != occupant.is_away) changed = occupant.set_away(is_away, {}) || changed;
  const bool is_bot = isupport_->bot_flag != '\0' && has(isupport_->bot_flag);
  changed = changed || is_bot != occupant.is_bot || has('*') != occupant.is_operator;
  occupant.is_bot = is_bot;
  occupant.is_operator = has('*');
  if (!changed) return;
  Change told = to_change(Change::Kind::standing, to_member(*isupport_, *channel, occupant));
  told.self = is_me(line.param(3));
  add_to_burst(*channel, std::move(told), longest_burst);
}

bool Session::on_invitation_of_another(const Line& line) {
  if (is_me(line.param(0))) return false;
  const Channel* const channel = find(line.param(1));
  if (channel == nullptr || channel->state != Channel::State::joined) return true;
  std::string buffer;
  std::string text{to_utf8(line.nick, buffer)};
  text += " invites ";
  text += to_utf8(line.param(0), buffer);
  notice_in(channel->place, std::move(text));
  return true;
}

void Session::on_rename(const Line& line) {
  Channel* const channel = find(line.param(0));
  const std::string to{line.param(1)};
  if (channel == nullptr || !channel->is_on() || !isupport_->is_channel(to)) {
    host_.count("irc_lines_dropped", "unknown_channel");
    return;
  }
  Channel* const other = find(to);
  if (other == channel) {  // the case of its letters changed
    channel->name = to;
    return;
  }
  if (other != nullptr) channels_.erase(*other);  // one that we are not on yet: the server has this one there
  const Conversation place = shared_.addresses.room(place_.network, to);
  end_burst(*channel);
  if (channel->state == Channel::State::joined) {
    EventPtr event = host_.event(channel->place);
    event->about.actor.name = to_utf8(line.nick, shared_.scratch.text);
    RoomInfo info;
    info.moved_to = place.native.str();
    event->what = std::move(info);
    host_.emit(std::move(event));
  }
  const std::string before = channel->folded;
  channels_.rename(*channel, folded(to), to, place);
  for (Wish& wish : wishes_)
    if (wish.kind == Wish::Kind::join && wish.key == before) wish.key = channel->folded;
  // The users' clients come after; those that do not have left it.
  channel->lost_until = now_ + shared_.settings.linger;
  want(channel->lost_until);
}

}  // namespace isthmus::irc
