#include "config/config.hpp"

// Errors come back as values, and nothing is written as TOML.
#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <tuple>

#include "config/sources.hpp"
#include "config/values.hpp"

namespace isthmus::config {

namespace {

constexpr std::string_view text_type = "text";
constexpr std::size_t max_file = 1024 * 1024;
constexpr std::size_t max_secret_file = 64 * 1024;

/// What a key was set to: by a variable, by the file, or not at all.
struct Found {
  const Variable* variable = nullptr;
  const toml::node* node = nullptr;
  explicit operator bool() const { return variable != nullptr || node != nullptr; }

  std::optional<std::string> text() const {
    return variable != nullptr ? std::optional{variable->value} : node->value_exact<std::string>();
  }
};

std::string_view type_name(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table: return "a table";
    case toml::node_type::array: return "a list";
    case toml::node_type::string: return "a text";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number";
    case toml::node_type::boolean: return "true or false";
    default: return "a date or time";
  }
}

unsigned line_of(const toml::node& node) { return node.source().begin.line; }

/// The parser's own words, less the pieces of the text that it cites: those may be a secret whose quotes were
/// forgotten.
std::string without_citations(std::string_view description) {
  std::string result{description.substr(0, description.find(", saw "))};
  if (result.contains("redefine") || result.contains("insert")) return result;  // these cite names of keys
  const auto begin = result.find('\'');
  const auto end = result.rfind('\'');
  if (end != std::string::npos && end > begin + 2) result.replace(begin, end - begin + 1, "this");
  return result;
}

}  // namespace

namespace {

/// `node` and all below it, by dotted names.
void flatten(const toml::node& node, const std::string& path, std::map<std::string, std::string>& into) {
  if (const toml::table* table = node.as_table()) {
    for (const auto& [key, value] : *table) flatten(value, dotted(path, key.str()), into);
  } else if (const toml::array* list = node.as_array()) {
    std::size_t number = 0;
    for (const toml::node& element : *list) flatten(element, path + '[' + std::to_string(++number) + ']', into);
    if (number == 0) into.emplace(path, "[]");
  } else if (const auto text = node.value_exact<std::string>()) {
    into.emplace(path, *text);
  } else if (const auto whole = node.value_exact<std::int64_t>()) {
    into.emplace(path, std::to_string(*whole));
  } else if (const auto number = node.value_exact<double>()) {
    into.emplace(path, number_to_text(*number));
  } else if (const auto boolean = node.value_exact<bool>()) {
    into.emplace(path, *boolean ? "true" : "false");
  }
}

}  // namespace

struct Document::State {
  std::string name;  // of the file, for Problems
  Environment environment;
  std::filesystem::path folder;  // where relative paths begin
  bool is_readable = true;       // false: the one Problem says why, and the tables are empty
  toml::table table;
  std::vector<Problem> problems;
  std::map<std::string, std::string> contents;  // of secret files, by their keys
  std::shared_ptr<Section::Node> root;

  State(std::string document_name, const std::map<std::string, std::string>& variables)
      : name{std::move(document_name)}, environment{variables} {}
  void note(Problem problem);
  static Document document(std::shared_ptr<State> state, std::string_view toml);
};

struct Section::Node {
  Document::State& document;
  const toml::table* table;  // null: the file has none
  std::string path;          // dotted, "" for the root
  Environment::Prefix variables;
  Names asked{};
  std::map<std::string, Key, std::less<>> keys{};
  std::map<std::string, std::shared_ptr<Node>> children{};

