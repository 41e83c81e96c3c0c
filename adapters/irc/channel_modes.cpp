#include "adapters/irc/channel_modes.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "adapters/irc/charset.hpp"

namespace isthmus::irc {

namespace {

// Ours: there are 52 letters, and a parameter of a line.
constexpr std::size_t max_modes = 64;
constexpr std::size_t max_argument = 400;

/// Those that RoomSettings has words for.
constexpr std::string_view named = "imsptkl";

std::uint32_t number(std::string_view text) noexcept {
  std::uint32_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return fault == std::errc{} && end == text.data() + text.size() ? value : 0;
}

}  // namespace

void ChannelModes::apply(const ModeChange& change) {
  if (change.kind == ModeChange::Kind::status || change.kind == ModeChange::Kind::list) return;
  std::erase(flags, change.letter);
  std::erase_if(settings, [&](const Setting& setting) { return setting.letter == change.letter; });
  if (!change.add || flags.size() + settings.size() >= max_modes) return;
  if (change.argument.empty()) {
    flags += change.letter;
  } else {
    settings.push_back({change.letter, std::string{change.argument.substr(0, max_argument)}});
  }
}

bool ChannelModes::has(char letter) const noexcept {
  return flags.find(letter) != std::string::npos ||
         std::ranges::find(settings, letter, &Setting::letter) != settings.end();
}

std::string_view ChannelModes::argument(char letter) const noexcept {
  const auto found = std::ranges::find(settings, letter, &Setting::letter);
  return found == settings.end() ? std::string_view{} : std::string_view{found->argument};
}

RoomSettings to_settings(const ChannelModes& modes, std::string_view key) {
  RoomSettings settings;
  settings.members_only = modes.has('i');
  settings.moderated = modes.has('m');
  settings.hidden = modes.has('s') || modes.has('p');
  settings.subject_locked = modes.has('t');
  settings.max_members = number(modes.argument('l'));
  std::string buffer;
  settings.password.emplace();
  if (modes.has('k')) {
    const std::string_view shown = modes.argument('k');
    const bool is_shown = !shown.empty() && shown != "*";
    settings.password = is_shown ? to_utf8(shown, buffer) : key.empty() ? "*" : key;
  }
  std::string letters;
  std::string arguments;
  for (const char letter : modes.flags)
    if (named.find(letter) == std::string_view::npos) letters += letter;
  for (const ChannelModes::Setting& setting : modes.settings) {
    if (named.find(setting.letter) != std::string_view::npos) continue;
    letters += setting.letter;
    arguments.append(" ").append(to_utf8(setting.argument, buffer));
  }
  settings.other = letters.empty() ? "" : "+" + letters + arguments;
  return settings;
}

std::string to_text(std::span<const ModeChange> changes) {
  std::string text;
  std::string arguments;
  std::string buffer;
  char sign = '\0';
  for (const ModeChange& change : changes) {
    if (change.kind == ModeChange::Kind::status) continue;
    const char wanted = change.add ? '+' : '-';
    if (sign != wanted) text += wanted;
    sign = wanted;
    text += change.letter;
    if (!change.argument.empty()) arguments.append(" ").append(plain_text(change.argument, buffer));
  }
  return text + arguments;
}

}  // namespace isthmus::irc
