#include "xmpp/data_writer.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

namespace isthmus::xmpp {
namespace {

Data data_of(Data::Form form, std::string bytes) {
  Data data;
  data.form = form;
  data.place = "home/kitchen";
  data.bytes = std::move(bytes);
  return data;
}

std::string written(const Data& data) {
  std::string out;
  StanzaWriter writer{out};
  writer.open("message");
  write_data(writer, data);
  writer.close();
  return out;
}

TEST(DataWriter, ATextWithNothingToAddIsSaidByTheBody) {
  EXPECT_EQ(written(data_of(Data::Form::text, "21.5")), "<message/>");
}

TEST(DataWriter, JsonIsThereWhole) {
  EXPECT_EQ(to_json(data_of(Data::Form::json, R"({"a":[1,2]})")),
            R"({"from":"home/kitchen","qos":0,"retained":false,"value":{"a":[1,2]}})");
  EXPECT_NE(written(data_of(Data::Form::json, "{}")).find("<json xmlns='urn:xmpp:json:0'>"), std::string::npos);
}

TEST(DataWriter, WhatIsKnownOfAValueIsToldAndEscaped) {
  auto data = data_of(Data::Form::text, "a \"b\"\n");
  data.qos = 1;
  data.is_stored = true;
  data.may_be_repeated = true;
  data.skipped = 3;
  data.media_type = "text/plain";
  data.properties = {{"unit", "°C"}, {"unit", "\\"}};
  const auto json = boost::json::parse(to_json(data)).as_object();
  EXPECT_EQ(json.at("value"), "a \"b\"\n");
  EXPECT_EQ(json.at("skipped"), 3);
  EXPECT_TRUE(json.at("retained").as_bool() && json.at("repeated").as_bool());
  EXPECT_EQ(json.at("meta"), (boost::json::array{{"unit", "°C"}, {"unit", "\\"}}));
}

TEST(DataWriter, BinaryIsBase64) {
  EXPECT_EQ(to_json(data_of(Data::Form::binary, std::string{"\0\xff", 2})),
            R"({"from":"home/kitchen","qos":0,"retained":false,"data":"AP8="})");
}

TEST(DataWriter, WhatIsTooLargeForAStanzaIsLeftOut) {
  EXPECT_EQ(written(data_of(Data::Form::binary, std::string(100'000, 'x'))), "<message/>");
}

}  // namespace
}  // namespace isthmus::xmpp
