#include "gateway/model/form.hpp"

#include <array>
#include <charconv>
#include <optional>

namespace isthmus {
namespace {

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::optional<std::string> check_line(std::string_view text) {
  if (text.size() > max_line) return "at most " + std::to_string(max_line) + " bytes";
  if (!is_one_line(text)) return "one line without control characters";
  return std::nullopt;
}

std::optional<std::string> check_lines(std::string_view text) {
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (++count > max_lines) return "at most " + std::to_string(max_lines) + " lines";
    if (auto wrong = check_line(text.substr(0, end))) return wrong;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return std::nullopt;
}

std::optional<std::string> check_number(const Field& field) {
  std::int64_t number = 0;
  const char* const last = field.value.data() + field.value.size();
  const auto [end, error] = std::from_chars(field.value.data(), last, number);
  if (error == std::errc{} && end == last && number >= field.least && number <= field.most) return std::nullopt;
  return "a number from " + std::to_string(field.least) + " to " + std::to_string(field.most);
}

std::optional<std::string> check_yes_no(Field& field) {
  static constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  static constexpr std::array<std::string_view, 5> no{"false", "0", "no", "off", ""};
  const bool is_yes = std::ranges::find(yes, field.value) != yes.end();
  if (!is_yes && std::ranges::find(no, field.value) == no.end()) return "yes or no";
  field.value = is_yes ? "true" : "false";
  return std::nullopt;
}

std::optional<std::string> check_choice(const Field& field) {
  if (std::ranges::find(field.options, field.value, &Field::Option::value) != field.options.end()) return std::nullopt;
  std::string allowed = "one of:";
  for (const auto& option : field.options) allowed += " " + (option.value.empty() ? "(nothing)" : option.value);
  return allowed;
}

/// What the value should be; nullopt when it is.
std::optional<std::string> check(Field& field) {
  switch (field.kind) {
    case Field::Kind::text:
    case Field::Kind::secret: break;
    case Field::Kind::yes_no: return check_yes_no(field);
    case Field::Kind::number: return check_number(field);
    case Field::Kind::choice: return check_choice(field);
    case Field::Kind::lines: return check_lines(field.value);
  }
  return check_line(field.value);
}

}  // namespace

std::variant<Form, FormProblem> fill(Form asked, const FilledValues& values) {
  for (Field& field : asked.fields) {
    if (field.kind == Field::Kind::secret) field.value.clear();
    const auto given = std::ranges::find(values, field.name, &FilledValues::value_type::first);
    if (given == values.end()) continue;
    field.value = given->second;
    if (auto wanted = check(field)) return FormProblem{field.name, "“" + field.label + "” must be " + *wanted + "."};
  }
  return asked;
}

}  // namespace isthmus
