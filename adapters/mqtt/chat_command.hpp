#pragma once
// What a user writes to a topic that begins with a slash. Pure.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace isthmus::mqtt {

/// When a value is worth a word: "> 30 for 5m".
struct Alert {
  enum class Test : std::uint8_t { above, below, at_least, at_most, equal, unequal };
  Test test{};
  std::string limit;                  // as written
  std::optional<double> number;       // that `limit` is
  std::chrono::milliseconds lasting;  // so long it must be so
};
/// True when `value` passes the test; texts that are no numbers are only equal or not.
bool is_met(const Alert& alert, std::string_view value);
std::string to_text(const Alert& alert);

namespace command {
struct Publish {
  std::string text;
  bool retain = false;
};
struct Ask {
  std::string text;
};
struct SetQos {
  std::uint8_t qos;
};
struct Get {};
struct History {
  std::size_t count;
};
struct SetAlert {
  std::optional<Alert> alert;
};
struct Every {
  std::chrono::milliseconds pause;
};
struct Pause {
  std::optional<std::chrono::milliseconds> length;  // nullopt: until it is ended
};
struct Resume {};
struct Help {};
struct Mistake {
  std::string text;
};
}  // namespace command
using ChatCommand =
    std::variant<command::Publish, command::Ask, command::SetQos, command::Get, command::History, command::SetAlert,
                 command::Every, command::Pause, command::Resume, command::Help, command::Mistake>;

/// A text that begins with no slash, or with two, of which the first is dropped, is to be published.
ChatCommand parse_chat_command(std::string_view text);

std::string_view chat_help();

/// "30s", "5m", "1h30m", "2d", "500ms", or "0".
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
/// As parse_duration() takes it, in at most two units: "5m", "1h30m".
std::string to_text(std::chrono::milliseconds duration);

}  // namespace isthmus::mqtt
