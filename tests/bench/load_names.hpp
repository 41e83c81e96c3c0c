#pragma once
// Who and where the load program's users are. Both ends of a message derive its room, sender and text from two numbers.
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace isthmus::bench {

inline constexpr std::string_view component_domain = "irc.bench.example";
inline constexpr std::string_view user_domain = "bench.example";
inline constexpr std::string_view network = "irc.localhost";
inline constexpr std::string_view foreign_nick = "friend";  // says what no gateway user said, in every channel

inline std::string nick_of(std::size_t user) { return "user" + std::to_string(user); }

inline std::string jid_of(std::size_t user) { return nick_of(user).append("@").append(user_domain).append("/load"); }

inline std::string channel_name(std::size_t channel) { return "#chan" + std::to_string(channel); }

inline std::string room_jid(std::size_t channel) {
  return channel_name(channel).append("%").append(network).append("@").append(component_domain);
}

/// The user whose nick or JID this is; nullopt for anybody else.
inline std::optional<std::size_t> user_of(std::string_view name) {
  std::size_t user = 0;
  if (!name.starts_with("user")) return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + 4, name.data() + name.size(), user);
  if (error != std::errc{}) return std::nullopt;
  return user;
}

}  // namespace isthmus::bench
