// Any bytes as a client's frame, in each format, as a message by HTTP, as a URL's query, as a text that may state
// values and as a frame of an endpoint: what is read is within its limits, and what is written can be read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <variant>

#include "adapters/websocket/endpoint_text.hpp"
#include "adapters/websocket/frames.hpp"
#include "adapters/websocket/packing.hpp"
#include "adapters/websocket/record.hpp"
#include "adapters/websocket/request.hpp"
#include "adapters/websocket/topic.hpp"
#include "adapters/websocket/translate.hpp"
#include "adapters/websocket/value_rules.hpp"
#include "gateway/model/json.hpp"
#include "gateway/model/utf8.hpp"

namespace {

using namespace isthmus;
using namespace isthmus::websocket;

void require(bool holds) {
  if (!holds) std::abort();
}

/// What the frame says becomes a record, whose texts are JSON in every format.
void check_say(const Say& say) {
  const Payload payload = to_payload(say, "temp");
  const auto record = to_record(payload, {"0f", "ws:plant", "dash", SystemTime{}});
  if (!record) return;
  const Instance instance{"e1", "/isthmus"};
  for (const auto format : {Format::native, Format::cloudevents, Format::flat, Format::bridge}) {
    const auto& text = *record->text(format, instance);
    require(text.empty() || parse_json(text, 64).has_value());
    require(record->packed(format, instance)->size() < text.size() || text.empty() ||
            record->packed(format, instance)->empty());
  }
  static_cast<void>(to_value(say));
}

void check_frame(std::string_view text, Format format) {
  const auto frame = parse_frame(text, format);
  if (!frame) {
    require(frame.error().id.size() <= 64);
    require(!error_frame(frame.error().problem, frame.error().id).empty());
    return;
  }
  if (const auto* sub = std::get_if<SubFrame>(&*frame)) {
    require(sub->topics.size() <= 50);
    for (const auto& topic : sub->topics) require(is_pattern(topic));
  }
  if (const auto* say = std::get_if<Say>(&*frame)) check_say(*say);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  if (const auto query = parse_query(bytes)) static_cast<void>(read_wanted(*query));
  static_cast<void>(parse_cursor({"e1", ""}, bytes));
  static_cast<void>(parse_endpoint_url(bytes));
  if (!is_utf8(bytes)) return 0;  // Beast closes with 1007 then
  for (const auto format : {Format::native, Format::cloudevents, Format::flat}) check_frame(bytes, format);
  if (const auto body = parse_json(bytes)) {
    if (const auto say = parse_say(*body)) check_say(*say);
  }
  static const ValueRules rules;
  for (const auto& value : rules.read(bytes)) require(is_value_name(value.name));
  const EndpointPointers pointers{.text = "/text", .topic = "/topic", .value = "/value", .sender = "/0"};
  if (const auto said = read_frame(pointers, bytes)) {
    require(!said->text.empty() || said->value.has_value());
    require(said->sender.size() <= 64 && is_utf8(said->sender));
    if (said->value) require(is_value_name(said->value->name));
  }
  const auto filled = fill(R"({"m":"${text}"})", {bytes, "a", "b", SystemTime{}});
  require(parse_json(filled).has_value());
  return 0;
}
