#pragma once
// Questions and answers, whatever protocol shows them: as a form that a client fills in, or as words in a chat.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isthmus {

struct Field {
  enum class Kind : std::uint8_t {
    text,    // one line
    secret,  // one line that is shown to nobody, and never given back: empty means that it stays as it is
    yes_no,  // "true" or "false"
    number,
    choice,  // one of `options`
    lines,   // several, parted by LF
  };
  struct Option {
    std::string value;
    std::string label;
  };
  std::string name;
  std::string label;  // for people
  Kind kind = Kind::text;
  std::string value{};
  std::vector<Option> options{};
  std::int64_t least = 0;  // of a number, ends included
  std::int64_t most = 0;
  std::string help{};          // a sentence; may be empty
  std::string_view pattern{};  // a literal: the POSIX extended regular expression that a text fits; empty: any does
  std::string_view page{};     // a literal: what fields that stand together have in common; empty: nothing
};

struct Form {
  std::string title;
  std::string instructions{};
  std::vector<Field> fields{};

  const Field* find(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &Field::name);
    return found == fields.end() ? nullptr : &*found;
  }
  /// The value of a field that is there; "" when it is not.
  std::string_view value(std::string_view name) const {
    const Field* field = find(name);
    return field == nullptr ? std::string_view{} : std::string_view{field->value};
  }
};

/// What is wrong with a filled-in form.
struct FormProblem {
  std::string field;
  std::string text;
};

/// What was filled in: names of fields, and values as people or clients write them.
using FilledValues = std::vector<std::pair<std::string, std::string>>;

/// `asked` with the values that were filled in, each checked and in its plain form ("true" for "1", "yes" and "on");
/// what was not filled in stays as it was, but a secret that was not is empty. Names that were not asked for are
/// ignored. One line of text has at most max_line bytes and no control characters; `lines` has at most max_lines of
/// them.
inline constexpr std::size_t max_line = 500;
inline constexpr std::size_t max_lines = 20;
std::variant<Form, FormProblem> fill(Form asked, const FilledValues& values);

}  // namespace isthmus
