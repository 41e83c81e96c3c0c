#include "xmpp/data_writer.hpp"

#include <fmt/format.h>

#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>
#include <string_view>

#include "gateway/model/base64.hpp"
#include "xmpp/namespaces.hpp"

namespace isthmus::xmpp {
namespace {

// XEP-0432's payload stands beside the body in one stanza: what would not fit is left out there.
constexpr std::size_t max_bytes = std::size_t{64} * 1024;

std::string quoted(std::string_view text) { return boost::json::serialize(boost::json::string_view{text}); }

}  // namespace

std::string to_json(const Data& data) {
  std::string json = fmt::format(R"({{"from":{},"qos":{},"retained":{})", quoted(data.place), data.qos, data.is_stored);
  if (data.skipped != 0) json += fmt::format(R"(,"skipped":{})", data.skipped);
  if (data.may_be_repeated) json += R"(,"repeated":true)";
  if (!data.media_type.empty()) json += R"(,"ctype":)" + quoted(data.media_type);
  if (!data.properties.empty()) {
    json += R"(,"meta":[)";
    for (const auto& [name, value] : data.properties) json += "[" + quoted(name) + "," + quoted(value) + "],";
    json.back() = ']';
  }
  switch (data.form) {
    case Data::Form::text: json += R"(,"value":)" + quoted(data.bytes); break;
    case Data::Form::json: json += R"(,"value":)" + data.bytes; break;
    case Data::Form::binary: json += R"(,"data":")" + to_base64(data.bytes) + '"'; break;
  }
  return json += '}';
}

void write_data(StanzaWriter& out, const Data& data) {
  const bool is_said_by_the_body =
      data.form == Data::Form::text && data.media_type.empty() && data.properties.empty() && data.skipped == 0;
  if (is_said_by_the_body || data.bytes.size() > max_bytes) return;
  out.open("payload", ns::json_message).attribute("datatype", ns::value);
  out.open("json", ns::json).text(to_json(data)).close().close();
}

}  // namespace isthmus::xmpp
