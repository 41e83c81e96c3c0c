// Session: who is where.
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

void Session::on_join(const Line& line) {
  const std::string_view name = line.param(0);
  if (is_me(line.nick)) return on_own_join(line, name);
  Channel* channel = find(name);
  if (channel == nullptr || !channel->is_on()) {
    host_.count("irc_lines_dropped", "unknown_channel");
    return;
  }
  Scratch& scratch = shared_.scratch;
  if (channel->occupants.size() >= max_occupants) {
    host_.count("irc_lines_dropped", "too_many_occupants");
    return;
  }
  const std::string nick{to_utf8(line.nick, scratch.text)};
  const std::string address{to_utf8(address_of(line, scratch.address), scratch.text)};
  Occupant& occupant = channel->add(folded(line.nick), nick, address);
  note_newcomer(line, occupant);
  Change change = to_change(Change::Kind::join, to_member(*isupport_, *channel, occupant));
  if (is_in(line, Batch::Kind::netjoin)) return add_to_burst(*channel, std::move(change), longest_burst);
  end_burst(*channel);
  announce(*channel, std::move(change));
}

void Session::on_own_join(const Line& line, std::string_view name) {
  learn_own_address(line.user, line.host);
  Channel* channel = find(name);
  if (channel == nullptr) return offer(name);  // nobody asked for it
  if (channel->is_on() || channel->state == Channel::State::leaving) return;
  channel->reset();
  channel->name = name;
  channel->state = Channel::State::syncing;
  channel->due = now_ + answer_timeout;
  want(channel->due);
  Scratch& scratch = shared_.scratch;
  const std::string nick{to_utf8(line.nick, scratch.text)};
  const std::string address{to_utf8(address_of(line, scratch.address), scratch.text)};
  note_newcomer(line, channel->add(folded(line.nick), nick, address));
  ask_for_history(*channel);
}

void Session::on_names(const Line& line) {
  Channel* channel = find(line.param(2));
  if (channel == nullptr || channel->state != Channel::State::syncing) return;
  channel->due = now_ + answer_timeout;
  Scratch& scratch = shared_.scratch;
  std::string_view rest = line.last();
  while (!rest.empty()) {
    const std::size_t space = rest.find(' ');
    const NamesItem item = parse_names_item(*isupport_, rest.substr(0, space));
    rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
    if (item.nick.empty()) continue;
    if (channel->occupants.size() >= max_occupants) {
      host_.count("irc_lines_dropped", "too_many_occupants");
      return;
    }
    scratch.address.clear();
    if (!item.host.empty()) scratch.address.append(item.user).append("@").append(item.host);
    const std::string_view address = to_utf8(scratch.address, scratch.line);
    Occupant& occupant = channel->add(folded(item.nick), to_utf8(item.nick, scratch.text), address);
    occupant.ranks = 0;
    for (const char symbol : item.symbols)
      if (const auto rank = isupport_->rank_of_symbol(symbol)) occupant.ranks |= rank_bit(*rank);
    if (!item.host.empty() && is_me(item.nick)) learn_own_address(item.user, item.host);
  }
}

void Session::finish_sync(Channel& channel) {
  channel.state = Channel::State::joined;
  channel.known = true;
  ask_who(channel);
  channel.due = never;
  welcome(channel, {});
  confirm_wishes(Wish::Kind::join, channel.folded);
  // Only +m changes what is told of the people; all else is asked for when somebody wants to know.
  const bool has_moderation = isupport_->announces_modes && isupport_->flag_modes.find('m') != std::string::npos;
  if (has_moderation && !channel.modes.known) {
    channel.modes.asked = true;
    send(Urgency::later, "MODE", {channel.name});
  }
  std::vector<EventPtr> held = channel.take_held();
  for (EventPtr& event : held) host_.emit(std::move(event));
}

void Session::welcome(const Channel& channel, const std::string& audience) {
  EventPtr event = host_.event(channel.place);
  event->about.audience = audience;
  event->what = to_roster(*isupport_, channel, to_utf8(nick_, shared_.scratch.text));
  host_.emit(std::move(event));
  emit_subject(channel, audience);
}

void Session::emit_subject(const Channel& channel, const std::string& audience) {
  EventPtr event = host_.event(channel.place);
  event->about.audience = audience;
  RoomInfo::Subject subject = channel.subject();
  event->about.actor.name = subject.by;
  event->what = RoomInfo{std::move(subject)};
  host_.emit(std::move(event));
}

void Session::announce(const Channel& channel, Change change) {
  std::vector<Change> changes;
  changes.push_back(std::move(change));
  announce(channel, std::move(changes));
}

