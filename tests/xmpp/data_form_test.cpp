#include "xmpp/data_form.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace isthmus::xmpp {
namespace {

using testing::ElementsAre;

/// The form that a client sends with `inside` it.
Answer<SubmittedForm> read(const std::string& inside, const std::string& type = "submit") {
  pugi::xml_document document;
  const auto xml = "<x xmlns='jabber:x:data' type='" + type + "'>" + inside + "</x>";
  EXPECT_TRUE(document.load_string(xml.c_str(), pugi::parse_default | pugi::parse_ws_pcdata)) << xml;
  return SubmittedForm::read(document.first_child());
}

std::string field(const std::string& var, const std::string& value) {
  return "<field var='" + var + "'><value>" + value + "</value></field>";
}

TEST(DataForm, IsWrittenWithItsTypeFirst) {
  std::string out;
  StanzaWriter writer{out};
  open_form(writer, FormType::form, "urn:example:search");
  write_flag(writer, "deep", "Look everywhere", true);
  write_field(writer, FieldType::text_private, "key", "Key", "a<b");
  write_field(writer, FieldType::fixed, {}, {}, "Thank you.");
  writer.close();
  EXPECT_EQ(out,
            "<x xmlns='jabber:x:data' type='form'>"
            "<field type='hidden' var='FORM_TYPE'><value>urn:example:search</value></field>"
            "<field type='boolean' var='deep' label='Look everywhere'><value>1</value></field>"
            "<field type='text-private' var='key' label='Key'><value>a&lt;b</value></field>"
            "<field type='fixed'><value>Thank you.</value></field></x>");
}

TEST(DataForm, SaysWhatValuesMustBeLike) {
  Form form{.title = "Server"};
  form.fields.push_back({.name = "port", .label = "Port", .kind = isthmus::Field::Kind::number, .value = "6697"});
  form.fields.back().most = 65535;
  form.fields.push_back({.name = "user", .label = "User", .pattern = "[^ <]*"});
  std::string out;
  StanzaWriter writer{out};
  write_form(writer, form);
  EXPECT_EQ(out,
            "<x xmlns='jabber:x:data' type='form'><title>Server</title>"
            "<field type='text-single' var='port' label='Port'>"
            "<validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:integer'>"
            "<range min='0' max='65535'/></validate><value>6697</value></field>"
            "<field type='text-single' var='user' label='User'>"
            "<validate xmlns='http://jabber.org/protocol/xdata-validate' datatype='xs:string'>"
            "<regex>[^ &lt;]*</regex></validate><value/></field></x>");
}

TEST(DataForm, HasAPageForFieldsThatStandTogether) {
  const Form form{.title = "Long",
                  .fields = {{.name = "a", .label = "A"},
                             {.name = "b", .label = "B", .page = "One"},
                             {.name = "c", .label = "C", .page = "One"},
                             {.name = "d", .label = "D", .page = "Two"}}};
  std::string out;
  StanzaWriter writer{out};
  write_form(writer, form);
  EXPECT_TRUE(
      out.starts_with("<x xmlns='jabber:x:data' type='form'><title>Long</title>"
                      "<page xmlns='http://jabber.org/protocol/xdata-layout' label='One'>"
                      "<fieldref var='b'/><fieldref var='c'/></page>"
                      "<page xmlns='http://jabber.org/protocol/xdata-layout' label='Two'>"
                      "<fieldref var='d'/></page><field type='text-single' var='a'"))
      << out;
}

TEST(DataForm, IsReadByTheNamesOfItsFields) {
  const auto form = read(field("FORM_TYPE", "urn:example:search") + field("word", "cauldron") +
                         "<field var='empty'/><field type='fixed'><value>ignored</value></field>"
                         "<field var='many'><value>one</value><value>two</value></field>" +
                         "<other xmlns='urn:example:other'/>" + field("yes", "true") + field("no", "0"));
  ASSERT_TRUE(form.has_value());
  EXPECT_FALSE(form->is_cancelled());
  EXPECT_EQ(form->form_type(), "urn:example:search");
  EXPECT_EQ(*form->text("word"), "cauldron");
  EXPECT_EQ(*form->text("empty"), "");
  EXPECT_EQ(*form->text("absent"), std::nullopt);
  EXPECT_THAT(*form->values("many"), ElementsAre("one", "two"));
  EXPECT_TRUE(form->text("many").has_error()) << "one value was asked for";
  EXPECT_EQ(*form->flag("yes"), true);
  EXPECT_EQ(*form->flag("no"), false);
  EXPECT_EQ(*form->flag("empty"), false);
  EXPECT_EQ(*form->flag("absent"), std::nullopt);
  EXPECT_TRUE(form->flag("word").has_error()) << "a word is neither true nor false";
}

TEST(DataForm, ThatIsCancelledSaysNothingElse) {
  const auto form = read(field("word", "cauldron"), "cancel");
  ASSERT_TRUE(form.has_value());
  EXPECT_TRUE(form->is_cancelled());
  EXPECT_EQ(form->values("word"), nullptr);
}

struct Bad {
  std::string name;
  std::string inside;
  std::string type = "submit";
};
void PrintTo(const Bad& row, std::ostream* out) { *out << row.name; }

class DataFormRefuses : public testing::TestWithParam<Bad> {};

TEST_P(DataFormRefuses, WithBadRequestAndAReason) {
  const auto form = read(GetParam().inside, GetParam().type);
  ASSERT_TRUE(form.has_error());
  EXPECT_EQ(form.error().condition, Condition::bad_request);
  EXPECT_FALSE(form.error().text.empty());
}

std::string many(std::size_t count, const std::function<std::string(std::size_t)>& one) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += one(i);
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Table, DataFormRefuses,
    testing::Values(Bad{"a_type_that_no_client_sends", "", "form"}, Bad{"no_type", "", ""},
                    Bad{"a_field_without_a_name", "<field><value>x</value></field>"},
                    Bad{"a_field_twice", field("a", "1") + field("a", "2")},
                    Bad{"a_line_break", field("a", "one&#10;two")}, Bad{"a_carriage_return", field("a", "one&#13;two")},
                    Bad{"a_tabulator", field("a", "one&#9;two")}, Bad{"delete", field("a", "one&#127;two")},
                    Bad{"too_many_fields", many(SubmittedForm::max_fields + 1,
                                                [](std::size_t i) { return field("f" + std::to_string(i), "x"); })},
                    Bad{"too_many_values", "<field var='a'>" +
                                               many(SubmittedForm::max_values + 1,
                                                    [](std::size_t) { return std::string{"<value>x</value>"}; }) +
                                               "</field>"},
                    Bad{"too_long_a_value", field("a", std::string(SubmittedForm::max_bytes, 'x'))}),
    [](const auto& row) { return row.param.name; });

}  // namespace
}  // namespace isthmus::xmpp
