#include "adapters/websocket/record.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>

#include "adapters/websocket/packing.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

std::string event_type(const Record& record) {
  if (record.type == "msg") return record.is_value ? "org.isthmus.value.v1" : "org.isthmus.message.v1";
  return "org.isthmus." + std::string{record.type} + ".v1";
}

/// "plant/temp" of "ws:plant/temp".
std::string_view native_address(std::string_view address) { return address.substr(address.find(':') + 1); }

std::string native_text(const Record& record, const Instance& instance) {
  json::object frame;
  frame["t"] = record.type;
  if (record.seq != 0) frame["cursor"] = to_cursor(instance, record.seq);
  if (!record.id.empty()) frame["id"] = record.id;
  frame["time"] = to_timestamp(record.time);
  frame["from"] = record.from;
  if (!record.to.empty()) frame["to"] = record.to;
  for (const auto& member : record.members) frame[member.key()] = member.value();
  return to_json(frame);
}

/// CloudEvents 1.0 §3: the source is the account, the subject the address there.
std::string cloudevents_text(const Record& record, const Instance& instance) {
  const auto colon = record.from.find(':');
  const auto native = native_address(record.from);
  json::object event;
  event["specversion"] = "1.0";
  event["id"] = record.id.empty() ? to_cursor(instance, record.seq) : record.id;
  event["source"] =
      instance.source + "/" + record.from.substr(0, colon) + "/" + std::string{native.substr(0, native.find('/'))};
  event["type"] = event_type(record);
  event["subject"] = native;
  event["time"] = to_timestamp(record.time);
  event["datacontenttype"] = "application/json";
  if (record.seq != 0) event["cursor"] = to_cursor(instance, record.seq);
  if (const auto* thread = record.members.if_contains("thread")) event["thread"] = *thread;
  event["data"] = record.members;
  return to_json(event);
}

std::string flat_text(const Record& record) {
  if (record.type != "msg") return {};
  const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(record.time.time_since_epoch());
  json::object flat;
  flat["time"] = since_epoch.count();
  flat["topic"] = native_address(record.from);
  const auto* value = record.members.if_contains("value");
  const auto* object = value == nullptr ? nullptr : value->if_object();
  if (object != nullptr) {
    for (const auto& member : *object) flat["value." + std::string{member.key()}] = member.value();
  } else if (value != nullptr) {
    flat["value"] = *value;
  }
  if (const auto* text = record.members.if_contains("text")) flat["text"] = *text;
  return to_json(flat);
}

std::string text_of(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string{} : std::string{*text};
}

std::string bridge_text(const Record& record) {
  if (record.type != "msg" || record.is_value) return {};
  const auto* user = record.members.if_contains("user");
  const auto native = native_address(record.from);
  const bool is_action = text_of(record.members, "kind") == "action";
  return to_json(json::object{{"text", text_of(record.members, "text")},
                              {"channel", "api"},
                              {"username", user == nullptr ? "" : text_of(user->as_object(), "nick")},
                              {"userid", ""},
                              {"avatar", ""},
                              {"account", "api.isthmus"},
                              {"event", is_action ? "user_action" : ""},
                              {"protocol", "api"},
                              {"gateway", native.substr(0, native.find('/'))},
                              {"parent_id", text_of(record.members, "replyTo")},
                              {"timestamp", to_timestamp(record.time)},
                              {"id", record.id}});
}

}  // namespace

std::string to_cursor(const Instance& instance, std::uint64_t seq) { return fmt::format("{}-{}", instance.epoch, seq); }

std::optional<Cursor> parse_cursor(const Instance& instance, std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos || dash == 0 || text.size() > 64) return std::nullopt;
  const auto digits = text.substr(dash + 1);
  std::uint64_t seq = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), seq);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  const auto epoch = text.substr(0, dash);
  if (epoch == instance.epoch) return Cursor{seq};
  const auto run = std::ranges::find(instance.before, epoch, &Run::epoch);
  if (run == instance.before.end()) return Cursor{.is_elsewhere = true};
  return Cursor{std::min(seq, run->last)};
}

Record break_record(SystemTime time) {
  Record record;
  record.type = break_type;
  record.time = time;
  return record;
}

const Text& Record::text(Format format, const Instance& instance) const {
  Text& text = texts_[static_cast<std::size_t>(format)];
  if (text) return text;
  if (is_break()) {
    const Gap gap{seq - 1, seq, 0, "expired"};
    return text = std::make_shared<const std::string>(to_text(gap, format, instance));
  }
  switch (format) {
    case Format::native: text = std::make_shared<const std::string>(native_text(*this, instance)); break;
    case Format::cloudevents: text = std::make_shared<const std::string>(cloudevents_text(*this, instance)); break;
    case Format::flat: text = std::make_shared<const std::string>(flat_text(*this)); break;
    case Format::bridge: text = std::make_shared<const std::string>(bridge_text(*this)); break;
  }
  return text;
}

const Text& Record::packed(Format format, const Instance& instance) const {
  Text& packed = packed_[static_cast<std::size_t>(format)];
  if (packed) return packed;
  const Text& plain = text(format, instance);
  packed = std::make_shared<const std::string>(plain->size() > worth_packing ? pack(*plain) : std::string{});
  return packed;
}

std::size_t Record::size() const noexcept {
  std::size_t bytes = sizeof *this + id.size() + from.size() + to.size();
  for (const auto& text : texts_) bytes += text ? text->size() : 0;
  for (const auto& text : packed_) bytes += text ? text->size() : 0;
  return bytes;
}

std::string to_text(const Gap& gap, Format format, const Instance& instance) {
  if (format == Format::flat || format == Format::bridge) return {};
  json::object frame;
  frame["from"] = to_cursor(instance, gap.first);
  frame["to"] = to_cursor(instance, gap.last);
  frame["count"] = gap.count;
  frame["reason"] = gap.reason;
  if (format == Format::native) {
    json::object native{{"t", "gap"}};
    for (const auto& member : frame) native[member.key()] = member.value();
    return to_json(native);
  }
  return to_json(json::object{{"specversion", "1.0"},
                              {"id", "gap-" + to_cursor(instance, gap.last)},
                              {"source", instance.source},
                              {"type", "org.isthmus.gap.v1"},
                              {"datacontenttype", "application/json"},
                              {"data", frame}});
}

std::string to_timestamp(SystemTime time) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(milliseconds);
  const auto fraction = (milliseconds - seconds).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)),
                     fraction);
}

std::optional<SystemTime> parse_timestamp(std::string_view text) {
  const auto number = [&](std::size_t at, std::size_t digits) -> std::optional<int> {
    if (at + digits > text.size()) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + at + digits, value);
    if (error != std::errc{} || end != text.data() + at + digits || value < 0) return std::nullopt;
    return value;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  if (!year || !month || !day || text[4] != '-' || text[7] != '-') return std::nullopt;
  const auto date = std::chrono::year{*year} / *month / *day;
  if (!date.ok()) return std::nullopt;
  SystemTime time = std::chrono::sys_days{date};
  if (text.size() == 10) return time;
  const auto hour = number(11, 2);
  const auto minute = number(14, 2);
  const auto second = number(17, 2);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  if (text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
  time += std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second};
  if (text.substr(19) == "Z") return time;
  const auto thousandths = text.size() == 24 && text[19] == '.' && text[23] == 'Z' ? number(20, 3) : std::nullopt;
  if (!thousandths) return std::nullopt;
  return time + std::chrono::milliseconds{*thousandths};
}

}  // namespace isthmus::websocket
