#include "adapters/irc/channel.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::irc {
namespace {

/// What `member` holds; the rest goes when it holds nothing.
template <class T>
T take(Rare<Channel::Seldom>& seldom, T Channel::Seldom::* member) {
  if (!seldom) return {};
  T taken = std::exchange((*seldom).*member, {});
  if (seldom->key.empty() && seldom->held.empty() && seldom->burst.empty()) seldom.reset();
  return taken;
}

}  // namespace

bool Occupant::set_account(std::string_view account) {
  if (account.empty() && !more) return false;
  if (more && more->account == account) return false;
  more.get().account = account;
  return true;
}

bool Occupant::set_away(bool away, std::string_view words) {
  const std::string_view known = more ? std::string_view{more->away} : std::string_view{};
  if (away == is_away && words == known) return false;
  is_away = away;
  if (words != known) more.get().away = words;
  return true;
}

void Channel::reset() {
  occupants.clear();
  set_subject.reset();
  modes = {};
  take_held();
  take_burst();  // the key is for the next stay, too
  due = never;
}

void Channel::set_key(std::string_view key) {
  if (seldom || !key.empty()) seldom.get().key = key;
}

std::vector<Change> Channel::take_burst() { return take(seldom, &Seldom::burst); }

std::vector<EventPtr> Channel::take_held() { return take(seldom, &Seldom::held); }

Occupant& Channel::add(std::string_view folded_nick, std::string_view nick, std::string_view address) {
  auto place_of = occupants.find(folded_nick);
  if (place_of == occupants.end()) place_of = occupants.emplace(folded_nick, Occupant{}).first;
  Occupant& occupant = place_of->second;
  occupant.nick = nick;
  if (!address.empty()) occupant.address = address;
  return occupant;
}

Channel* Channels::find(std::string_view folded) const noexcept {
  const std::size_t hash = TextHash{}(folded);
  for (const Item& item : items_)
    if (item.hash == hash && item.channel->folded == folded) return item.channel.get();
  return nullptr;
}

Channel* Channels::find(const Conversation& place) const noexcept {
  for (const Item& item : items_)
    if (item.channel->place == place) return item.channel.get();
  return nullptr;
}

Channel& Channels::add(std::string_view folded, Conversation place) {
  auto channel = std::make_unique<Channel>();
  channel->place = std::move(place);
  channel->folded = folded;
  channel->name = channel->place.native.str();
  return *items_.emplace_back(TextHash{}(folded), std::move(channel)).channel;
}

void Channels::erase(const Channel& channel) {
  std::erase_if(items_, [&](const Item& item) { return item.channel.get() == &channel; });
}

void Channels::rename(Channel& channel, std::string_view folded, std::string_view name, Conversation place) {
  for (Item& item : items_) {
    if (item.channel.get() != &channel) continue;
    item.hash = TextHash{}(folded);
    channel.folded = folded;
    channel.name = name;
    channel.place = std::move(place);
    return;
  }
}

std::vector<std::unique_ptr<Channel>> Channels::rekey(CaseMapping mapping) {
  std::vector<std::unique_ptr<Channel>> doubles;
  std::string buffer;
  std::vector<Item> before = std::exchange(items_, {});
  for (Item& item : before) {
    Channel& channel = *item.channel;
    channel.folded = fold(mapping, channel.name, buffer);
    Occupants occupants;
    for (auto& [key, occupant] : channel.occupants) {
      const std::string folded{fold(mapping, occupant.nick, buffer)};
      occupants.insert_or_assign(folded, std::move(occupant));
    }
    channel.occupants = std::move(occupants);
    if (find(channel.folded) != nullptr) {
      doubles.push_back(std::move(item.channel));
    } else {
      items_.push_back({TextHash{}(channel.folded), std::move(item.channel)});
    }
  }
  return doubles;
}

Standing standing(const Isupport& isupport, std::uint16_t ranks, bool moderated) noexcept {
  for (std::size_t rank = 0; rank < isupport.prefix_modes.size() && rank < 16; ++rank) {
    if ((ranks >> rank & 1U) == 0) continue;
    const std::size_t op = isupport.rank_of_mode('o').value_or(0);
    const std::size_t voice = isupport.rank_of_mode('v').value_or(16);
    if (rank < op) return {Affiliation::owner, Role::moderator};
    if (rank == op) return {Affiliation::admin, Role::moderator};
    if (rank < voice) return {Affiliation::member, Role::moderator};
    return {Affiliation::member, Role::participant};
  }
  return {Affiliation::none, moderated ? Role::visitor : Role::participant};
}

std::string privileges(const Isupport& isupport, std::uint16_t ranks, bool is_operator) {
  constexpr std::string_view usual = "~&@%+";
  std::string marks;
  for (std::size_t rank = 0; rank < isupport.prefix_symbols.size() && rank < 16; ++rank) {
    const char symbol = isupport.prefix_symbols[rank];
    if ((ranks >> rank & 1U) != 0 && usual.find(symbol) == std::string_view::npos) marks += symbol;
  }
  if (is_operator && marks.find('*') == std::string::npos) marks += '*';
  return marks;
}

Member to_member(const Isupport& isupport, const Channel& channel, const Occupant& occupant) {
  const Standing has = standing(isupport, occupant.ranks, channel.modes.has('m'));
  Member member{.name = occupant.nick, .address = occupant.address, .affiliation = has.affiliation, .role = has.role};
  member.is_bot = occupant.is_bot;
  member.privileges = privileges(isupport, occupant.ranks, occupant.is_operator);
  if (occupant.more) member.account = occupant.more->account;
  if (occupant.is_away)
    member.presence = Presence{Presence::Show::away, occupant.more ? occupant.more->away : std::string{}};
  return member;
}

Change to_change(Change::Kind kind, Member who, std::string reason, std::string by) {
  Change change;
  change.kind = kind;
  change.who = std::move(who);
  change.reason = std::move(reason);
  change.by = std::move(by);
  return change;
}

Roster to_roster(const Isupport& isupport, const Channel& channel, std::string_view self) {
  Roster roster;
  roster.self = self;
  roster.members.reserve(channel.occupants.size());
  for (const auto& [key, occupant] : channel.occupants)
    roster.members.push_back(to_member(isupport, channel, occupant));
  return roster;
}

}  // namespace isthmus::irc
