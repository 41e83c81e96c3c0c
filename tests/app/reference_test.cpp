// docs/admin/configuration.md and the manual name every key that the readers ask for, and no other, with its default
// and its limits.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <sstream>

#include "app/plan.hpp"
#include "config/config.hpp"
#include "tests/source_tree.hpp"

namespace isthmus::app {
namespace {

using testing::IsEmpty;

/// One of each table, so that every reader asks for its keys.
constexpr std::string_view whole = R"(
[xmpp]
secret = "s"
[[component]]
domain = "irc.example.org"
adapter = "irc"
[[component]]
domain = "mqtt.example.org"
adapter = "mqtt"
[[component]]
domain = "ws.example.org"
adapter = "websocket"
[irc.networks."NAME"]
[irc.networks."NAME".own]
sasl_password = "s"
[irc.networks."NAME".channels."#CHANNEL"]
[mqtt.brokers.name]
url = "mqtts://127.0.0.1"
publish = ["#"]
subscribe = ["#"]
[mqtt.brokers.name.users."juliet@example.org"]
publish = ["#"]
subscribe = ["#"]
[mqtt.brokers.name.own]
publish = ["#"]
subscribe = ["#"]
[mqtt.brokers.name.certificates.certificate]
certificate_file = "c"
key_file = "k"
[websocket.channels.name]
values = ["words"]
[websocket.endpoints.name]
url = "wss://127.0.0.1"
[[websocket.token]]
name = "t"
token = "0123456789abcdef0123456789abcdef"
[[link]]
name = "plant"
members = ["irc:name/#plant", "ws:name"]
)";

std::vector<config::Key> keys_of_the_code() {
  const auto document = config::Document::parse(whole, "isthmus.toml", {});
  read_plan(document.root());
  std::vector<std::string> problems;
  for (const auto& problem : document.finish()) problems.push_back(to_text(problem));
  EXPECT_THAT(problems, IsEmpty()) << "not every reader may have asked for its keys";
  return document.keys();
}

/// "irc.networks.NAME", "[irc.networks.\"NAME\"]" and "[[websocket.token]]" without what the languages add.
std::string plain(std::string_view table) {
  std::string result;
  for (const char c : table)
    if (!std::string_view{"[]\""}.contains(c)) result += static_cast<char>(std::tolower(c));
  return result;
}

/// A key as the reference has it. Several in one row are several of these.
struct Row {
  std::string type;
  std::string otherwise;
  std::string limits;
};
using Rows = std::map<std::pair<std::string, std::string>, Row>;  // by plain table and name

std::string trimmed(std::string text) {
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream{text};
  for (std::string part; std::getline(stream, part, at);) parts.push_back(trimmed(part));
  return parts;
}

std::vector<std::string> in_backticks(const std::string& text) {
  static const std::regex code{"`([^`]*)`"};
  std::vector<std::string> found;
  for (std::sregex_iterator it{text.begin(), text.end(), code}, end; it != end; ++it) found.push_back((*it)[1]);
  return found;
}

/// `parts[i]` where there is a part for each of `count` keys, else the whole.
std::string part_of(const std::vector<std::string>& parts, std::size_t i, std::size_t count, const std::string& text) {
  return parts.size() == count ? parts[i] : text;
}

void read_row(Rows& rows, const std::string& table, const std::string& line) {
  const auto cells = split(line.substr(1), '|');
  const auto names = in_backticks(cells.at(0));
  if (cells.size() < 5 || names.empty()) return;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows[{table, names[i]}] = {part_of(split(cells[1], ','), i, names.size(), cells[1]),
                               part_of(split(cells[2], ','), i, names.size(), cells[2]),
                               part_of(split(cells[3], ';'), i, names.size(), cells[3])};
  }
}

