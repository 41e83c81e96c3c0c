#include "adapters/websocket/translate.hpp"

#include <utility>

#include "gateway/model/base64.hpp"
#include "gateway/model/json.hpp"
#include "gateway/model/utf8.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

std::string_view kind_of(Style style) {
  switch (style) {
    case Style::normal: return "chat";
    case Style::action: return "action";
    case Style::notice: return "notice";
  }
  return "chat";
}

std::string_view state_of(Typing::State state) {
  switch (state) {
    case Typing::State::idle: return "idle";
    case Typing::State::composing: return "composing";
    case Typing::State::paused: return "paused";
  }
  return "idle";
}

std::string_view name_of(Span::Kind kind) {
  switch (kind) {
    case Span::Kind::bold: return "bold";
    case Span::Kind::italic: return "italic";
    case Span::Kind::underline: return "underline";
    case Span::Kind::strike: return "strike";
    case Span::Kind::code: return "code";
    case Span::Kind::code_block: return "code_block";
    case Span::Kind::quote: return "quote";
  }
  return "code";
}

Record begin(std::string_view type, const Saying& saying) {
  Record record;
  record.type = type;
  record.id = saying.id;
  record.time = saying.time;
  record.from = saying.from;
  if (!saying.nick.empty()) record.members["user"] = json::object{{"nick", saying.nick}};
  return record;
}

void add_text(json::object& members, const Message& message) {
  members["kind"] = kind_of(message.style);
  members["text"] = message.text;
  if (message.reply) members["replyTo"] = message.reply->to.id;
  if (message.thread) members["thread"] = *message.thread;
  if (message.spans.empty()) return;
  json::array spans;
  for (const auto& span : message.spans)
    spans.push_back({{"kind", name_of(span.kind)}, {"begin", span.begin}, {"end", span.end}});
  members["spans"] = std::move(spans);
}

Record message_record(const Message& message, const Saying& saying) {
  Record record = begin("msg", saying);
  add_text(record.members, message);
  return record;
}

Record edit_record(const Edit& edit, const Saying& saying) {
  Record record = begin("edit", saying);
  record.members["target"] = edit.target.id;
  add_text(record.members, edit.now);
  return record;
}

Record retract_record(const Retract& retract, const Saying& saying) {
  Record record = begin("retract", saying);
  record.members["target"] = retract.target.id;
  if (!retract.reason.empty()) record.members["reason"] = retract.reason;
  return record;
}

Record reactions_record(const Reactions& reactions, const Saying& saying) {
  Record record = begin("reactions", saying);
  record.members["target"] = reactions.target.id;
  record.members["emoji"] = json::array(reactions.emoji.begin(), reactions.emoji.end());
  return record;
}

Record typing_record(const Typing& typing, const Saying& saying) {
  Record record = begin("typing", saying);
  record.id.clear();
  record.members["state"] = state_of(typing.state);
  return record;
}

std::optional<Record> room_record(const RoomInfo& info, const Saying& saying) {
  if (!info.subject) return std::nullopt;
  Record record = begin("room", saying);
  record.members["subject"] = info.subject->text;
  return record;
}

/// {"k":["v1","v2"]}: a key may stand there more than once.
json::object meta_of(const Data& data) {
  json::object meta;
  for (const auto& [key, value] : data.properties) {
    auto& values = meta[key];
    if (!values.is_array()) values = json::array{};
    values.get_array().emplace_back(value);
  }
  return meta;
}

std::string shown(const BytesSaid& said) { return "binary, " + std::to_string(said.bytes.size()) + " bytes"; }

std::string with_name(std::string_view name, const std::string& text) {
  return name.empty() ? text : std::string{name} + " " + text;
}

}  // namespace

std::optional<Record> to_record(const Payload& what, const Saying& saying) {
  using Maybe = std::optional<Record>;
  return std::visit(overloaded{
                        [&](const Message& message) -> Maybe { return message_record(message, saying); },
                        [&](const Edit& edit) -> Maybe { return edit_record(edit, saying); },
                        [&](const Retract& retract) -> Maybe { return retract_record(retract, saying); },
                        [&](const Reactions& reactions) -> Maybe { return reactions_record(reactions, saying); },
                        [&](const Typing& typing) -> Maybe { return typing_record(typing, saying); },
                        [&](const RoomInfo& info) -> Maybe { return room_record(info, saying); },
                        [](const Displayed&) -> Maybe { return {}; },
                        [](const Presence&) -> Maybe { return {}; },
                        [](const Watch&) -> Maybe { return {}; },
                        [](const Membership&) -> Maybe { return {}; },
                        [](const Roster&) -> Maybe { return {}; },
                        [](const Invitation&) -> Maybe { return {}; },
                        [](const Request&) -> Maybe { return {}; },
                        [](const LinkState&) -> Maybe { return {}; },
                        [](const NewValue&) -> Maybe { return {}; },
                    },
                    what);
}

