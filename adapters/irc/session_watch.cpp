// Session: the presence of those that the user watches (https://ircv3.net/specs/extensions/monitor, extended-monitor;
// ISON of RFC 2812 §4.9 for servers without).
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/replies.hpp"
#include "adapters/irc/session.hpp"
#include "adapters/irc/timing.hpp"

namespace isthmus::irc {

namespace {

Rejected rejected(Condition condition, Remedy remedy, std::string text) {
  return {{condition, remedy, std::move(text), {}}};
}

/// Cuts the next item off `list`.
std::string_view next_item(std::string_view& list, char separator) {
  while (list.starts_with(separator)) list.remove_prefix(1);
  const std::string_view item = list.substr(0, list.find(separator));
  list.remove_prefix(item.size());
  return item;
}

}  // namespace

Outcome Session::deliver_watch(EventPtr& event) {
  const Conversation& place = event->about.conversation;
  const std::string_view nick = place.native.view();
  if (place.kind != PlaceKind::direct || !is_nick(nick))
    return rejected(Condition::jid_malformed, Remedy::modify, "This cannot be a nick.");
  const std::string key{folded(nick)};
  const bool by_monitor = phase_ == Phase::up && isupport_->monitor > 0;
  if (!std::get<Watch>(event->what).on) {
    if (extensions_ == nullptr || extensions_->watches.find(key) == nullptr) return Accepted{};
    extensions_->watches.remove(key);
    const bool is_ours = regain_due_ != never && same_name(isupport_->casemapping, nick, wanted_nick_);
    if (by_monitor && !is_ours) send(Urgency::user, "MONITOR", {"-", nick});
    return Accepted{};
  }
  Watches& watches = extensions().watches;
  if (Watched* const known = watches.find(key); known != nullptr) {
    if (const auto told = std::exchange(known->told, std::nullopt)) tell_presence(*known, *told);
    return Accepted{};
  }
  const std::size_t most = by_monitor ? std::min<std::size_t>(isupport_->monitor, Watches::max) : Watches::max;
  if (watches.size() >= most || !has_room_for_wish())
    return rejected(Condition::resource_constraint, Remedy::wait, "You watch as many people as the network allows.");
  watches.add(key, nick);
  if (phase_ != Phase::up) return Accepted{};
  if (!by_monitor) {
    watches.ask_due = std::min(watches.ask_due, now_ + std::chrono::seconds{1});
    want(watches.ask_due);
    return Accepted{};
  }
  const SteadyTime sent = send(Urgency::user, "MONITOR", {"+", nick});
  add_wish(Wish::Kind::watch, event, key, sent + answer_timeout);
  return Pending{};
}

void Session::resume_watches() {
  if (extensions_ == nullptr || extensions_->watches.empty()) return;
  if (isupport_->monitor == 0) {
    extensions_->watches.ask_due = now_;
    return ask_ison();
  }
  for (const std::string& nicks : extensions_->watches.lists(',')) send(Urgency::later, "MONITOR", {"+", nicks});
}

void Session::watch_wanted_nick() {
  if (isupport_->monitor > 0) send(Urgency::later, "MONITOR", {"+", wanted_nick_});
}

void Session::unwatch_wanted_nick() {
  if (regain_due_ == never || isupport_->monitor == 0) return;
  if (extensions_ != nullptr && extensions_->watches.find(folded(wanted_nick_)) != nullptr) return;
  send(Urgency::later, "MONITOR", {"-", wanted_nick_});
}

void Session::on_monitor(const Line& line) {
  const bool is_online = line.numeric == RPL_MONONLINE;
  std::string_view list = line.last();
  for (std::string_view item = next_item(list, ','); !item.empty(); item = next_item(list, ',')) {
    const std::string_view nick = item.substr(0, item.find('!'));
    const std::string key{folded(nick)};
    confirm_wishes(Wish::Kind::watch, key);
    if (!is_online && regain_due_ != never && phase_ == Phase::up &&
        same_name(isupport_->casemapping, nick, wanted_nick_))
      regain_nick();
    Watched* const watched = extensions_ == nullptr ? nullptr : extensions_->watches.find(key);
    if (watched == nullptr) continue;
    watched->nick = nick;
    tell_presence(*watched, {is_online ? Presence::Show::available : Presence::Show::gone, {}});
  }
}

void Session::on_monitor_full(const Line& line) {
  const auto why = refusal(line, Asked::command);
  std::string_view list = line.param(2);
  for (std::string_view nick = next_item(list, ','); !nick.empty(); nick = next_item(list, ',')) {
    const std::string key{folded(nick)};
    if (extensions_ != nullptr) extensions_->watches.remove(key);
    fail_wishes(Wish::Kind::watch, key, *why);
  }
}

void Session::ask_ison() {
  if (extensions_ == nullptr || phase_ != Phase::up || isupport_->monitor > 0) return;
  Watches& watches = extensions_->watches;
  if (now_ < watches.ask_due) return;
  const std::string names = watches.next_question();
  watches.ask_due = names.empty() ? never : now_ + ison_pause;
  if (names.empty()) return;
  send(Urgency::later, "ISON", {}, names);
  want(watches.ask_due);
}

void Session::on_ison(const Line& line) {
  if (extensions_ == nullptr) return;
  std::vector<std::string> online;
  std::string_view list = line.last();
  for (std::string_view nick = next_item(list, ' '); !nick.empty(); nick = next_item(list, ' '))
    online.emplace_back(folded(nick));
  for (const std::string& key : extensions_->watches.take_asked()) {
    Watched* const watched = extensions_->watches.find(key);
    if (watched == nullptr) continue;
    const bool is_online = std::ranges::find(online, key) != online.end();
    // ISON tells nothing of being away; that may be known from a channel.
    const bool was_online = watched->told && watched->told->show != Presence::Show::gone;
    if (is_online && was_online) continue;
    tell_presence(*watched, {is_online ? Presence::Show::available : Presence::Show::gone, {}});
  }
}

void Session::tell_presence(Watched& watched, Presence presence) {
  if (watched.told && *watched.told == presence) return;
  EventPtr event = host_.event(shared_.addresses.direct(place_.network, watched.nick));
  event->about.actor.name = to_utf8(watched.nick, shared_.scratch.text);
  event->what = presence;
  watched.told = std::move(presence);
  host_.emit(std::move(event));
}

void Session::lose_watched() {
  if (extensions_ == nullptr) return;
  for (Watched& watched : extensions_->watches.all()) {
    if (watched.told && watched.told->show != Presence::Show::gone) tell_presence(watched, {Presence::Show::gone, {}});
    watched.told.reset();
  }
}

void Session::rekey_watches() {
  if (extensions_ == nullptr) return;
  for (Watched& watched : extensions_->watches.all()) watched.folded = folded(watched.nick);
  for (Wish& wish : wishes_)
    if (wish.kind == Wish::Kind::watch) wish.key = folded(wish.event->about.conversation.native.view());
}

}  // namespace isthmus::irc