void Session::announce(const Channel& channel, std::vector<Change> changes) {
  if (!channel.known || channel.state != Channel::State::joined) {
    // While names arrive the snapshot that follows tells it. A channel given up while the link is down is told even so.
    const bool leaves = changes.size() == 1 && changes.front().self && changes.front().kind != Change::Kind::rename;
    if (!channel.known || !leaves) return;
  }
  EventPtr event = host_.event(channel.place);
  event->what = Membership{std::move(changes)};
  host_.emit(std::move(event));
}

void Session::announce_own(const Channel& channel, Change::Kind kind, const std::string& reason, std::string_view by,
                           bool banned) {
  const auto own = channel.occupants.find(folded(nick_));
  Change change =
      to_change(kind, own != channel.occupants.end() ? to_member(*isupport_, channel, own->second) : Member{}, reason,
                std::string{by});
  change.who.name = to_utf8(nick_, shared_.scratch.text);
  change.self = true;
  change.banned = banned;
  announce(channel, std::move(change));
}

void Session::add_to_burst(Channel& channel, Change change, SteadyTime::duration longest) {
  if (channel.state != Channel::State::joined) return announce(channel, std::move(change));
  std::vector<Change>& burst = channel.seldom.get().burst;
  burst.push_back(std::move(change));
  if (burst.size() >= max_burst) end_burst(channel);
  want(now_ + longest);
}

void Session::end_bursts() {
  for (std::size_t i = 0; i < channels_.size(); ++i) end_burst(channels_.at(i));
}

void Session::end_burst(Channel& channel) {
  std::vector<Change> burst = channel.take_burst();
  if (!burst.empty()) announce(channel, std::move(burst));
}

void Session::forget(Channel& channel, Change::Kind kind, std::string_view by, const std::string& reason, bool banned) {
  end_burst(channel);
  announce_own(channel, kind, reason, by, banned);
  const Refusal why{
      Condition::not_acceptable, Remedy::cancel, reason.empty() ? "You are not on the channel any more." : reason, {}};
  fail_wishes(Wish::Kind::join, channel.folded, why);
  if (requests_ != nullptr) requests_->on_left(view(), channel, why);
  channels_.erase(channel);
  close_if_unused("");
}

void Session::refuse_channel(Channel& channel, const Refusal& why) {
  fail_wishes(Wish::Kind::join, channel.folded, why);
  forget(channel, Change::Kind::leave, {}, why.text);
}

void Session::left(Channel& channel) {
  if (has_wish(Wish::Kind::join, channel.folded)) {
    send_join(channel);
    return;
  }
  channels_.erase(channel);
  close_if_unused("");
}

void Session::on_part(const Line& line) {
  Channel* channel = find(line.param(0));
  if (channel == nullptr) {
    if (is_me(line.nick)) take_offer(line.param(0));
    return;
  }
  const std::string reason{plain_text(line.param(1), shared_.scratch.text)};
  if (is_me(line.nick)) {
    if (channel->state == Channel::State::leaving) return left(*channel);
    if (channel->is_on()) forget(*channel, Change::Kind::leave, {}, reason);
    return;
  }
  const auto gone = channel->occupants.find(folded(line.nick));
  if (!channel->is_on() || gone == channel->occupants.end()) return;
  Change change = to_change(Change::Kind::leave, to_member(*isupport_, *channel, gone->second), reason);
  channel->occupants.erase(gone);
  end_burst(*channel);
  announce(*channel, std::move(change));
}

void Session::on_kick(const Line& line) {
  Channel* channel = find(line.param(0));
  if (channel == nullptr) {
    if (is_me(line.param(1))) take_offer(line.param(0));
    return;
  }
  const std::string by{to_utf8(line.nick, shared_.scratch.text)};
  const std::string reason{plain_text(line.param(2), shared_.scratch.text)};
  if (is_me(line.param(1))) {
    if (channel->state == Channel::State::leaving) return left(*channel);
    if (channel->is_on()) forget(*channel, Change::Kind::kick, by, reason, was_banned(*channel, line.param(1)));
    return;
  }
  const auto gone = channel->occupants.find(folded(line.param(1)));
  if (!channel->is_on() || gone == channel->occupants.end()) return;
  Change change = to_change(Change::Kind::kick, to_member(*isupport_, *channel, gone->second), reason, by);
  change.banned = was_banned(*channel, line.param(1));
  channel->occupants.erase(gone);
  end_burst(*channel);
  announce(*channel, std::move(change));
  if (requests_ != nullptr) requests_->on_kick(view(), *channel, line.param(1));
}

void Session::on_quit(const Line& line) {
  if (is_me(line.nick)) return;  // ERROR and the end of the link follow
  const bool batch = is_in(line, Batch::Kind::netsplit);
  const bool split = batch || is_netsplit(line.param(0));
  const std::string reason{plain_text(line.param(0), shared_.scratch.text)};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_.at(i);
    const auto gone = channel.occupants.find(folded(line.nick));
    if (gone == channel.occupants.end()) continue;
    Change change = to_change(Change::Kind::quit, to_member(*isupport_, channel, gone->second), reason);
    channel.occupants.erase(gone);
    if (split) {
      add_to_burst(channel, std::move(change), batch ? longest_burst : netsplit_window);
      continue;
    }
    end_burst(channel);
    announce(channel, std::move(change));
  }
}

