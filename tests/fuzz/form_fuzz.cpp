// Any bytes as a form that a client sends back: what is taken keeps to the limits, and can be written again.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "xmpp/data_form.hpp"
#include "xmpp/stanza.hpp"

namespace {

using namespace isthmus::xmpp;

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const SubmittedForm& form, std::string_view var) {
  const auto* values = form.values(var);
  if (values == nullptr) return;
  require(!form.is_cancelled() && values->size() <= SubmittedForm::max_values);
  std::string out;
  StanzaWriter writer{out};
  open_form(writer, FormType::result, form.form_type());
  for (const auto& value : *values) {
    require(value.size() <= SubmittedForm::max_bytes);
    require(value.find_first_of(std::string_view{"\0\r\n", 3}) == std::string::npos);
    write_field(writer, FieldType::text_single, var, {}, value);
  }
  writer.close();
  require(writer.finished());
  const auto text = form.text(var);
  require(text.has_error() == (values->size() > 1));
  const auto flag = form.flag(var);
  require(!flag || flag->has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string bytes{data, data + size};
  StanzaParser parser;
  const auto stanza = parser.parse(bytes);
  if (!stanza) return 0;
  const auto form = SubmittedForm::read(*stanza);
  if (!form) {
    require(!form.error().text.empty());
    return 0;
  }
  for (const auto element : stanza->children()) check(*form, attribute(element, "var"));
  return 0;
}
