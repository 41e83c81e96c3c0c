#include "xmpp/data_form.hpp"

#include <algorithm>
#include <utility>

#include "xmpp/namespaces.hpp"
#include "xmpp/one_line.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

constexpr std::string_view form_type_field = "FORM_TYPE";

std::string_view to_text(FieldType type) {
  switch (type) {
    case FieldType::boolean: return "boolean";
    case FieldType::fixed: return "fixed";
    case FieldType::hidden: return "hidden";
    case FieldType::text_private: return "text-private";
    case FieldType::text_single: break;
  }
  return "text-single";
}

std::string_view type_of(isthmus::Field::Kind kind) {
  switch (kind) {
    case isthmus::Field::Kind::text:
    case isthmus::Field::Kind::number: break;
    case isthmus::Field::Kind::secret: return "text-private";
    case isthmus::Field::Kind::yes_no: return "boolean";
    case isthmus::Field::Kind::choice: return "list-single";
    case isthmus::Field::Kind::lines: return "text-multi";
  }
  return "text-single";
}

/// XEP-0122 §3: a range for a number, a pattern for a text.
void write_validation(StanzaWriter& out, const isthmus::Field& field) {
  const bool is_number = field.kind == isthmus::Field::Kind::number;
  if (!is_number && field.pattern.empty()) return;
  out.open("validate", ns::data_validate).attribute("datatype", is_number ? "xs:integer" : "xs:string");
  if (is_number) {
    out.open("range").attribute("min", std::to_string(field.least)).attribute("max", std::to_string(field.most));
    out.close();
  } else {
    out.leaf("regex", field.pattern);
  }
  out.close();
}

/// XEP-0141 §3.1: fields of one page stand together.
void write_pages(StanzaWriter& out, const Form& form) {
  for (auto field = form.fields.begin(); field != form.fields.end();) {
    const auto page = field->page;
    const auto end = std::find_if(field, form.fields.end(), [&](const Field& it) { return it.page != page; });
    if (page.empty()) {
      field = end;
      continue;
    }
    out.open("page", ns::data_layout).attribute("label", page);
    for (; field != end; ++field) out.open("fieldref").attribute("var", field->name).close();
    out.close();
  }
}

Refusal refused(std::string why) { return {Condition::bad_request, Remedy::modify, std::move(why), {}}; }

}  // namespace

void open_form(StanzaWriter& out, FormType type, std::string_view form_type, std::string_view title) {
  out.open("x", ns::data_forms).attribute("type", type == FormType::form ? "form" : "result");
  if (!title.empty()) out.leaf("title", title);
  write_field(out, FieldType::hidden, form_type_field, {}, form_type);
}

void write_field(StanzaWriter& out, FieldType type, std::string_view var, std::string_view label,
                 std::string_view value) {
  out.open("field").attribute("type", to_text(type));
  if (!var.empty()) out.attribute("var", var);
  if (!label.empty()) out.attribute("label", label);
  out.leaf("value", value).close();
}

void write_flag(StanzaWriter& out, std::string_view var, std::string_view label, bool value) {
  write_field(out, FieldType::boolean, var, label, value ? "1" : "0");
}

void write_field(StanzaWriter& out, const isthmus::Field& field, std::string_view var) {
  out.open("field").attribute("type", type_of(field.kind)).attribute("var", var).attribute("label", field.label);
  if (!field.help.empty()) out.leaf("desc", field.help);
  write_validation(out, field);
  const std::string_view value = field.kind == Field::Kind::secret ? std::string_view{} : field.value;
  for (std::size_t at = 0; at <= value.size();) {  // several lines are several values (XEP-0004 §3.3, text-multi)
    const std::size_t end =
        std::min(field.kind == Field::Kind::lines ? value.find('\n', at) : value.size(), value.size());
    out.leaf("value", value.substr(at, end - at));
    at = end + 1;
  }
  for (const Field::Option& option : field.options)
    out.open("option").attribute("label", option.label).leaf("value", option.value).close();
  out.close();
}

void write_form(StanzaWriter& out, const Form& form) {
  out.open("x", ns::data_forms).attribute("type", "form").leaf("title", form.title);
  if (!form.instructions.empty()) out.leaf("instructions", form.instructions);
  write_pages(out, form);
  for (const Field& field : form.fields) write_field(out, field, field.name);
  out.close();
}

FilledValues SubmittedForm::filled() const {
  FilledValues values;
  for (const Field& field : fields_) values.emplace_back(field.var, joined(field.values));
  return values;
}

std::string SubmittedForm::joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text.append(&line == &lines.front() ? "" : "\n").append(line);
  return text;
}

std::vector<std::string_view> SubmittedForm::names() const {
  std::vector<std::string_view> names;
  for (const Field& field : fields_) names.emplace_back(field.var);
  return names;
}

Answer<SubmittedForm> SubmittedForm::read(pugi::xml_node x) {
  SubmittedForm form;
  const auto type = attribute(x, "type");
  form.is_cancelled_ = type == "cancel";
  if (form.is_cancelled_) return form;
  if (type != "submit") return refused("A form that is sent back is of type submit or cancel.");
  std::string scratch;
  std::size_t bytes = 0;
  const auto is_too_long = [&](std::string_view text) { return (bytes += text.size()) > max_bytes; };
  for (auto element = x.first_child(); element; element = element.next_sibling()) {
    if (!is(element, ns::data_forms, "field") || attribute(element, "type") == "fixed") continue;
    const auto var = attribute(element, "var");
    if (var.empty()) return refused("A field of the form has no name.");
    if (form.values(var) != nullptr) return refused("A field is in the form twice.");
    if (form.fields_.size() == max_fields || is_too_long(var)) return refused("The form is too long.");
    auto& values = form.fields_.emplace_back(Field{std::string{var}, {}}).values;
    for (auto value = element.first_child(); value; value = value.next_sibling()) {
      if (!is(value, ns::data_forms, "value")) continue;
      scratch.clear();
      const auto text = text_of(value, scratch);
      if (values.size() == max_values || is_too_long(text)) return refused("The form is too long.");
      if (has_control(text)) return refused("A value of the form holds control characters.");
      values.emplace_back(text);
    }
  }
  return form;
}

const std::vector<std::string>* SubmittedForm::values(std::string_view var) const {
  const auto found = std::ranges::find(fields_, var, &Field::var);
  return found == fields_.end() ? nullptr : &found->values;
}

std::string_view SubmittedForm::form_type() const {
  const auto* found = values(form_type_field);
  return found == nullptr || found->empty() ? std::string_view{} : std::string_view{found->front()};
}

Answer<std::optional<std::string>> SubmittedForm::text(std::string_view var) const {
  const auto* found = values(var);
  if (found == nullptr) return std::optional<std::string>{};
  if (found->size() > 1) return refused("The field " + std::string{var} + " has one value at most.");
  return std::optional{found->empty() ? std::string{} : found->front()};
}

Answer<std::optional<bool>> SubmittedForm::flag(std::string_view var) const {
  const auto value = text(var);
  if (!value) return value.error();
  if (!*value) return std::optional<bool>{};
  const auto& word = **value;
  if (word == "1" || word == "true") return std::optional{true};
  if (word.empty() || word == "0" || word == "false") return std::optional{false};
  return refused("The field " + std::string{var} + " is either true or false.");
}

}  // namespace isthmus::xmpp
