#include "config/sources.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace isthmus::config {

namespace {

constexpr std::string_view variable_prefix = "isthmus_";

/// The variable's name as it is documented: "xmpp__secret" → "ISTHMUS_XMPP__SECRET".
std::string full_name(std::string_view key) {
  std::string result = std::string{variable_prefix}.append(key);
  for (char& c : result) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return result;
}

/// True when a variable's name can hold the key: no capitals, and no underscores that could be taken for nesting.
bool is_plain(std::string_view key) {
  if (key.empty() || key.front() == '_' || key.back() == '_' || key.contains("__")) return false;
  return key.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

std::string without_underscores(std::string key) {
  std::erase(key, '_');
  return key;
}

}  // namespace

std::expected<std::string, std::string> read_file(const std::string& path, std::size_t most) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "rbe"), &std::fclose};
  if (!file) return std::unexpected{std::strerror(errno)};
  std::string content(most + 1, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  if (std::ferror(file.get()) != 0) return std::unexpected{std::strerror(errno)};
  if (content.size() > most) return std::unexpected{"it is longer than " + size_to_text(most)};
  return content;
}

std::string lower(std::string_view text) {
  std::string result{text};
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

Environment::Environment(const std::map<std::string, std::string>& environment) {
  for (const auto& [name, value] : environment) {
    const std::string key = lower(name);
    if (!key.starts_with(variable_prefix)) continue;
    const auto [place, added] = variables_.try_emplace(key.substr(variable_prefix.size()), Variable{name, value});
    if (!added) twice_.push_back({name, 0, "", "is the same as " + place->second.name + ": capitals do not count"});
  }
}

std::optional<std::string> Environment::name_of(const Prefix& table, std::string_view key) {
  if (!table || !is_plain(key)) return std::nullopt;
  return *table + std::string{key};
}

Environment::Prefix Environment::below(const Prefix& table, std::string_view key) {
  auto name = name_of(table, key);
  if (name) *name += "__";
  return name;
}

const Variable* Environment::take(const Prefix& table, std::string_view key) {
  const auto name = name_of(table, key);
  if (!name) return nullptr;
  settable_.insert(*name);
  const auto found = variables_.find(*name);
  if (found == variables_.end()) return nullptr;
  found->second.used = true;
  return &found->second;
}

const Variable* Environment::peek(const Prefix& table, std::string_view key) const {
  const auto name = name_of(table, key);
  if (!name) return nullptr;
  const auto found = variables_.find(*name);
  return found != variables_.end() ? &found->second : nullptr;
}

std::vector<Problem> Environment::problems() const {
  std::vector<Problem> result = twice_;
  Names names;
  for (const std::string& key : settable_) names.insert(full_name(key));
  for (const auto& [key, variable] : variables_) {
    if (variable.used) continue;
    if (key.contains("__")) {
      result.push_back({variable.name, 0, "", "sets nothing" + did_you_mean(full_name(key), names)});
      continue;
    }
    // Others have their reasons to set ISTHMUS_SERVICE_HOST and the like; meant for us is only a key with too few
    // underscores.
    const auto meant = std::ranges::find(settable_, without_underscores(key), without_underscores);
    if (meant == settable_.end()) continue;
    result.push_back({variable.name, 0, "", "sets nothing; did you mean " + in_quotes(full_name(*meant)) + "?"});
  }
  return result;
}

}  // namespace isthmus::config