  const toml::node* in_file(std::string_view key) const { return table != nullptr ? table->get(key) : nullptr; }
  /// The one way to read a single value.
  Found find(std::string_view key);
  /// Notes what the key may be; its table and name are filled in.
  void note(std::string_view key, Key about);
  /// Both.
  Found find(std::string_view key, Key about);
  void collect(std::vector<Key>& into) const;
  /// The one way to read a table or a list: these come from the file alone.
  const toml::node* find_in_file(std::string_view key);
  void problem(const Found& found, std::string_view key, std::string text) const;
  void wrong(const Found& found, std::string_view key, std::string_view wanted) const;
  std::string file_content(const Found& path_key, std::string_view key) const;
  Section child(const std::string& id, const toml::table* child_table, std::string child_path,
                Environment::Prefix child_variables);
  void note_unknown(std::vector<Problem>& into) const;
};

void Document::State::note(Problem problem) {
  // What a broken file does not say is not missing; and a section may be read more than once.
  if (!is_readable || std::ranges::find(problems, problem) != problems.end()) return;
  problems.push_back(std::move(problem));
}

Document Document::State::document(std::shared_ptr<State> state, std::string_view toml) {
  if (state->is_readable) {
    toml::parse_result result = toml::parse(toml, state->name);
    if (result) {
      state->table = std::move(result).table();
    } else {
      const toml::parse_error& error = result.error();
      state->note({state->name, error.source().begin.line, "", without_citations(error.description())});
      state->is_readable = false;
    }
  }
  state->root = std::make_shared<Section::Node>(*state, &state->table, "", "");
  Document document;
  document.state_ = std::move(state);
  return document;
}

Found Section::Node::find(std::string_view key) {
  asked.emplace(key);
  return {document.environment.take(variables, key), in_file(key)};
}

void Section::Node::note(std::string_view key, Key about) {
  about.table = path;
  about.name = key;
  keys.insert_or_assign(std::string{key}, std::move(about));
}

Found Section::Node::find(std::string_view key, Key about) {
  note(key, std::move(about));
  return find(key);
}

void Section::Node::collect(std::vector<Key>& into) const {
  for (const auto& [name, key] : keys) into.push_back(key);
  for (const auto& [id, node] : children) node->collect(into);
}

const toml::node* Section::Node::find_in_file(std::string_view key) {
  asked.emplace(key);
  return in_file(key);
}

void Section::Node::problem(const Found& found, std::string_view key, std::string text) const {
  if (found.variable != nullptr) {
    document.note({found.variable->name, 0, dotted(path, key), std::move(text)});
    return;
  }
  unsigned line = 0;
  if (found.node != nullptr) {
    line = line_of(*found.node);
  } else if (table != nullptr) {
    line = line_of(*table);
  }
  document.note({document.name, line, dotted(path, key), std::move(text)});
}

void Section::Node::wrong(const Found& found, std::string_view key, std::string_view wanted) const {
  std::string text = "must be ";
  text += wanted;
  if (found.variable == nullptr) text.append(", here is ").append(type_name(*found.node));
  problem(found, key, std::move(text));
}

/// The secret in the file that `path_key` names.
std::string Section::Node::file_content(const Found& path_key, std::string_view key) const {
  const auto name = path_key.text();
  if (!name) {
    wrong(path_key, key, "the path of a file");
    return "";
  }
  const auto full = path_key.variable != nullptr ? std::filesystem::path{*name} : document.folder / *name;
  auto content = read_file(full.string(), max_secret_file);
  if (!content) {
    // The path is not cited: somebody may have written the secret itself there.
    std::string text = "the file cannot be read: " + content.error();
    if (std::filesystem::path{*name}.is_relative())
      text += " (in the folder " + in_quotes(full.parent_path().string()) + ")";
    problem(path_key, key, std::move(text));
    return "";
  }
  if (content->ends_with('\n')) content->resize(content->size() - (content->ends_with("\r\n") ? 2 : 1));
  if (content->empty()) problem(path_key, key, "the file is empty");
  if (path_key.node != nullptr) document.contents[dotted(path, key)] = *content;
  return *std::move(content);
}

