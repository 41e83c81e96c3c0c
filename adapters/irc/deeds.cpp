#include "adapters/irc/deeds.hpp"

#include <algorithm>
#include <optional>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/nick.hpp"
#include "adapters/irc/timing.hpp"
#include "adapters/irc/translate.hpp"

namespace isthmus::irc {

namespace {

constexpr std::size_t max_mask = 200;
constexpr std::size_t max_arguments = 12;        // of one MODE: a line has 15 parameters
constexpr std::size_t max_argument_bytes = 300;  // of one MODE, together, unless there is only one

Refusal refusal_of(Condition condition, Remedy remedy, std::string text) {
  return {condition, remedy, std::move(text), {}};
}

Refusal no_mode() {
  return refusal_of(Condition::feature_not_implemented, Remedy::cancel, "This network has no mode for that.");
}

/// Places in PREFIX; 0 is the highest.
struct Ranks {
  explicit Ranks(const Isupport& isupport)
      : op{isupport.rank_of_mode('o')}, voice{isupport.rank_of_mode('v')}, owner{op}, half{op} {
    for (const char letter : {'q', 'a'}) {
      const auto rank = isupport.rank_of_mode(letter);
      if (!rank || !op || *rank >= *op) continue;
      owner = rank;
      break;
    }
    if (op && voice && *op + 1 < *voice) half = *op + 1;
  }