std::string file(std::string_view path) {
  std::ifstream stream{test::source_tree() / path};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

Rows rows_of_the_reference() {
  Rows rows;
  std::string table;
  bool is_key_table = false;
  static const std::regex heading{R"((?:^## |`)(\[[^`\]]+(?:\]\]|\])))"};
  for (const auto& line : split(file("docs/admin/configuration.md"), '\n')) {
    if (line.starts_with("|")) {
      if (line.starts_with("| key |")) is_key_table = true;
      if (is_key_table && !table.empty() && line.starts_with("| `")) read_row(rows, table, line);
      continue;
    }
    is_key_table = false;
    std::smatch match;
    if (std::regex_search(line, match, heading)) table = plain(match[1].str());
    if (line.starts_with("## ") && !line.starts_with("## [")) table.clear();
  }
  return rows;
}

/// "10 min", "10m", "64 KiB", "10,000": how much that is, in the least of its units.
std::optional<double> amount(std::string text) {
  static const std::map<std::string, double> factors{
      {"", 1},          {"ms", 1},       {"s", 1'000},     {"m", 60'000},    {"min", 60'000},
      {"h", 3'600'000}, {"d", 86'400e3}, {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  std::erase(text, ',');
  std::size_t digits = 0;
  double value = 0;
  try {
    value = std::stod(text, &digits);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  const auto unit = factors.find(trimmed(text.substr(digits)));
  if (unit == factors.end()) return std::nullopt;
  return value * unit->second;
}

/// The least and the most that a cell names: "1 to 65535", or a list, "5, 3".
std::vector<double> limits_of(const std::string& cell) {
  const auto to = cell.find(" to ");
  std::vector<double> limits;
  const auto parts = to == std::string::npos
                         ? split(cell, ',')
                         : std::vector{cell.substr(0, to), cell.substr(to + 4, cell.find(':') - to - 4)};
  for (const auto& part : parts)
    if (const auto value = amount(trimmed(part))) limits.push_back(*value);
  std::ranges::sort(limits);
  return limits;
}

std::string unquoted(std::string text) {
  std::erase(text, '"');
  return text;
}

void check_default(const config::Key& key, const Row& row) {
  const auto literals = in_backticks(row.otherwise);
  const bool is_literal = literals.size() == 1 && row.otherwise == '`' + literals.front() + '`';
  const bool has_none = key.otherwise.empty() || key.otherwise == "\"\"";
  if (is_literal && !(has_none && key.type == "list of texts")) {
    const auto expected = has_none ? "\"\"" : key.otherwise;
    const bool has_unit = key.type == "duration" || key.type == "size";
    if (has_unit)
      EXPECT_EQ(amount(unquoted(literals.front())), amount(unquoted(expected))) << "the default: " << expected;
    if (!has_unit) EXPECT_EQ(literals.front(), expected) << "the default";
  } else if (row.otherwise.empty()) {
    EXPECT_TRUE(has_none) << "the default is " << key.otherwise;
  }
}

void check_limits(const config::Key& key, const Row& row) {
  if (!key.least.empty()) {
    const auto limits = limits_of(row.limits);
    ASSERT_EQ(limits.size(), 2U) << '"' << row.limits << "\": it is " << key.least << " to " << key.most;
    EXPECT_EQ(limits.front(), amount(key.least)) << "the least is " << key.least;
    EXPECT_EQ(limits.back(), amount(key.most)) << "the most is " << key.most;
  }
  for (const auto& value : key.allowed)
    EXPECT_TRUE(row.limits.contains('`' + value + '`') || row.limits.contains("`\"" + value + "\"`")) << value;
}

TEST(Reference, HasEveryKeyWithItsTypeItsDefaultAndItsLimits) {
  const auto rows = rows_of_the_reference();
  for (const auto& key : keys_of_the_code()) {
    SCOPED_TRACE("[" + key.table + "] " + key.name);
    const auto row = rows.find({plain(key.table), key.name});
    ASSERT_NE(row, rows.end()) << "docs/admin/configuration.md lacks it";
    EXPECT_TRUE(row->second.type.starts_with(key.type)) << row->second.type << ": it is " << key.type;
    check_default(key, row->second);
    check_limits(key, row->second);
  }
}

TEST(Reference, HasNoKeyThatNobodyReads) {
  auto rows = rows_of_the_reference();
  for (const auto& key : keys_of_the_code()) rows.erase({plain(key.table), key.name});
  for (const auto& [name, row] : rows) ADD_FAILURE() << "[" << name.first << "] " << name.second;
}

TEST(Reference, TheManualNamesEveryKeyOfEachTable) {
  std::map<std::string, std::string> paragraphs;  // by table
  auto manual = file("docs/man/isthmus.toml.5");
  std::size_t begin = 0;
  while ((begin = manual.find(".TP\n", begin)) != std::string::npos) {
    begin += 4;
    const auto end = manual.find('\n', begin);
    auto tables = manual.substr(begin, end - begin);
    tables = std::regex_replace(tables, std::regex{R"(\\f.|\\\(dq|^\.BI?R? )"}, "");
    const auto next = std::min(manual.find(".TP\n", end), manual.find(".PP\n", end));
    paragraphs[plain(tables)] = manual.substr(end, next - end);
  }
  for (const auto& key : keys_of_the_code()) {
    const std::regex word{"\\b" + key.name + "\\b"};
    EXPECT_TRUE(std::regex_search(paragraphs[plain(key.table)], word)) << "[" << key.table << "] " << key.name;
  }
}

}  // namespace
}  // namespace isthmus::app
