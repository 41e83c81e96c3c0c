#pragma once
// Data forms (XEP-0004): written for clients, and read as clients submit them.
#include <cstddef>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/adapter.hpp"
#include "gateway/model/form.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {

enum class FormType : std::uint8_t { form, result };
enum class FieldType : std::uint8_t { boolean, fixed, hidden, text_private, text_single };

/// Opens <x/>, whose first field is FORM_TYPE (XEP-0068). `title` may be empty. The caller adds fields and closes it.
void open_form(StanzaWriter& out, FormType type, std::string_view form_type, std::string_view title = {});
/// One field with one value; without `var` for a fixed one.
void write_field(StanzaWriter& out, FieldType type, std::string_view var, std::string_view label,
                 std::string_view value);
/// A boolean field.
void write_flag(StanzaWriter& out, std::string_view var, std::string_view label, bool value);

/// One field to fill in, under the name `var`, with what its values must be like (XEP-0122). A secret is shown as
/// empty.
void write_field(StanzaWriter& out, const Field& field, std::string_view var);
/// A whole form to fill in, with its pages (XEP-0141).
void write_form(StanzaWriter& out, const Form& form);

/// A form as a client sends it back.
class SubmittedForm {
 public:
  static constexpr std::size_t max_fields = 64;
  static constexpr std::size_t max_values = 64;          // of one field
  static constexpr std::size_t max_bytes = 16UL * 1024;  // of all names and values

  /// Reads <x/>. Refused (bad-request): a type other than submit and cancel, a field that is there twice or has no name
  /// (unless it is a fixed one), anything over the limits, and values with control characters: each is one line.
  static Answer<SubmittedForm> read(pugi::xml_node x);

  bool is_cancelled() const noexcept { return is_cancelled_; }
  /// Everything that was filled in; several values of one field are parted by LF.
  FilledValues filled() const;
  /// The values of one field, as filled() has them.
  static std::string joined(const std::vector<std::string>& lines);
  /// The names of all fields.
  std::vector<std::string_view> names() const;
  /// FORM_TYPE; may be empty.
  std::string_view form_type() const;
  /// The field's values, in their order; null when it is not there.
  const std::vector<std::string>* values(std::string_view var) const;
  /// The field's only value; "" when it has none. nullopt when the field is not there. Refused: several values.
  Answer<std::optional<std::string>> text(std::string_view var) const;
  /// The same of a boolean field, "1", "true", "0" or "false" (XEP-0004 §3.3); without a value it is false.
  Answer<std::optional<bool>> flag(std::string_view var) const;

 private:
  struct Field {
    std::string var;
    std::vector<std::string> values;
  };
  bool is_cancelled_ = false;
  std::vector<Field> fields_;
};

}  // namespace isthmus::xmpp
