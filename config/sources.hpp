#pragma once
// Where the configuration comes from besides TOML: environment variables and files. For config.cpp alone.
#include <cstddef>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"
#include "config/values.hpp"

namespace isthmus::config {

/// The content of the file at `path`, or why it could not be had ("No such file or directory"). At most `most` bytes.
std::expected<std::string, std::string> read_file(const std::string& path, std::size_t most);

/// "Port" → "port", ASCII only.
std::string lower(std::string_view text);

struct Variable {
  std::string name;  // as the environment spells it
  std::string value;
  bool used = false;
};

/// The variables ISTHMUS_… of the process. A table's variables are named by a prefix, lower case: "" for the root,
/// "xmpp__" for [xmpp].
class Environment {
 public:
  using Prefix = std::optional<std::string>;  // nullopt: no variable reaches the table

  explicit Environment(const std::map<std::string, std::string>& environment);

  /// The variable that sets `key`, or null. It counts as used from now on, and its name as one that a reader would
  /// take.
  const Variable* take(const Prefix& table, std::string_view key);
  /// The same without counting.
  const Variable* peek(const Prefix& table, std::string_view key) const;
  /// The prefix of the table `key` in `table`.
  static Prefix below(const Prefix& table, std::string_view key);

  /// A Problem for each variable that is named twice, or that looks like a key and was not taken.
  std::vector<Problem> problems() const;

 private:
  static std::optional<std::string> name_of(const Prefix& table, std::string_view key);
  std::map<std::string, Variable, std::less<>> variables_;  // by the lower-case name less "isthmus_"
  Names settable_;                                          // likewise: what readers would have taken
  std::vector<Problem> twice_;
};

}  // namespace isthmus::config
