#include "adapters/mqtt/chat_command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "adapters/mqtt/payload.hpp"

namespace isthmus::mqtt {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds longest = 366 * 24h;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

/// Takes the first word.
std::string_view next_word(std::string_view& rest) {
  rest = trimmed(rest);
  const auto word = rest.substr(0, rest.find(' '));
  rest = trimmed(rest.substr(word.size()));
  return word;
}

struct Unit {
  std::string_view name;
  milliseconds length;
};
constexpr std::array units{Unit{"d", 24h}, Unit{"h", 1h}, Unit{"ms", 1ms}, Unit{"m", 1min}, Unit{"s", 1s}};

struct TestName {
  std::string_view name;
  Alert::Test test;
};
constexpr std::array tests{TestName{">=", Alert::Test::at_least}, TestName{"<=", Alert::Test::at_most},
                           TestName{"!=", Alert::Test::unequal},  TestName{">", Alert::Test::above},
                           TestName{"<", Alert::Test::below},     TestName{"=", Alert::Test::equal}};

ChatCommand parse_alert(std::string_view rest) {
  if (rest == "off") return command::SetAlert{};
  const auto* const test = std::ranges::find_if(tests, [&](const TestName& one) { return rest.starts_with(one.name); });
  static const command::Mistake usage{
      "/alert is followed by >, <, >=, <=, = or != and a value, as in /alert > 30 for 5m,"
      " or by off."};
  if (test == tests.end()) return usage;
  rest = trimmed(rest.substr(test->name.size()));
  Alert alert{test->test, {}, {}, 0ms};
  if (const auto at = rest.rfind(" for "); at != std::string_view::npos) {
    const auto lasting = parse_duration(trimmed(rest.substr(at + 5)));
    if (!lasting) return usage;
    alert.lasting = *lasting;
    rest = trimmed(rest.substr(0, at));
  }
  if (rest.empty()) return usage;
  alert.limit = rest;
  alert.number = to_number(rest);
  const bool is_order = alert.test != Alert::Test::equal && alert.test != Alert::Test::unequal;
  if (is_order && !alert.number) return command::Mistake{"/alert compares with a number there."};
  return command::SetAlert{std::move(alert)};
}

ChatCommand parse_number_command(std::string_view name, std::string_view rest) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const bool is_number = error == std::errc{} && end == rest.data() + rest.size();
  if (name == "qos") {
    if (!is_number || number > 2) return command::Mistake{"/qos is followed by 0, 1 or 2."};
    return command::SetQos{static_cast<std::uint8_t>(number)};
  }
  if (rest.empty()) return command::History{10};
  if (!is_number || number == 0) return command::Mistake{"/history is followed by how many values to show."};
  return command::History{number};
}

ChatCommand parse_time_command(std::string_view name, std::string_view rest) {
  const auto duration = parse_duration(rest);
  if (name == "pause") {
    if (rest.empty()) return command::Pause{};
    if (!duration) return command::Mistake{"/pause is followed by how long, as in /pause 1h, or by nothing."};
    return command::Pause{duration};
  }
  if (!duration) return command::Mistake{"/every is followed by a time, as in /every 10m; /every 0 tells every value."};
  return command::Every{*duration};
}

}  // namespace

bool is_met(const Alert& alert, std::string_view value) {
  const auto number = to_number(value);
  const bool are_numbers = number && alert.number;
  switch (alert.test) {
    case Alert::Test::above: return are_numbers && *number > *alert.number;
    case Alert::Test::below: return are_numbers && *number < *alert.number;
    case Alert::Test::at_least: return are_numbers && *number >= *alert.number;
    case Alert::Test::at_most: return are_numbers && *number <= *alert.number;
    case Alert::Test::equal: return are_numbers ? *number == *alert.number : value == alert.limit;
    case Alert::Test::unequal: return are_numbers ? *number != *alert.number : value != alert.limit;
  }
  return false;
}

std::string to_text(const Alert& alert) {
  const auto* const test = std::ranges::find(tests, alert.test, &TestName::test);
  auto text = std::string{test->name} + " " + alert.limit;
  if (alert.lasting > 0ms) text += " for " + to_text(alert.lasting);
  return text;
}

ChatCommand parse_chat_command(std::string_view text) {
  if (!text.starts_with('/')) return command::Publish{std::string{text}, false};
  text.remove_prefix(1);
  if (text.starts_with('/')) return command::Publish{std::string{text}, false};
  auto rest = text;
  const auto name = next_word(rest);
  if (name == "retain") return command::Publish{std::string{rest}, true};
  if (name == "qos" || name == "history") return parse_number_command(name, rest);
  if (name == "ask") {
    if (rest.empty()) return command::Mistake{"/ask is followed by what to publish; the answer is told here."};
    return command::Ask{std::string{rest}};
  }
  if (name == "get") return command::Get{};
  if (name == "alert") return parse_alert(rest);
  if (name == "every" || name == "pause") return parse_time_command(name, rest);
  if (name == "resume") return command::Resume{};
  if (name == "help") return command::Help{};
  return command::Mistake{"There is no /" + std::string{name.substr(0, 32)} +
                          ". /help lists what there is; a text that begins with // is published with one slash."};
}

std::string_view chat_help() {
  return "What you write here is published. Lines that begin with a slash are for the gateway:\n"
         "/get: the last value\n"
         "/history 20: the last values\n"
         "/retain VALUE: publishes VALUE and has the broker keep it; without VALUE it keeps nothing any more\n"
         "/ask VALUE: publishes VALUE and tells you the answer; so does a reply to a message\n"
         "/qos 0, 1 or 2: how carefully your messages are delivered from now on\n"
         "/every 10m: at most one message in that time; /every 0: every value\n"
         "/pause 1h: no messages for so long; /pause: until /resume\n"
         "/alert > 30 for 5m: a message when that is so; /alert off\n"
         "//text: publishes /text";
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  if (text == "0") return 0ms;
  if (text.empty()) return std::nullopt;
  milliseconds sum{0};
  while (!text.empty()) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || number > longest / 1ms) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto* const unit = std::ranges::find_if(units, [&](const Unit& one) { return text.starts_with(one.name); });
    if (unit == units.end() || number > longest / unit->length) return std::nullopt;
    text.remove_prefix(unit->name.size());
    sum += number * unit->length;
    if (sum > longest) return std::nullopt;
  }
  return sum;
}

std::string to_text(milliseconds duration) {
  if (duration < 1s) return std::to_string(duration.count()) + "ms";
  std::string text;
  std::size_t parts = 0;
  for (const auto& [name, length] : {units[0], units[1], units[3], units[4]}) {
    const auto count = duration / length;
    if (count == 0 || parts == 2) continue;
    text += std::to_string(count) + std::string{name};
    duration -= count * length;
    ++parts;
  }
  return text;
}

}  // namespace isthmus::mqtt
