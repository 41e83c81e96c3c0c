#pragma once
// The configuration file (TOML), read with names, lines and limits. Whoever owns a section reads it here, and by
// reading declares which keys it has: a key that nobody asked for is an error with a suggestion. Precedence:
// environment > key_file > file > default.
//
// ISTHMUS_XMPP__SECRET sets the key `secret` of the table `xmpp`: two underscores part the names, capitals do not
// matter, and the text is taken as it is (no TOML quotes). Single values in plain tables only: not lists, not the
// elements of [[component]], not tables whose name is other than a-z, 0-9 and single underscores. ISTHMUS_CONFIG holds
// a whole TOML text and stands for the file.
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isthmus::config {

/// One mistake: where it is, and what is allowed instead. `line` is 0 when it is in no line of a file.
struct Problem {
  std::string where;  // the file's path, or the environment variable's name
  unsigned line = 0;
  std::string key;   // dotted: "irc.networks.\"irc.libera.chat\".port"; empty when it is about no key
  std::string text;  // never holds a secret
  friend bool operator==(const Problem&, const Problem&) = default;
};
std::string to_text(const Problem& problem);  // "isthmus.toml:12: irc.networks…: …"

/// A key that a reader asked for, and what it may be: what the reference of the configuration is checked against.
struct Key {
  std::string table{};  // dotted; [[component]] is "component"
  std::string name{};
  std::string_view type{};  // "text", "number", "true or false", "duration", "size" or "list of texts"
  // As one would write them in the file:
  std::string otherwise{};             // "" where there is none
  std::string least{};                 // inclusive; "" where there is no limit
  std::string most{};                  // likewise
  std::vector<std::string> allowed{};  // empty: no list
};

class Document;

/// A table of the file, or an empty one where the file has none. Every getter notes a Problem in the document, and
/// returns the default, when the value has the wrong type or is out of its limits. Limits are inclusive. Cheap to copy;
/// the document must outlive it.
class Section {
 public:
  std::string text(std::string_view key, std::string_view otherwise) const;
  /// A key that must be there and not be empty; a Problem and "" when it is not so.
  std::string required_text(std::string_view key) const;
  /// `key`, or the content of the file that `key`_file names (1 to 65,536 bytes, one trailing newline removed; a
  /// relative path begins at the configuration file's folder). "" when neither is there; a Problem when both are.
  std::string secret(std::string_view key) const;
  /// The path of a file: from the file, a relative one begins at the configuration file's folder, as `otherwise` does.
  std::string path(std::string_view key, std::string_view otherwise) const;
  std::int64_t integer(std::string_view key, std::int64_t otherwise, std::int64_t least, std::int64_t most) const;
  double number(std::string_view key, double otherwise, double least, double most) const;
  bool boolean(std::string_view key, bool otherwise) const;
  /// "90s", "10m", "2h", "500ms", "1d".
  std::chrono::milliseconds duration(std::string_view key, std::chrono::milliseconds otherwise,
                                     std::chrono::milliseconds least, std::chrono::milliseconds most) const;
  /// "64KiB", "1MiB", or a plain number of bytes.
  std::uint64_t size(std::string_view key, std::uint64_t otherwise, std::uint64_t least, std::uint64_t most) const;
  /// One of `allowed`; the Problem lists them and says "did you mean".
  std::string one_of(std::string_view key, std::string_view otherwise, std::vector<std::string_view> allowed) const;
  /// A list of texts; empty when the key is not there.
  std::vector<std::string> texts(std::string_view key) const;

  /// An empty Section when the file has no such table: its getters give their defaults.
  Section table(std::string_view key) const;
  /// The sub-tables of table `key` by name, in alphabetical order: [irc.networks."irc.libera.chat"].
  std::vector<std::pair<std::string, Section>> tables(std::string_view key) const;
  /// The elements of the array of tables `key`: [[component]].
  std::vector<Section> array(std::string_view key) const;

  /// True when the file or the environment sets `key`.
  bool has(std::string_view key) const;
  /// A Problem of the reader's own, at the line of `key` (or of the section itself).
  void problem(std::string_view key, std::string text) const;

 private:
  friend class Document;
  struct Node;
  explicit Section(std::shared_ptr<Node> node) : node_{std::move(node)} {}
  std::shared_ptr<Node> node_;
};

class Document {
 public:
  /// At most 1 MiB of TOML. A file that cannot be read and TOML that is none are Problems too, and then the only ones.
  /// `environment` is the process' own, as name and value. When ISTHMUS_CONFIG is set, the file is not read.
  static Document load(const std::string& path, const std::map<std::string, std::string>& environment);
  static Document parse(std::string_view toml, const std::string& name,
                        const std::map<std::string, std::string>& environment);

  Section root() const;
  /// After every owner has read its section: all problems in the order of their lines, with one for each key that
  /// nobody asked for and each environment variable that looks like a key (ISTHMUS_…__…) and set nothing.
  std::vector<Problem> finish() const;
  /// What the readers asked for, each key of a table once. Of lists and tables with names, those that the file has.
  std::vector<Key> keys() const;
  /// What the file sets, after every owner has read its section: each key by its dotted name, elements of lists and
  /// [[…]] tables with their number, the contents of secret files too. To be compared with a later reading of the same
  /// file, and never to be shown: secrets are among them. What variables set is not there, since those cannot change.
  std::map<std::string, std::string> values() const;

 private:
  friend class Section;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace isthmus::config