Section Section::Node::child(const std::string& id, const toml::table* child_table, std::string child_path,
                             Environment::Prefix child_variables) {
  auto& node = children[id];
  if (!node) node = std::make_shared<Node>(document, child_table, std::move(child_path), std::move(child_variables));
  return Section{node};
}

void Section::Node::note_unknown(std::vector<Problem>& into) const {
  if (table != nullptr) {
    for (const auto& [key, value] : *table) {
      if (asked.contains(key.str())) continue;
      const std::string_view what = value.is_table() || value.is_array_of_tables() ? "unknown section" : "unknown key";
      into.push_back({document.name, key.source().begin.line, dotted(path, key.str()),
                      std::string{what} + did_you_mean(key.str(), asked)});
    }
  }
  for (const auto& [id, node] : children) node->note_unknown(into);
}

std::string to_text(const Problem& problem) {
  std::string result = problem.where;
  if (problem.line != 0) result.append(":").append(std::to_string(problem.line));
  if (!problem.key.empty()) result.append(": ").append(problem.key);
  return result.append(": ").append(problem.text);
}

std::string Section::text(std::string_view key, std::string_view otherwise) const {
  const Found found = node_->find(key, {.type = text_type, .otherwise = in_quotes(otherwise)});
  if (!found) return std::string{otherwise};
  if (auto value = found.text()) return *std::move(value);
  node_->wrong(found, key, "a text");
  return std::string{otherwise};
}

std::string Section::required_text(std::string_view key) const {
  const Found found = node_->find(key, {.type = text_type});
  if (!found) {
    node_->problem(found, key, "is missing");
    return "";
  }
  auto value = found.text();
  if (!value) node_->wrong(found, key, "a text");
  if (value && value->empty()) node_->problem(found, key, "must not be empty");
  return std::move(value).value_or("");
}

std::string Section::secret(std::string_view key) const {
  const std::string file_key = std::string{key} + "_file";
  const Found direct = node_->find(key, {.type = text_type});
  const Found file = node_->find(file_key, {.type = text_type});
  if (direct.node != nullptr && file.node != nullptr) {
    node_->problem({nullptr, file.node}, file_key, std::string{key} + " is given too: only one of both may be");
  }
  if (direct.variable != nullptr && file.variable != nullptr) {
    node_->problem(file, file_key, direct.variable->name + " is set too: only one of both may be");
  }
  if (direct.variable != nullptr) return direct.variable->value;
  if (file) return node_->file_content(file, file_key);
  if (!direct) return "";
  if (auto value = direct.text()) return *std::move(value);
  node_->wrong(direct, key, "a text");
  return "";
}

std::string Section::path(std::string_view key, std::string_view otherwise) const {
  const auto value = text(key, otherwise);
  const Found found = node_->find(key);
  // What the environment names is as the caller sees it.
  return found.variable != nullptr ? value : (node_->document.folder / value).string();
}

std::int64_t Section::integer(std::string_view key, std::int64_t otherwise, std::int64_t least,
                              std::int64_t most) const {
  const Found found = node_->find(key, {.type = "number",
                                        .otherwise = std::to_string(otherwise),
                                        .least = std::to_string(least),
                                        .most = std::to_string(most)});
  if (!found) return otherwise;
  const auto value =
      found.variable != nullptr ? parse_integer(found.variable->value) : found.node->value_exact<std::int64_t>();
  if (value && *value >= least && *value <= most) return *value;
  const std::string wanted = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  value ? node_->problem(found, key, "must be " + wanted) : node_->wrong(found, key, wanted);
  return otherwise;
}

double Section::number(std::string_view key, double otherwise, double least, double most) const {
  const Found found = node_->find(key, {.type = "number",
                                        .otherwise = number_to_text(otherwise),
                                        .least = number_to_text(least),
                                        .most = number_to_text(most)});
  if (!found) return otherwise;
  const bool is_number = found.node != nullptr && found.node->is_number();
  const auto value = found.variable != nullptr ? parse_number(found.variable->value)
                     : is_number               ? found.node->value<double>()
                                               : std::nullopt;
  if (value && *value >= least && *value <= most) return *value;  // false for nan
  const std::string wanted = "a number from " + number_to_text(least) + " to " + number_to_text(most);
  value ? node_->problem(found, key, "must be " + wanted) : node_->wrong(found, key, wanted);
  return otherwise;
}

