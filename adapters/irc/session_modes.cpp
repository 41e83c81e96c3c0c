// Session: how channels are set, and the standing of those on them.
#include <algorithm>
#include <utility>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/session.hpp"

namespace isthmus::irc {

void Session::on_mode(const Line& line) {
  Channel* channel = find(line.param(0));
  if (channel == nullptr || !channel->is_on()) return;  // our own user modes, mostly
  auto& modes = shared_.scratch.modes;
  modes.clear();
  parse_modes(*isupport_, line.parameters().subspan(1), modes);
  const std::string by{to_utf8(line.nick, shared_.scratch.text)};
  apply_modes(*channel, by);
  if (requests_ != nullptr) requests_->on_modes(view(), *channel, modes, line.nick);
  if (channel->state != Channel::State::joined) return;
  using Kind = ModeChange::Kind;
  const auto is_setting = [](Kind kind) { return kind != Kind::status && kind != Kind::list; };
  if (std::ranges::any_of(modes, is_setting, &ModeChange::kind)) {
    EventPtr event = host_.event(channel->place);
    event->what = RoomInfo{.subject = {}, .settings_changed = true};
    host_.emit(std::move(event));
  }
  const std::string text = to_text(modes);
  if (!text.empty()) notice_in(channel->place, "mode " + text + (by.empty() ? "" : " by " + by));
}

bool Session::on_channel_modes(const Line& line) {
  Channel* channel = find(line.param(1));
  const bool was_asked = channel != nullptr && channel->modes.asked;
  if (channel != nullptr && channel->is_on() && line.count > 2) take_in_modes(line, *channel);
  return (requests_ != nullptr && requests_->on_reply(view(), line)) || was_asked;
}

void Session::take_in_modes(const Line& line, Channel& channel) {
  auto& modes = shared_.scratch.modes;
  modes.clear();
  const bool was_moderated = channel.modes.has('m');
  channel.modes = {};
  parse_modes(*isupport_, line.parameters().subspan(2), modes);
  // What changed unseen is told by the same path as a MODE: a channel that is not moderated any more is one "-m".
  if (was_moderated) channel.modes.flags = "m";
  const bool is_moderated = std::ranges::find(modes, 'm', &ModeChange::letter) != modes.end();
  if (was_moderated && !is_moderated) modes.push_back({ModeChange::Kind::flag, false, 'm', {}});
  apply_modes(channel, {});
  channel.modes.known = true;
}

void Session::apply_modes(Channel& channel, const std::string& by) {
  const bool was_moderated = channel.modes.has('m');
  struct Before {
    Occupant* occupant;
    std::uint16_t ranks;
  };
  std::vector<Before> touched;
  for (const ModeChange& mode : shared_.scratch.modes) {
    channel.modes.apply(mode);
    if (mode.kind == ModeChange::Kind::setting && mode.letter == 'k') {
      // Some servers show everybody but operators "*".
      if (!mode.add) channel.set_key({});
      if (mode.add && mode.argument != "*") channel.set_key(mode.argument);
    }
    if (mode.kind == ModeChange::Kind::list && mode.letter == 'b' && mode.add && !mode.argument.empty()) {
      if (rare_ == nullptr) rare_ = std::make_unique<Rare>();
      rare_->bans.add(channel.folded, mode.argument, now_);
    }
    const auto rank = mode.kind == ModeChange::Kind::status ? isupport_->rank_of_mode(mode.letter) : std::nullopt;
    if (!rank) continue;
    const auto found = channel.occupants.find(folded(mode.argument));
    if (found == channel.occupants.end()) continue;
    Occupant& occupant = found->second;
    if (std::ranges::find(touched, &occupant, &Before::occupant) == touched.end())
      touched.push_back({&occupant, occupant.ranks});
    const std::uint16_t bit = rank_bit(*rank);
    occupant.ranks = static_cast<std::uint16_t>(mode.add ? occupant.ranks | bit : occupant.ranks & ~bit);
  }
  const bool is_moderated = channel.modes.has('m');
  if (was_moderated != is_moderated) {
    // Whoever has no voice is a visitor now, or is none any more.
    const std::size_t named = touched.size();
    for (auto& [key, occupant] : channel.occupants) {
      const auto end = touched.begin() + static_cast<std::ptrdiff_t>(named);
      if (std::ranges::find(touched.begin(), end, &occupant, &Before::occupant) == end)
        touched.push_back({&occupant, occupant.ranks});
    }
  }
  std::vector<Change> changes;
  const std::string_view self = to_utf8(nick_, shared_.scratch.text);
  for (const Before& before : touched) {
    const Occupant& occupant = *before.occupant;
    const auto marks = [&](std::uint16_t ranks) { return privileges(*isupport_, ranks, occupant.is_operator); };
    if (standing(*isupport_, occupant.ranks, is_moderated) == standing(*isupport_, before.ranks, was_moderated) &&
        marks(occupant.ranks) == marks(before.ranks))
      continue;
    if (updated_in_burst(channel, occupant)) continue;
    changes.push_back(to_change(Change::Kind::standing, to_member(*isupport_, channel, occupant), {}, by));
    changes.back().self = occupant.nick == self;
  }
  if (changes.empty()) return;
  end_burst(channel);
  announce(channel, std::move(changes));
}

bool Session::was_banned(const Channel& channel, std::string_view nick) {
  if (rare_ == nullptr) return false;
  const auto found = channel.occupants.find(folded(nick));
  std::string who{nick};
  who.append("!").append(found == channel.occupants.end() ? std::string{} : found->second.address);
  return rare_->bans.cover(isupport_->casemapping, channel.folded, who, now_);
}

}  // namespace isthmus::irc