void Session::on_nick(const Line& line) {
  const std::string_view to = line.param(0);
  if (to.empty() || !is_nick(to)) {
    host_.count("irc_lines_dropped", "malformed");
    return;
  }
  const bool self = is_me(line.nick);
  std::string buffer;
  const std::string new_name{to_utf8(to, buffer)};
  for (std::size_t i = 0; i < channels_.size(); ++i) {
    Channel& channel = channels_.at(i);
    const auto found = channel.occupants.find(folded(line.nick));
    if (found == channel.occupants.end()) continue;
    auto node = channel.occupants.extract(found);
    Change change = to_change(Change::Kind::rename, to_member(*isupport_, channel, node.mapped()));
    change.self = self;
    change.new_name = new_name;
    node.key() = folded(to);
    node.mapped().nick = new_name;
    channel.occupants.erase(node.key());  // the table may never hold two, whatever the server says
    channel.occupants.insert(std::move(node));
    end_burst(channel);
    announce(channel, std::move(change));
  }
  if (!self) return;
  nick_ = to;
  learn_own_address(line.user, line.host);
  if (rare_ != nullptr && rare_->console_nick == to) wanted_nick_ = to;
  if (has_wish(Wish::Kind::rename, to)) {
    wanted_nick_ = to;
    confirm_wishes(Wish::Kind::rename, to);
  }
  if (is_me(wanted_nick_)) {
    unwatch_wanted_nick();
    regain_due_ = never;
    regaining_ = false;
  }
}

void Session::on_topic(const Line& line) {
  Channel* channel = find(line.param(0));
  if (channel == nullptr || !channel->is_on()) return;
  std::string buffer;
  RoomInfo::Subject& subject = channel->set_subject.get();
  subject.text = plain_text(line.param(1), buffer, charset_of(channel->name));
  subject.by = to_utf8(line.nick, buffer);
  subject.at = host_.wall_clock();
  if (channel->state == Channel::State::joined) emit_subject(*channel, {});
  if (requests_ != nullptr && is_me(line.nick)) requests_->on_subject(view(), *channel);
}

void Session::on_topic_numeric(const Line& line) {
  Channel* channel = find(line.param(1));
  if (channel == nullptr || !channel->is_on()) return;
  std::string buffer;
  if (line.numeric == RPL_TOPICWHOTIME) {
    const std::string_view who = line.param(2);
    RoomInfo::Subject& subject = channel->set_subject.get();
    subject.by = to_utf8(who.substr(0, who.find('!')), buffer);
    subject.at = parse_unix_time(line.param(3));
    return;
  }
  std::string text;
  if (line.numeric == RPL_TOPIC) text = plain_text(line.last(), buffer, charset_of(channel->name));
  if (text == channel->subject_text()) return;
  channel->set_subject = RoomInfo::Subject{.text = std::move(text), .by = {}, .at = {}};
  if (channel->state == Channel::State::joined) emit_subject(*channel, {});
}

void Session::rekey() {
  const auto doubles = channels_.rekey(isupport_->casemapping);
  for (const auto& dropped : doubles) {
    const Channel& kept = *channels_.find(dropped->folded);
    const Refusal why{Condition::redirect, Remedy::modify,
                      "On this network that is another spelling of a channel you are on.", kept.place.native.str()};
    for (Wish& wish : wishes_)
      if (wish.event->about.conversation == dropped->place) host_.failed(std::move(wish.event), why);
    drop_ended_wishes();
    announce_own(*dropped, Change::Kind::leave, why.text);
  }
  for (Wish& wish : wishes_)
    if (wish.kind == Wish::Kind::join) wish.key = folded(wish.event->about.conversation.native.view());
  rekey_watches();
}

void Session::learn_own_address(std::string_view user, std::string_view host) {
  if (!user.empty()) user_length_ = static_cast<std::uint16_t>(std::min<std::size_t>(user.size(), 200));
  if (!host.empty()) host_length_ = static_cast<std::uint16_t>(std::min<std::size_t>(host.size(), 255));
}

PrefixLength Session::own_prefix() const noexcept {
  // One more than USERLEN for the ~ of an unverified user name.
  return {.nick = nick_.size(),
          .user = user_length_ != 0 ? user_length_ : std::size_t{isupport_->user_length} + 1,
          .host = host_length_ != 0 ? host_length_ : std::size_t{isupport_->host_length}};
}

}  // namespace isthmus::irc