bool Section::boolean(std::string_view key, bool otherwise) const {
  const Found found = node_->find(key, {.type = "true or false", .otherwise = otherwise ? "true" : "false"});
  if (!found) return otherwise;
  if (found.variable != nullptr) {
    if (lower(found.variable->value) == "true") return true;
    if (lower(found.variable->value) == "false") return false;
  } else if (const auto value = found.node->value_exact<bool>()) {
    return *value;
  }
  node_->wrong(found, key, "true or false");
  return otherwise;
}

std::chrono::milliseconds Section::duration(std::string_view key, std::chrono::milliseconds otherwise,
                                            std::chrono::milliseconds least, std::chrono::milliseconds most) const {
  const Found found = node_->find(
      key,
      {.type = "duration", .otherwise = in_quotes(to_text(otherwise)), .least = to_text(least), .most = to_text(most)});
  if (!found) return otherwise;
  const auto text = found.text();
  const auto value = text ? parse_duration(*text) : std::nullopt;
  if (value && *value >= least && *value <= most) return *value;
  const std::string limits = "from " + in_quotes(to_text(least)) + " to " + in_quotes(to_text(most));
  const std::string wanted = "a duration such as \"500ms\", \"90s\", \"10m\", \"2h\" or \"1d\", " + limits;
  text ? node_->problem(found, key, "must be " + wanted) : node_->wrong(found, key, wanted);
  return otherwise;
}

std::uint64_t Section::size(std::string_view key, std::uint64_t otherwise, std::uint64_t least,
                            std::uint64_t most) const {
  const Found found = node_->find(key, {.type = "size",
                                        .otherwise = in_quotes(size_to_text(otherwise)),
                                        .least = size_to_text(least),
                                        .most = size_to_text(most)});
  if (!found) return otherwise;
  const auto text = found.text();
  auto value = text ? parse_size(*text) : std::nullopt;
  const auto plain = found.variable == nullptr ? found.node->value_exact<std::int64_t>() : std::nullopt;
  if (plain && *plain >= 0) value = static_cast<std::uint64_t>(*plain);
  if (value && *value >= least && *value <= most) return *value;
  const std::string limits = "from " + in_quotes(size_to_text(least)) + " to " + in_quotes(size_to_text(most));
  const std::string wanted = "a size such as 4096, \"64KiB\" or \"1MiB\", " + limits;
  text || plain ? node_->problem(found, key, "must be " + wanted) : node_->wrong(found, key, wanted);
  return otherwise;
}

std::string Section::one_of(std::string_view key, std::string_view otherwise,
                            std::vector<std::string_view> allowed) const {
  const Found found = node_->find(
      key, {.type = text_type, .otherwise = in_quotes(otherwise), .allowed = {allowed.begin(), allowed.end()}});
  if (!found) return std::string{otherwise};
  const auto value = found.text();
  if (value && std::ranges::find(allowed, *value) != allowed.end()) return *value;
  std::string wanted = "one of ";
  for (const std::string_view one : allowed) wanted.append(one == allowed.front() ? "" : ", ").append(in_quotes(one));
  if (value) {
    node_->problem(found, key,
                   "must be " + wanted + did_you_mean(lower(*value), Names{allowed.begin(), allowed.end()}));
  } else {
    node_->wrong(found, key, wanted);
  }
  return std::string{otherwise};
}