Record to_record(const NamedValue& value, const Saying& saying, std::string_view of) {
  Record record = begin("msg", saying);
  record.from += "/" + value.name;
  record.is_value = true;
  record.members["kind"] = "value";
  record.members["text"] = value_text(value.value);
  record.members["value"] = value.value;
  if (!value.unit.empty()) record.members["unit"] = value.unit;
  if (!of.empty()) record.members["of"] = of;
  return record;
}

Record value_record(const Message& message, const Saying& saying, bool is_past) {
  Record record = begin("msg", saying);
  record.is_value = true;
  const Data& data = *message.data;
  record.members["kind"] = "value";
  record.members["text"] = message.text;
  if (auto number = parse_number(data.bytes)) {
    record.members["value"] = *std::move(number);
  } else if (data.form == Data::Form::json) {
    if (auto value = parse_json(data.bytes)) record.members["value"] = *std::move(value);
  } else if (data.form == Data::Form::binary) {
    record.members["data"] = to_base64(data.bytes);
  }
  if (!data.media_type.empty()) record.members["ctype"] = data.media_type;
  record.members["qos"] = data.qos;
  if (is_past) record.members["retained"] = true;
  if (data.expiry) record.members["expiry_s"] = data.expiry->count();
  // Places of one network differ in what follows its name.
  if (!data.answer_to.empty())
    record.members["replyTo"] = saying.from.substr(0, saying.from.find('/') + 1) + data.answer_to;
  if (!data.correlation.empty() && is_utf8(data.correlation)) record.members["corr"] = data.correlation;
  if (!data.properties.empty()) record.members["meta"] = meta_of(data);
  return record;
}

Record link_record(const LinkState& state, const Saying& saying) {
  const bool is_up = state.state == LinkState::State::up;
  const bool is_down = state.state == LinkState::State::down;
  Record record = presence_record(is_up ? "online" : is_down ? "offline" : "unknown", saying);
  record.is_value = true;
  if (!state.reason.empty()) record.members["status"] = state.reason;
  return record;
}

std::optional<Message> to_value(const Say& say) {
  Message message;
  Data data;
  if (const auto* words = std::get_if<Words>(&say.what)) {
    message.text = words->text;
  } else if (const auto* value = std::get_if<ValueSaid>(&say.what)) {
    const auto* text = value->value.if_string();
    message.text = text != nullptr ? std::string{*text} : to_json(value->value);
  } else if (const auto* said = std::get_if<BytesSaid>(&say.what)) {
    data.form = Data::Form::binary;
    data.bytes = said->bytes;
    message.text = shown(*said);
  } else {
    return std::nullopt;
  }
  if (data.form != Data::Form::binary) data.bytes = message.text;
  data.media_type = say.media_type;
  data.qos = say.qos;
  data.is_stored = say.retain;
  data.expiry = say.expiry;
  data.correlation = say.correlation;
  message.data = std::move(data);
  return message;
}

Record presence_record(std::string_view state, const Saying& saying) {
  Record record = begin("presence", saying);
  record.id.clear();
  record.members["state"] = state;
  return record;
}

std::optional<NamedValue> stated_value(const Say& say, std::string_view name) {
  const auto* value = std::get_if<ValueSaid>(&say.what);
  if (value == nullptr || name.empty()) return std::nullopt;
  return NamedValue{std::string{name}, value->value, value->unit};
}

Payload to_payload(const Say& say, std::string_view name) {
  const auto in_thread = [&](Message message) {
    if (!say.thread.empty()) message.thread = say.thread;
    return message;
  };
  return std::visit(
      overloaded{
          [&](const Words& words) -> Payload {
            Message message{words.style, with_name(name, words.text)};
            if (!words.reply_to.empty()) message.reply = Reply{{words.reply_to}, {}, {}};
            return in_thread(std::move(message));
          },
          [&](const ValueSaid& said) -> Payload {
            const std::string text = value_text(said.value) + (said.unit.empty() ? "" : " " + said.unit);
            return in_thread({Style::normal, with_name(name, text)});
          },
          [&](const BytesSaid& said) -> Payload { return Message{Style::normal, with_name(name, shown(said))}; },
          [&](const Edit& edit) -> Payload { return Edit{edit.target, in_thread(edit.now)}; },
          [](const Retract& retract) -> Payload { return retract; },
          [](const Reactions& reactions) -> Payload { return reactions; },
          [](const Typing& typing) -> Payload { return typing; },
      },
      say.what);
}

}  // namespace isthmus::websocket