  std::optional<std::size_t> op;
  std::optional<std::size_t> voice;
  std::optional<std::size_t> owner;  // the mode that makes one, op where there is none above it
  std::optional<std::size_t> half;   // the mode below op that moderates, op where there is none
};

std::uint16_t without_higher(std::uint16_t ranks, std::size_t rank) noexcept {
  return static_cast<std::uint16_t>(ranks & ~(rank_bit(rank) - 1U));
}

/// `ranks` as they are to be for `affiliation`; nullopt when there is no mode for it.
std::optional<std::uint16_t> with_affiliation(const Isupport& isupport, std::uint16_t ranks, Affiliation affiliation) {
  if (standing(isupport, ranks, false).affiliation == affiliation) return ranks;
  const Ranks places{isupport};
  std::optional<std::size_t> rank;
  switch (affiliation) {
    case Affiliation::none:
    case Affiliation::outcast: return std::uint16_t{0};
    case Affiliation::member: rank = places.voice; break;
    case Affiliation::admin: rank = places.op; break;
    case Affiliation::owner: rank = places.owner; break;
  }
  if (!rank) return std::nullopt;
  return static_cast<std::uint16_t>(without_higher(ranks, *rank) | rank_bit(*rank));
}

std::optional<std::uint16_t> with_role(const Isupport& isupport, std::uint16_t ranks, Role role, bool moderated) {
  const Role has = standing(isupport, ranks, moderated).role;
  if (has == role) return ranks;
  const Ranks places{isupport};
  switch (role) {
    case Role::none: return ranks;
    case Role::visitor: return std::uint16_t{0};
    case Role::participant:
      if (!places.voice) return moderated ? std::nullopt : std::optional{std::uint16_t{0}};
      ranks = without_higher(ranks, *places.voice);
      return moderated ? static_cast<std::uint16_t>(ranks | rank_bit(*places.voice)) : ranks;
    case Role::moderator:
      if (!places.half) return std::nullopt;
      return static_cast<std::uint16_t>(ranks | rank_bit(*places.half));
  }
  return ranks;
}

/// First what is given, then what is taken: one who changes oneself may not be able to after that.
void add_ranks(std::vector<Deed>& deeds, const Isupport& isupport, std::uint16_t before, std::uint16_t after,
               std::string_view nick) {
  for (const bool add : {true, false}) {
    const auto differing = static_cast<std::uint16_t>(add ? after & ~before : before & ~after);
    for (std::size_t rank = 0; rank < isupport.prefix_modes.size() && rank < 16; ++rank) {
      if ((differing & rank_bit(rank)) == 0) continue;
      deeds.push_back(
          {Deed::Kind::mode, add, isupport.prefix_modes[rank], ModeChange::Kind::status, std::string{nick}});
    }
  }
}

std::string ban_mask(std::string_view nick, const Occupant* occupant) {
  const std::string_view address = occupant != nullptr ? std::string_view{occupant->address} : std::string_view{};
  const std::size_t at = address.rfind('@');
  if (at != std::string_view::npos && at + 1 < address.size())
    return std::string{"*!*@"}.append(address.substr(at + 1));
  return std::string{nick}.append("!*@*");
}

Deed ban(bool add, std::string mask) { return {Deed::Kind::mode, add, 'b', ModeChange::Kind::list, std::move(mask)}; }

std::optional<Refusal> add_wish(Moderation& moderation, const Isupport& isupport, const Channel& channel,
                                const Moderate::Wish& wish) {
  const bool is_ban = wish.affiliation == Affiliation::outcast;
  if (!is_nick(wish.who)) {
    const bool is_about_ban = is_ban || wish.affiliation == Affiliation::none;
    if (!is_about_ban || !is_mask(wish.who))
      return refusal_of(Condition::jid_malformed, Remedy::modify, "This can be neither a nick nor a mask.");
    moderation.deeds.push_back(ban(is_ban, wish.who));
    return std::nullopt;
  }
  std::string buffer;
  const auto found = channel.occupants.find(fold(isupport.casemapping, wish.who, buffer));
  const Occupant* occupant = found == channel.occupants.end() ? nullptr : &found->second;
  if (is_ban) {
    moderation.deeds.push_back(ban(true, ban_mask(wish.who, occupant)));
  } else if (occupant == nullptr && wish.affiliation == Affiliation::none) {
    moderation.unban.push_back(wish.who);
    return std::nullopt;
  } else if (occupant == nullptr) {
    return refusal_of(Condition::item_not_found, Remedy::cancel, "Nobody of that nick is on the channel.");
  }
  if (is_ban || wish.role == Role::none) {
    if (occupant != nullptr)
      moderation.deeds.push_back(
          {Deed::Kind::kick, true, {}, ModeChange::Kind::flag, occupant->nick, to_one_line(wish.reason, max_reason)});
    return std::nullopt;
  }
  const bool moderated = channel.modes.has('m');
  std::optional<std::uint16_t> ranks = occupant->ranks;
  if (wish.affiliation) ranks = with_affiliation(isupport, *ranks, *wish.affiliation);
  if (ranks && wish.role) ranks = with_role(isupport, *ranks, *wish.role, moderated);
  if (!ranks) return no_mode();
  if (wish.role == Role::visitor && !moderated && occupant->ranks == 0)
    return refusal_of(Condition::not_allowed, Remedy::cancel,
                      "Everybody may speak here: the channel is not moderated.");
  add_ranks(moderation.deeds, isupport, occupant->ranks, *ranks, occupant->nick);
  return std::nullopt;
}

Deed flag(char letter, bool add) { return {Deed::Kind::mode, add, letter, ModeChange::Kind::flag, {}}; }

void add_flag(std::vector<Deed>& deeds, const ChannelModes& modes, char letter, std::optional<bool> wished) {
  if (wished && *wished != modes.has(letter)) deeds.push_back(flag(letter, *wished));
}

std::optional<Refusal> add_key(std::vector<Deed>& deeds, const Isupport& isupport, std::string_view now,
                               const std::string& wished) {
  if (wished == now) return std::nullopt;
  const bool fits = isupport.key_length == 0 || wished.size() <= isupport.key_length;
  if (!wished.empty() && (!is_key(wished) || !fits))
    return refusal_of(Condition::not_acceptable, Remedy::modify,
                      "A channel's password is short, without spaces, commas and control characters.");
  // Most servers want the old one to take it away, and some do not replace one.
  if (!now.empty()) deeds.push_back({Deed::Kind::mode, false, 'k', ModeChange::Kind::setting, std::string{now}});
  if (!wished.empty()) deeds.push_back({Deed::Kind::mode, true, 'k', ModeChange::Kind::setting, wished});
  return std::nullopt;
}

bool is_done(const ChannelModes& modes, const Deed& deed) {
  if (deed.of == ModeChange::Kind::status || deed.of == ModeChange::Kind::list) return false;
  return modes.has(deed.letter) == deed.add && (!deed.add || modes.argument(deed.letter) == deed.argument);
}

std::optional<Refusal> add_other(std::vector<Deed>& deeds, const Isupport& isupport, const ChannelModes& modes,
                                 std::string_view wished) {
  std::string mentioned{"imsptkl"};
  if (!wished.empty()) {
    auto changes = parse_deeds(isupport, wished);
    if (!changes) return std::move(changes).error();
    for (Deed& deed : *changes) {
      mentioned += deed.letter;
      if (!is_done(modes, deed)) deeds.push_back(std::move(deed));
    }
  }
  if (wished.substr(0, wished.find(' ')).find('-') != std::string_view::npos) return std::nullopt;
  for (const char letter : modes.flags)
    if (mentioned.find(letter) == std::string::npos) deeds.push_back(flag(letter, false));
  for (const auto& [letter, argument] : modes.settings) {
    if (mentioned.find(letter) != std::string::npos) continue;
    const bool takes_argument = isupport.setting_modes.find(letter) != std::string::npos;
    deeds.push_back({Deed::Kind::mode, false, letter, ModeChange::Kind::setting, takes_argument ? argument : ""});
  }
  return std::nullopt;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

}  // namespace

Answer<Moderation> to_moderation(const Isupport& isupport, const Channel& channel,
                                 std::span<const Moderate::Wish> wishes) {
  Moderation moderation;
  for (const Moderate::Wish& wish : wishes)
    if (auto why = add_wish(moderation, isupport, channel, wish)) return std::move(*why);
  return moderation;
}

Answer<std::vector<Deed>> to_deeds(const Isupport& isupport, const ChannelModes& modes, std::string_view key,
                                   const RoomSettings& wished) {
  std::vector<Deed> deeds;
  add_flag(deeds, modes, 'i', wished.members_only);
  add_flag(deeds, modes, 'm', wished.moderated);
  add_flag(deeds, modes, 't', wished.subject_locked);
  const RoomSettings now = to_settings(modes, key);
  if (wished.hidden && *wished.hidden != *now.hidden) {
    // RFC 2811 §4.2.6: a channel is private or secret, never both; but servers differ.
    if (*wished.hidden) deeds.push_back(flag('s', true));
    for (const char letter : {'s', 'p'})
      if (!*wished.hidden && modes.has(letter)) deeds.push_back(flag(letter, false));
  }
  if (wished.password)
    if (auto why = add_key(deeds, isupport, *now.password, *wished.password)) return std::move(*why);
  if (wished.max_members && *wished.max_members != *now.max_members) {
    const bool add = *wished.max_members > 0;
    deeds.push_back({Deed::Kind::mode, add, 'l', ModeChange::Kind::limit,
                     add ? std::to_string(*wished.max_members) : std::string{}});
  }
  if (wished.other && *wished.other != *now.other)
    if (auto why = add_other(deeds, isupport, modes, *wished.other)) return std::move(*why);
  return deeds;
}

Answer<std::vector<Deed>> parse_deeds(const Isupport& isupport, std::string_view text) {
  Refusal none = refusal_of(Condition::bad_request, Remedy::modify,
                            "That is no change of modes: they are written like \"+nt-l\" or \"+b *!*@host\".");
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty() || words.size() > max_arguments) return none;
  const auto is_mode = [](char c) { return c == '+' || c == '-' || is_ascii_letter(c) || is_ascii_digit(c); };
  const bool has_sign = words.front().front() == '+' || words.front().front() == '-';
  if (!has_sign || !std::ranges::all_of(words.front(), is_mode)) return none;
  const auto letters = std::ranges::count_if(words.front(), [](char c) { return c != '+' && c != '-'; });
  if (!std::ranges::all_of(std::span{words}.subspan(1), is_mask)) return none;
  std::vector<ModeChange> changes;
  parse_modes(isupport, words, changes);
  std::vector<Deed> deeds;
  std::size_t arguments = 0;
  for (const ModeChange& change : changes) {
    if (change.kind == ModeChange::Kind::list && change.argument.empty()) return none;  // a question
    arguments += change.argument.empty() ? 0 : 1;
    deeds.push_back({Deed::Kind::mode, change.add, change.letter, change.kind, std::string{change.argument}});
  }
  // One that lacks its parameter was left out, and a parameter too many belongs to a mode that we do not know.
  if (static_cast<std::size_t>(letters) != changes.size() || arguments + 1 != words.size() || letters == 0) return none;
  return deeds;
}

DeedLine to_line(const Isupport& isupport, std::string_view channel, std::span<const Deed> deeds) {
  const Deed& first = deeds.front();
  if (first.kind == Deed::Kind::kick) {
    const std::optional<std::string> reason = first.reason.empty() ? std::nullopt : std::optional{first.reason};
    return {"KICK", {std::string{channel}, first.argument}, reason, 1};
  }
  if (first.kind == Deed::Kind::subject) return {"TOPIC", {std::string{channel}}, first.argument, 1};
  if (first.kind == Deed::Kind::invite) return {"INVITE", {first.argument, std::string{channel}}, {}, 1};
  const std::size_t most =
      isupport.modes_per_line == 0 ? max_arguments : std::min<std::size_t>(isupport.modes_per_line, max_arguments);
  DeedLine line{"MODE", {std::string{channel}, {}}, {}, 0};
  std::size_t bytes = 0;
  char sign = '\0';
  for (const Deed& deed : deeds) {
    const bool is_full = line.middle.size() - 2 >= most || bytes + deed.argument.size() > max_argument_bytes;
    if (deed.kind != Deed::Kind::mode || (line.count > 0 && !deed.argument.empty() && is_full)) break;
    const char wanted = deed.add ? '+' : '-';
    if (wanted != sign) line.middle[1] += wanted;
    sign = wanted;
    line.middle[1] += deed.letter;
    bytes += deed.argument.size();
    if (!deed.argument.empty()) line.middle.push_back(deed.argument);
    ++line.count;
  }
  return line;
}

bool is_key(std::string_view key) noexcept {
  return !key.empty() && key.size() <= 100 && !key.starts_with(':') &&
         std::ranges::none_of(key, [](char c) { return c == ' ' || c == ',' || is_control(c); });
}

bool is_mask(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_mask && text.front() != ':' &&
         std::ranges::none_of(text, [](char c) { return c == ' ' || is_control(c); });
}

}  // namespace isthmus::irc
