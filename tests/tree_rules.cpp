#include "tests/tree_rules.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <regex>
#include <set>
#include <utility>

namespace isthmus::tree {

namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const auto end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

/// The files below root/`folder` with one of `extensions`, as paths from root, in order.
std::vector<std::string> files_below(const fs::path& root, std::string_view folder,
                                     const std::set<std::string>& extensions) {
  std::vector<std::string> files;
  if (!fs::exists(root / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator{root / folder}) {
    if (!entry.is_regular_file() || !extensions.contains(entry.path().extension().string())) continue;
    files.push_back(fs::relative(entry.path(), root).generic_string());
  }
  std::ranges::sort(files);
  return files;
}

const std::set<std::string> cpp_extensions{".cpp", ".hpp", ".inc"};

/// Calls `look` with each line of code below `folder`, comments removed; what it returns, if anything, is a breach.
std::vector<std::string> check_code(
    const fs::path& root, std::string_view folder,
    const std::function<std::string(const std::string& file, const std::string& line)>& look) {
  std::vector<std::string> breaches;
  for (const auto& file : files_below(root, folder, cpp_extensions)) {
    const auto lines = lines_of(without_comments(read(root / file)));
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const auto breach = look(file, lines[i]);
      if (!breach.empty()) breaches.push_back(file + ':' + std::to_string(i + 1) + ": " + breach);
    }
  }
  return breaches;
}

/// The path of a quoted include, or of one of ours in angle brackets; "" for every other line.
std::string own_include(const std::string& line) {
  static const std::regex include{R"(^\s*#\s*include\s*(?:"([^"]*)\"|<((?:app|gateway|xmpp|adapters|config)/[^>]*)>))"};
  std::smatch match;
  if (!std::regex_search(line, match, include)) return "";
  return match[1].matched ? match[1].str() : match[2].str();
}

/// The folders whose headers `file` may include.
std::vector<std::string> allowed_folders(const std::string& file) {
  if (file == "gateway/main.cpp" || file.starts_with("app/"))
    return {"app/", "gateway/", "xmpp/", "adapters/", "config/", "adapter_table.inc"};
  if (file.starts_with("gateway/")) return {"gateway/"};
  if (file.starts_with("config/")) return {"config/"};
  if (file.starts_with("xmpp/")) return {"xmpp/", "gateway/", "config/"};
  const std::size_t name = std::string_view{"adapters/"}.size();
  return {file.substr(0, file.find('/', name) + 1), "gateway/", "config/"};  // an adapter
}

/// True when a word of `line` begins with the name of a protocol: words end at capitals, underscores and all else that
/// is no letter.
bool names_protocol(const std::string& line) {
  std::string words = " ";
  bool after_small = false;
  for (const char c : line) {
    const bool is_capital = c >= 'A' && c <= 'Z';
    if (is_capital && after_small) words += ' ';
    after_small = c >= 'a' && c <= 'z';
    words += is_capital ? static_cast<char>(c - 'A' + 'a') : after_small ? c : ' ';
  }
  const auto has = [&](std::string_view name) { return words.contains(" " + std::string{name}); };
  return has("irc") || has("mqtt") || has("xmpp");
}

std::size_t end_of_literal(std::string_view source, std::size_t begin) {
  const char quote = source[begin];
  std::size_t i = begin + 1;
  while (i < source.size() && source[i] != quote && source[i] != '\n') i += source[i] == '\\' ? 2 : 1;
  return std::min(i + 1, source.size());
}

std::size_t end_of_raw_literal(std::string_view source, std::size_t quote) {
  const auto parenthesis = source.find('(', quote);
  if (parenthesis == std::string_view::npos) return source.size();
  const std::string end = ")" + std::string{source.substr(quote + 1, parenthesis - quote - 1)} + '"';
  const auto found = source.find(end, parenthesis);
  return found == std::string_view::npos ? source.size() : found + end.size();
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

std::string without_comments(std::string_view source) {
  std::string code;
  std::size_t i = 0;
  while (i < source.size()) {
    const std::string_view rest = source.substr(i);
    std::size_t end = i + 1;
    bool is_comment = false;
    if (rest.starts_with("//")) {
      end = std::min(source.find('\n', i), source.size());
      is_comment = true;
    } else if (rest.starts_with("/*")) {
      const auto close = source.find("*/", i + 2);
      end = close == std::string_view::npos ? source.size() : close + 2;
      is_comment = true;
    } else if (rest.starts_with("R\"") && (i == 0 || !is_name_character(source[i - 1]))) {
      end = end_of_raw_literal(source, i + 1);
    } else if (source[i] == '"') {
      end = end_of_literal(source, i);
    } else if (source[i] == '\'' && (i == 0 || !is_name_character(source[i - 1]))) {  // else it parts digits: 1'000
      end = end_of_literal(source, i);
    }
    const std::string_view piece = source.substr(i, end - i);
    if (is_comment) {
      code.append(static_cast<std::size_t>(std::ranges::count(piece, '\n')), '\n');
    } else {
      code += piece;
    }
    i = end;
  }
  return code;
}

std::vector<std::string> include_breaches(const fs::path& root) {
  const auto look = [](const std::string& file, const std::string& line) -> std::string {
    const auto include = own_include(line);
    const auto allowed = allowed_folders(file);
    const bool is_allowed =
        std::ranges::any_of(allowed, [&](const std::string& folder) { return include.starts_with(folder); });
    return include.empty() || is_allowed ? "" : "may not include \"" + include + '"';
  };
  std::vector<std::string> breaches;
  for (const auto* folder : {"app", "gateway", "config", "xmpp", "adapters"}) {
    std::ranges::move(check_code(root, folder, look), std::back_inserter(breaches));
  }
  return breaches;
}

std::vector<std::string> protocol_name_breaches(const fs::path& root) {
  return check_code(root, "gateway", [](const std::string& file, const std::string& line) -> std::string {
    return file != "gateway/main.cpp" && names_protocol(line) ? "names a protocol: " + line : "";
  });
}

std::vector<std::string> detached_breaches(const fs::path& root) {
  // In two pieces, so that this file is no breach.
  const std::string name = "asio::" + std::string{"detached"};
  const std::string header = "asio/" + std::string{"detached.hpp"};
  const auto look = [&](const std::string&, const std::string& line) -> std::string {
    return line.contains(name) || line.contains(header) ? "a task without an owner: " + line : "";
  };
  std::vector<std::string> breaches;
  for (const auto* folder : {"app", "gateway", "config", "xmpp", "adapters", "tests"}) {
    std::ranges::move(check_code(root, folder, look), std::back_inserter(breaches));
  }
  return breaches;
}

namespace {

/// Every test of the tree as features.md writes it.
std::set<std::string> tests_of(const fs::path& root) {
  static const std::regex cpp_test{R"(\bTEST(?:_[FP])?\s*\(\s*(\w+)\s*,\s*(\w+)\s*\))"};
  static const std::regex python_test{R"((?:^|\n)\s*(?:async\s+)?def\s+(test_\w+)\s*\()"};
  std::set<std::string> tests;
  const auto add_all = [&](const std::string& text, const std::regex& pattern, const auto& name_of) {
    for (std::sregex_iterator match{text.begin(), text.end(), pattern}, end; match != end; ++match)
      tests.insert(name_of(*match));
  };
  for (const auto& file : files_below(root, "tests", {".cpp"})) {
    const auto name_of = [](const std::smatch& match) { return match[1].str() + '.' + match[2].str(); };
    add_all(without_comments(read(root / file)), cpp_test, name_of);
  }
  for (const auto& file : files_below(root, "tests", {".py"})) {
    add_all(read(root / file), python_test, [&](const std::smatch& match) { return file + "::" + match[1].str(); });
  }
  return tests;
}

/// The last cell of a row of a Markdown table, without spaces at its ends; a `\|` parts no cells.
std::string last_cell(const std::string& row) {
  std::string cell;
  std::string last;
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '|' && row[i - 1] != '\\') {
      last = std::exchange(cell, "");
    } else {
      cell += row[i];
    }
  }
  const auto begin = last.find_first_not_of(' ');
  if (begin == std::string::npos) return "";
  return last.substr(begin, last.find_last_not_of(' ') - begin + 1);
}

bool is_row(const std::vector<std::string>& lines, std::size_t i) {
  static const std::regex separator{R"(^\|[\s:|-]*-[\s:|-]*$)"};
  const auto is_separator = [&](std::size_t at) { return at < lines.size() && std::regex_match(lines[at], separator); };
  return lines[i].starts_with('|') && !is_separator(i) && !is_separator(i + 1);
}

/// What is wrong with the last cell of a row.
std::vector<std::string> cell_breaches(const std::string& cell, const std::set<std::string>& tests) {
  static const std::regex citation{"`([^`]*)`"};
  if (cell == "—") return {};
  std::vector<std::string> breaches;
  std::size_t count = 0;
  for (std::sregex_iterator match{cell.begin(), cell.end(), citation}, end; match != end; ++match, ++count) {
    if (!tests.contains((*match)[1].str())) breaches.push_back("there is no test " + (*match)[1].str());
  }
  if (count == 0) breaches.emplace_back("the row names no test");
  return breaches;
}

}  // namespace

std::vector<std::string> feature_breaches(const fs::path& root) {
  const std::string file = "docs/features.md";
  if (!fs::exists(root / file)) return {};
  const auto tests = tests_of(root);
  const auto lines = lines_of(read(root / file));
  std::vector<std::string> breaches;
  std::size_t rows = 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_row(lines, i)) continue;
    ++rows;
    for (const auto& breach : cell_breaches(last_cell(lines[i]), tests)) {
      breaches.push_back(file + ':' + std::to_string(i + 1) + ": " + breach);
    }
  }
  if (rows == 0) breaches.push_back(file + ": has no rows");
  return breaches;
}

}  // namespace isthmus::tree
