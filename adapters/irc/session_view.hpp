#pragma once
// What the parts of a session that answer requests use of it, for the time of one call.
#include <optional>
#include <span>
#include <string_view>

#include "adapters/irc/channel.hpp"
#include "adapters/irc/isupport.hpp"
#include "adapters/irc/session_host.hpp"
#include "adapters/irc/splitter.hpp"

namespace isthmus::irc {

struct SessionView {
  SessionHost& host;
  Scratch& scratch;
  const Isupport& isupport;
  const Channels& channels;
  std::string_view nick;  // our own
  PrefixLength prefix;    // our own
  SteadyTime now{};

  /// Sends one line of the user's. When it will have left, about; nullopt when it can be no line of IRC.
  std::optional<SteadyTime> send(std::string_view command, std::span<const std::string_view> middle,
                                 std::optional<std::string_view> trailing = std::nullopt) const;
  std::optional<SteadyTime> send(std::string_view command, std::initializer_list<std::string_view> middle,
                                 std::optional<std::string_view> trailing = std::nullopt) const {
    return send(command, std::span{middle.begin(), middle.size()}, trailing);
  }
  bool is_same(std::string_view a, std::string_view b) const noexcept { return same_name(isupport.casemapping, a, b); }
  bool is_me(std::string_view name) const noexcept { return !name.empty() && is_same(name, nick); }
  Channel* find(std::string_view name) const { return channels.find(fold(isupport.casemapping, name, scratch.folded)); }
};

/// The refusals that requests have in common.
Refusal timed_out();
Refusal no_line();
Refusal too_much_asked();

}  // namespace isthmus::irc
