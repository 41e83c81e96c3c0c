#pragma once
// Values in what people and devices write: "temp 21.5 °C", "temp=21.5", {"temp":21.5}, "lamp on"; and values as words
// that people read. A sentence is a text and nothing else. Pure.
#include <boost/json/value.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/result.hpp"

namespace isthmus::websocket {

/// `name` is one level of an address: 1 to 64 bytes of UTF-8 without white space, controls, "/", "+" and "#". `value`
/// is a finite number, a truth value, a text, or null.
struct NamedValue {
  std::string name;
  boost::json::value value;
  std::string unit{};  // "°C"; may be empty
  friend bool operator==(const NamedValue&, const NamedValue&) = default;
};

struct RulesWanted {
  bool words = true;                    // temp 21.5 °C, lamp on
  bool assignments = true;              // temp=21.5 humidity=40 %
  bool json = true;                     // {"temp":21.5}
  std::vector<std::string> patterns{};  // RE2, each with groups `name`, `value` and perhaps `unit`
};

class ValueRules {
 public:
  static constexpr std::size_t longest_text = 4'096;  // bytes; a longer text holds no values
  static constexpr std::size_t most_values = 64;      // in one text; more, and it holds none

  ValueRules();
  ~ValueRules();
  ValueRules(ValueRules&&) noexcept;
  ValueRules& operator=(ValueRules&&) noexcept;

  /// The rules as wanted, or what is wrong with one of the patterns.
  static boost::system::result<ValueRules, std::string> make(const RulesWanted& wanted);

  /// The values that `text` states; none when it is a sentence. Built-in rules read the whole text; a pattern may match
  /// a part of it, and is asked first.
  std::vector<NamedValue> read(std::string_view text) const;

 private:
  struct Patterns;
  RulesWanted wanted_;
  std::unique_ptr<Patterns> patterns_;
};

/// All of `text` as a finite number in decimal notation: "21.5", "-3", "1e3", ".5". nullopt: anything else, such as
/// "1e999", "NaN", "0x10", or more than 32 characters. A "," counts as the decimal point where there is no other.
std::optional<boost::json::value> parse_number(std::string_view text);

/// "temp 21.5 °C", "lamp on", "mode eco": what read() takes back, where the value is no object or list.
std::string to_words(const NamedValue& value);

/// A value for people: numbers as they are, true as "on", false as "off", null as "?", texts without quotes.
std::string value_text(const boost::json::value& value);

bool is_value_name(std::string_view name) noexcept;

}  // namespace isthmus::websocket
