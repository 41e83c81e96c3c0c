#include "adapters/websocket/stored_record.hpp"

#include <algorithm>
#include <array>

#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t deepest = 40;  // what clients may send, and the frame around it
constexpr std::array<std::string_view, 8> types{"msg",      "edit", "retract", "reactions",
                                                "presence", "room", "typing",  break_type};
constexpr std::array<std::string_view, 6> own_members{"t", "cursor", "id", "time", "from", "to"};

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string{*text};
}

/// The native text without `"cursor":"…",`, which follows the type.
std::string without_cursor(const Record& record, const Instance& instance) {
  std::string text = *record.text(Format::native, instance);
  const std::string cursor = ",\"cursor\":\"" + to_cursor(instance, record.seq) + "\"";
  if (const auto at = text.find(cursor); at != std::string::npos) text.erase(at, cursor.size());
  return text;
}

}  // namespace

std::string to_stored(const Record& record, const Instance& instance) {
  const std::string frame = record.is_break()
                                ? to_json(json::object{{"t", break_type}, {"time", to_timestamp(record.time)}})
                                : without_cursor(record, instance);
  return std::string{"{\"value\":"} + (record.is_value ? "true" : "false") + ",\"frame\":" + frame + "}";
}

std::optional<Record> from_stored(std::string_view text, std::uint64_t seq) {
  const auto parsed = parse_json(text, deepest);
  const auto* stored = parsed ? parsed->if_object() : nullptr;
  const auto* value = stored == nullptr ? nullptr : stored->if_contains("value");
  const auto* inner = stored == nullptr ? nullptr : stored->if_contains("frame");
  const auto* frame = inner == nullptr ? nullptr : inner->if_object();
  if (value == nullptr || !value->is_bool() || frame == nullptr) return std::nullopt;
  const auto type = std::ranges::find(types, text_of(*frame, "t"));
  const auto time = parse_timestamp(text_of(*frame, "time"));
  if (type == types.end() || !time) return std::nullopt;
  Record record;
  record.seq = seq;
  record.type = *type;
  record.id = text_of(*frame, "id");
  record.time = *time;
  record.from = text_of(*frame, "from");
  record.to = text_of(*frame, "to");
  record.is_value = value->get_bool();
  for (const auto& member : *frame) {
    const bool is_own = std::ranges::find(own_members, std::string_view{member.key()}) != own_members.end();
    if (!is_own) record.members[member.key()] = member.value();
  }
  return record;
}

}  // namespace isthmus::websocket