std::vector<std::string> Section::texts(std::string_view key) const {
  node_->note(key, {.type = "list of texts"});
  const toml::node* node = node_->find_in_file(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    node_->wrong({nullptr, node}, key, "a list of texts such as [\"one\", \"two\"]");
    return {};
  }
  std::vector<std::string> result;
  for (const toml::node& element : *list) {
    if (auto text = element.value_exact<std::string>()) {
      result.push_back(*std::move(text));
    } else {
      node_->wrong({nullptr, &element}, key, "a list of texts");
    }
  }
  return result;
}

Section Section::table(std::string_view key) const {
  const toml::node* node = node_->find_in_file(key);
  const toml::table* table = node != nullptr ? node->as_table() : nullptr;
  if (node != nullptr && table == nullptr) node_->wrong({nullptr, node}, key, "a table");
  return node_->child(std::string{key}, table, dotted(node_->path, key), Environment::below(node_->variables, key));
}

std::vector<std::pair<std::string, Section>> Section::tables(std::string_view key) const {
  const Section parent = table(key);
  std::vector<std::pair<std::string, Section>> result;
  if (parent.node_->table == nullptr) return result;
  for (const auto& [name, value] : *parent.node_->table) {
    Section section = parent.table(name.str());
    if (value.is_table()) result.emplace_back(std::string{name.str()}, std::move(section));
  }
  return result;
}

std::vector<Section> Section::array(std::string_view key) const {
  const toml::node* node = node_->find_in_file(key);
  if (node == nullptr) return {};
  const toml::array* list = node->as_array();
  if (list == nullptr) {
    node_->wrong({nullptr, node}, key, "a list of tables: write [[" + dotted(node_->path, key) + "]]");
    return {};
  }
  std::vector<Section> result;
  for (const toml::node& element : *list) {
    if (const toml::table* table = element.as_table()) {
      const std::string id = std::string{key} + '[' + std::to_string(result.size()) + ']';
      result.push_back(node_->child(id, table, dotted(node_->path, key), std::nullopt));
    } else {
      node_->wrong({nullptr, &element}, key, "a list of tables");
    }
  }
  return result;
}

bool Section::has(std::string_view key) const { return static_cast<bool>(node_->find(key)); }

void Section::problem(std::string_view key, std::string text) const {
  const Found found{node_->document.environment.peek(node_->variables, key), node_->in_file(key)};
  node_->problem(found, key, std::move(text));
}

Document Document::load(const std::string& path, const std::map<std::string, std::string>& environment) {
  if (const auto whole = environment.find("ISTHMUS_CONFIG"); whole != environment.end() && !whole->second.empty()) {
    return parse(whole->second, "ISTHMUS_CONFIG", environment);
  }
  auto state = std::make_shared<State>(path, environment);
  state->folder = std::filesystem::path{path}.parent_path();
  const auto content = read_file(path, max_file);
  if (!content) {
    state->note({path, 0, "", "cannot be read: " + content.error()});
    state->is_readable = false;
  }
  return State::document(std::move(state), content.value_or(""));
}

Document Document::parse(std::string_view toml, const std::string& name,
                         const std::map<std::string, std::string>& environment) {
  return State::document(std::make_shared<State>(name, environment), toml);
}

Section Document::root() const { return Section{state_->root}; }

std::vector<Key> Document::keys() const {
  std::vector<Key> result;
  state_->root->collect(result);
  return result;
}

std::map<std::string, std::string> Document::values() const {
  std::map<std::string, std::string> result;
  flatten(state_->table, "", result);
  for (const auto& [key, content] : state_->contents) result[key] += '\n' + content;
  return result;
}

std::vector<Problem> Document::finish() const {
  std::vector<Problem> result = state_->problems;
  if (state_->is_readable) {
    state_->root->note_unknown(result);
    std::ranges::move(state_->environment.problems(), std::back_inserter(result));
  }
  std::ranges::sort(result, {}, [](const Problem& p) { return std::tie(p.line, p.where, p.key, p.text); });
  return result;
}

}  // namespace isthmus::config
