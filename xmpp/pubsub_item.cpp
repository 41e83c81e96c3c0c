#include "xmpp/pubsub_item.hpp"

#include <optional>
#include <string>

#include "gateway/model/base64.hpp"
#include "gateway/model/json.hpp"
#include "xmpp/namespaces.hpp"
#include "xmpp/numbers.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

// Escapes, base64 and what stands around it in the stanza must fit, too.
constexpr std::size_t max_shown = std::size_t{160} * 1024;
constexpr std::size_t max_properties = 64;

constexpr ItemProblem not_a_value{"invalid-payload", "An item holds one <json/> or one <value/>."};

std::size_t written_bytes(std::string_view text) {
  std::string escaped;
  append_escaped(escaped, text);
  return escaped.size();
}

bool fits(const Data& value) {
  std::size_t bytes = value.form == Data::Form::binary ? value.bytes.size() / 3 * 4 : written_bytes(value.bytes);
  for (const auto& [name, text] : value.properties) bytes += 64 + written_bytes(name) + written_bytes(text);
  return bytes <= max_shown;
}

void write_value(StanzaWriter& out, const Data& value) {
  const bool is_binary = value.form == Data::Form::binary;
  out.open("value", ns::value).attribute("enc", is_binary ? "base64" : "utf8");
  if (!value.media_type.empty()) out.attribute("ct", value.media_type);
  out.attribute("qos", std::to_string(value.qos));
  if (value.is_stored) out.attribute("retained", "true");
  if (value.may_be_repeated) out.attribute("repeated", "true");
  out.text(is_binary ? to_base64(value.bytes) : value.bytes);
  for (const auto& [name, text] : value.properties) out.open("property").attribute("name", name).text(text).close();
  out.close();
}

boost::system::result<Data, ItemProblem> read_json(pugi::xml_node element) {
  std::string scratch;
  Data value;
  value.form = Data::Form::json;
  value.media_type = "application/json";
  value.bytes = text_of(element, scratch);
  if (!parse_json(value.bytes)) return ItemProblem{"invalid-payload", "This is no JSON."};
  return value;
}

boost::system::result<Data, ItemProblem> read_value(pugi::xml_node element) {
  std::string scratch;
  const auto text = text_of(element, scratch);
  const auto encoding = attribute(element, "enc");
  Data value;
  value.media_type = attribute(element, "ct");
  if (encoding == "base64") {
    auto bytes = from_base64(text);
    if (!bytes) return ItemProblem{"invalid-payload", "This is no base64."};
    value.form = Data::Form::binary;
    value.bytes = *std::move(bytes);
  } else if (encoding.empty() || encoding == "utf8") {
    value.bytes = text;
  } else {
    return ItemProblem{"invalid-payload", "Values are in utf8 or base64."};
  }
  if (const auto qos = attribute(element, "qos"); !qos.empty()) {
    const auto number = parse_number<unsigned>(qos);
    if (!number || *number > 2) return ItemProblem{"invalid-payload", "QoS is 0, 1 or 2."};
    value.qos = static_cast<std::uint8_t>(*number);
  }
  for (auto one = element.first_child(); one; one = one.next_sibling()) {
    if (!is(one, ns::value, "property")) continue;
    if (value.properties.size() == max_properties) return ItemProblem{"invalid-payload", "A value has 64 properties."};
    std::string inner;
    value.properties.emplace_back(attribute(one, "name"), text_of(one, inner));
  }
  return value;
}

}  // namespace

void write_item(StanzaWriter& out, const Data& value) {
  out.open("item").attribute("id", item_id);
  if (!fits(value)) {
    out.close();
    return;
  }
  if (value.form == Data::Form::json) {
    out.open("json", ns::json).text(value.bytes).close();
  } else {
    write_value(out, value);
  }
  out.close();
}

boost::system::result<Data, ItemProblem> read_item(pugi::xml_node item) {
  pugi::xml_node payload;
  for (auto one = item.first_child(); one; one = one.next_sibling()) {
    if (one.type() != pugi::node_element) continue;
    if (payload) return not_a_value;
    payload = one;
  }
  if (!payload) return ItemProblem{"payload-required", "The item is empty."};
  if (is(payload, ns::json, "json")) return read_json(payload);
  if (is(payload, ns::value, "value")) return read_value(payload);
  return not_a_value;
}

}  // namespace isthmus::xmpp
