#include "adapters/websocket/frames.hpp"

#include <algorithm>
#include <utility>

#include "adapters/websocket/topic.hpp"
#include "gateway/model/base64.hpp"
#include "gateway/model/json.hpp"

namespace isthmus::websocket {

namespace {

namespace json = boost::json;

constexpr std::size_t longest_id = 64;
constexpr std::size_t most_topics = 50;
constexpr std::size_t longest_media_type = 255;
constexpr std::size_t longest_thread = 128;
constexpr std::size_t longest_correlation = 64;
constexpr std::size_t most_emoji = 20;
constexpr std::size_t longest_emoji = 64;
constexpr std::int64_t most_history = 10'000;
constexpr std::int64_t longest_expiry = 4'294'967'295;  // seconds: four bytes (MQTT 5 §3.3.2.3.3)

/// Reads members of a frame; the first that is wrong is kept as the problem.
class Reader {
 public:
  explicit Reader(const json::object& frame) : frame_{frame} {}

  bool has(std::string_view key) const {
    const auto* value = frame_.if_contains(key);
    return value != nullptr && !value->is_null();
  }
  std::string text(std::string_view key, std::size_t longest = std::string::npos) {
    const auto* value = frame_.if_contains(key);
    if (value == nullptr || value->is_null()) return {};
    if (!value->is_string() || value->get_string().size() > longest) {
      fail(std::string{key} + " is no text" + (longest == std::string::npos ? "" : ", or too long"));
      return {};
    }
    return std::string{value->get_string()};
  }
  /// A text of one line, which is shown or names something.
  std::string name(std::string_view key, std::size_t longest) {
    auto found = text(key, longest);
    const bool has_control =
        std::ranges::any_of(found, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
    if (has_control) fail(std::string{key} + " holds control characters");
    return found;
  }
  std::string required(std::string_view key, std::size_t longest = std::string::npos) {
    auto found = text(key, longest);
    if (found.empty()) fail(std::string{key} + " is missing");
    return found;
  }
  std::size_t number(std::string_view key, std::int64_t most) {
    const auto* value = frame_.if_contains(key);
    if (value == nullptr || value->is_null()) return 0;
    if (!value->is_int64() || value->get_int64() < 0) {
      fail(std::string{key} + " is no whole number");
      return 0;
    }
    return static_cast<std::size_t>(std::min(value->get_int64(), most));
  }
  /// One that is there, from `least` to `most`.
  std::int64_t whole(std::string_view key, std::int64_t least, std::int64_t most) {
    const auto& value = frame_.at(key);
    if (value.is_int64() && value.get_int64() >= least && value.get_int64() <= most) return value.get_int64();
    fail(std::string{key} + " is no whole number from " + std::to_string(least) + " to " + std::to_string(most));
    return least;
  }
  double rate(std::string_view key) {
    const auto& value = frame_.at(key);
    const double found = value.is_double()  ? value.get_double()
                         : value.is_int64() ? static_cast<double>(value.get_int64())
                                            : -1;
    if (found >= 0 && found <= most_rate) return found;
    fail(std::string{key} + " is no number from 0 to 1000");
    return 0;
  }
  bool boolean(std::string_view key) {
    const auto& value = frame_.at(key);
    if (!value.is_bool()) fail(std::string{key} + " is neither true nor false");
    return value.is_bool() && value.get_bool();
  }
  std::vector<std::string> texts(std::string_view key, std::size_t most, std::size_t longest) {
    std::vector<std::string> all;
    const auto* value = frame_.if_contains(key);
    const auto* list = value == nullptr ? nullptr : value->if_array();
    if (list == nullptr || list->size() > most) {
      fail(std::string{key} + " is no list of at most " + std::to_string(most) + " texts");
      return all;
    }
    for (const auto& item : *list) {
      if (!item.is_string() || item.get_string().size() > longest) {
        fail(std::string{key} + " holds something that is no text, or too long");
        return all;
      }
      all.emplace_back(item.get_string());
    }
    return all;
  }
  void fail(std::string text, std::string_view code = "bad-frame") {
    if (!problem_) problem_ = Problem{code, std::move(text)};
  }
  const std::optional<Problem>& problem() const { return problem_; }
  const json::object& frame() const { return frame_; }

 private:
  const json::object& frame_;
  std::optional<Problem> problem_;
};

SubFrame read_sub(Reader& in) {
  SubFrame sub;
  sub.id = in.text("id", longest_id);
  sub.topics = in.texts("topics", most_topics, longest_pattern);
  if (sub.topics.empty()) in.fail("topics is empty");
  for (const auto& topic : sub.topics) {
    if (!is_pattern(topic)) in.fail("\"" + topic + "\" is no topic such as ws:channel or ws:channel/#");
  }
  sub.history = in.number("history", most_history);
  if (in.has("cursor")) sub.cursor = in.text("cursor", longest_id);
  if (in.has("policy")) {
    sub.policy = parse_policy(in.text("policy"));
    if (!sub.policy) in.fail("policy is none of coalesce, drop-oldest and disconnect");
  }
  if (in.has("rate")) sub.rate = in.rate("rate");
  if (in.has("strict")) sub.is_strict = in.boolean("strict");
  return sub;
}

Style read_style(Reader& in) {
  const auto kind = in.text("kind");
  if (kind == "action") return Style::action;
  if (kind == "notice") return Style::notice;
  if (!kind.empty() && kind != "chat" && kind != "value") in.fail("kind is none of chat, action and notice");
  return Style::normal;
}

/// The words of somebody for whom the client speaks: their name stands before them, and the client stays who says it,
/// so that nobody can take another's name.
std::string words_of(const std::string& name, std::string text, Style style) {
  if (!name.empty()) text.insert(0, name + (style == Style::action ? " " : ": "));
  return text;
}

Words read_words(Reader& in) {
  const auto style = read_style(in);
  return {words_of(in.name("as", longest_id), in.required("text"), style), style};
}

bool is_of_channel(std::string_view address) { return address.starts_with("ws:"); }

void read_what(Reader& in, Say& say, std::string_view type) {
  if (type == "edit") {
    auto words = read_words(in);
    say.what = Edit{{in.required("target", longest_id)}, Message{words.style, std::move(words.text)}};
  } else if (type == "retract") {
    say.what = Retract{.target = {in.required("target", longest_id)}, .reason = in.text("reason")};
  } else if (type == "reactions") {
    say.what = Reactions{{in.required("target", longest_id)}, in.texts("emoji", most_emoji, longest_emoji)};
  } else if (type == "typing") {
    const auto state = in.text("state");
    if (state != "composing" && state != "paused" && state != "idle" && !state.empty())
      in.fail("state is none of composing, paused and idle");
    say.what = Typing{state == "idle"     ? Typing::State::idle
                      : state == "paused" ? Typing::State::paused
                                          : Typing::State::composing};
  } else if (in.has("text") + in.has("value") + in.has("data") != 1) {
    in.fail("exactly one of text, value and data must be there");
  } else if (in.has("data")) {
    auto bytes = from_base64(in.text("data"));
    if (!bytes) in.fail("data is no base64");
    if (is_of_channel(say.to)) in.fail("channels carry texts and values, no bytes", "unsupported");
    say.what = BytesSaid{std::move(bytes).value_or("")};
  } else if (in.has("value")) {
    say.what = ValueSaid{in.frame().at("value"), in.text("unit", longest_id)};
  } else {
    auto words = read_words(in);
    if (is_of_channel(say.to)) words.reply_to = in.text("reply_to", longest_id);
    say.what = std::move(words);
  }
}

Say read_say(Reader& in, std::string_view type) {
  Say say;
  say.id = in.text("id", longest_id);
  say.to = in.required("to", longest_pattern);
  say.only = in.text("only", longest_id);
  if (!say.to.empty() && !is_address(say.to)) in.fail("\"" + say.to + "\" is no address such as ws:channel");
  if (in.has("qos")) say.qos = static_cast<std::uint8_t>(in.number("qos", 3));
  if (say.qos > 2) in.fail("qos is none of 0, 1 and 2");
  if (in.has("retain")) say.retain = in.boolean("retain");
  say.media_type = in.text("ctype", longest_media_type);
  if (!std::ranges::all_of(say.media_type, [](char c) { return c >= ' ' && c <= '~'; }))
    in.fail("ctype is no media type such as image/png");
  if (in.has("expiry_s")) say.expiry = std::chrono::seconds{in.whole("expiry_s", 1, longest_expiry)};
  if (!is_of_channel(say.to)) {
    say.answer_to = in.text("reply_to", longest_pattern);
    if (!say.answer_to.empty() && !is_address(say.answer_to))
      in.fail("reply_to is no address such as mqtt:broker/topic");
  }
  say.correlation = in.text("corr", longest_correlation);
  say.thread = in.name("thread", longest_thread);
  if (in.has("as") && !(is_of_channel(say.to) && in.has("text"))) in.fail("as is for texts in channels", "unsupported");
  if (in.has("receipt")) say.receipt = in.boolean("receipt");
  read_what(in, say, type);
  return say;
}

/// {"topic":"plant/lamp","payload":"on"}: an address without an adapter is one of ours.
json::object from_flow(const json::object& frame) {
  json::object send{{"t", "send"}};
  const auto* topic = frame.at("topic").if_string();
  std::string to = topic == nullptr ? std::string{} : std::string{*topic};
  if (!to.contains(':')) to.insert(0, "ws:");
  send["to"] = to;
  const auto& payload = frame.at("payload");
  send[payload.is_string() ? "text" : "value"] = payload;
  return send;
}

/// A CloudEvent of type org.isthmus.send.v1: its subject is the address, its data the message or its text. `thread` may
/// be an extension, as it is in events of ours, and so may what data that is no object has no room for.
json::object from_cloudevent(const json::object& event, Reader& in) {
  json::object send{{"t", "send"}};
  if (in.required("type") != "org.isthmus.send.v1") in.fail("type is not org.isthmus.send.v1", "unsupported");
  if (in.required("specversion") != "1.0") in.fail("specversion is not 1.0", "unsupported");
  std::string to = in.required("subject", longest_pattern);
  if (!to.contains(':')) to.insert(0, "ws:");
  const auto* data = event.if_contains("data");
  if (data != nullptr && data->is_object()) {
    for (const auto& member : data->get_object()) send[member.key()] = member.value();
  } else if (data != nullptr) {
    send[data->is_string() ? "text" : "value"] = *data;
  } else if (in.has("data_base64")) {
    send["data"] = event.at("data_base64");
    send["ctype"] = in.text("datacontenttype");
  }
  for (const auto* extension : {"thread", "corr", "receipt", "as"})
    if (in.has(extension)) send[extension] = event.at(extension);
  send["to"] = to;
  send["id"] = in.text("id", longest_id);
  return send;
}

ClientFrame read_frame(Reader& in, const std::string& type) {
  if (type == "auth") return AuthFrame{in.required("token")};
  if (type == "sub") return read_sub(in);
  if (type == "unsub") return UnsubFrame{in.text("id", longest_id)};
  if (type == "ack") return AckFrame{in.required("cursor", longest_id)};
  if (type == "ping") {
    const auto* ts = in.frame().if_contains("ts");
    return PingFrame{ts == nullptr ? json::value{} : *ts};
  }
  if (type == "send" || type == "edit" || type == "retract" || type == "reactions" || type == "typing")
    return read_say(in, type);
  in.fail("\"" + type + "\" is no frame that clients send", "unsupported");
  return PingFrame{};
}

std::string id_of(const json::object& frame) {
  const auto* id = frame.if_contains("id");
  const auto* text = id == nullptr ? nullptr : id->if_string();
  return text == nullptr || text->size() > longest_id ? std::string{} : std::string{*text};
}

boost::system::result<ClientFrame, BadFrame> read(const json::object& frame) {
  Reader in{frame};
  const auto type = in.required("t", longest_id);
  ClientFrame read_one = in.problem() ? ClientFrame{PingFrame{}} : read_frame(in, type);
  if (in.problem()) return BadFrame{*in.problem(), id_of(frame)};
  return read_one;
}

}  // namespace

boost::system::result<ClientFrame, BadFrame> parse_frame(std::string_view text, Format format) {
  const auto parsed = parse_json(text);
  const auto* frame = parsed ? parsed->if_object() : nullptr;
  if (frame == nullptr)
    return BadFrame{{"bad-frame", parsed ? "A frame is an object." : "This is no JSON: " + parsed.error().message()},
                    {}};
  if (format == Format::bridge) {
    auto say = parse_bridge(*parsed);
    if (!say) return say.error();
    return ClientFrame{*std::move(say)};
  }
  if (format == Format::cloudevents && !frame->contains("t")) {
    Reader in{*frame};
    const auto send = from_cloudevent(*frame, in);
    if (in.problem()) return BadFrame{*in.problem(), id_of(*frame)};
    return read(send);
  }
  if (!frame->contains("t") && frame->contains("topic") && frame->contains("payload")) return read(from_flow(*frame));
  return read(*frame);
}

boost::system::result<Say, BadFrame> parse_bridge(const json::value& value) {
  const auto* message = value.if_object();
  if (message == nullptr) return BadFrame{{"bad-frame", "A message is an object."}, {}};
  Reader in{*message};
  const auto username = in.text("username");
  const auto text = in.required("text");
  const auto channel = in.required("gateway", longest_pattern);
  if (in.problem()) return BadFrame{*in.problem(), {}};
  return parse_say(json::object{{"to", "ws:" + channel}, {"text", words_of(username, text, Style::normal)}});
}

boost::system::result<Say, BadFrame> parse_say(const json::value& value) {
  const auto* frame = value.if_object();
  if (frame == nullptr) return BadFrame{{"bad-frame", "A message is an object."}, {}};
  Reader in{*frame};
  const auto type = in.has("t") ? in.text("t") : std::string{"send"};
  if (type != "send" && type != "edit" && type != "retract" && type != "reactions")
    in.fail("\"" + type + "\" cannot be sent", "unsupported");
  Say say = read_say(in, type);
  if (in.problem()) return BadFrame{*in.problem(), id_of(*frame)};
  return say;
}

std::optional<Policy> parse_policy(std::string_view text) noexcept {
  if (text == "coalesce") return Policy::coalesce;
  if (text == "drop-oldest") return Policy::drop_oldest;
  if (text == "disconnect") return Policy::disconnect;
  return std::nullopt;
}

json::object error_frame(const Problem& problem, std::string_view id) {
  json::object frame{{"t", "error"}};
  if (!id.empty()) frame["id"] = id;
  frame["code"] = problem.code;
  frame["text"] = problem.text;
  return frame;
}

json::object receipt_frame(std::string_view id, std::string_view state, const Problem* why) {
  json::object frame{{"t", "receipt"}, {"id", id}, {"state", state}};
  if (why != nullptr) frame["error"] = json::object{{"code", why->code}, {"text", why->text}};
  return frame;
}

std::string_view code_of(Condition condition) noexcept {
  switch (condition) {
    case Condition::forbidden:
    case Condition::not_allowed:
    case Condition::registration_required: return "forbidden";
    case Condition::not_authorized: return "unauthorised";
    case Condition::item_not_found:
    case Condition::gone:
    case Condition::redirect:
    case Condition::remote_server_not_found: return "not-found";
    case Condition::policy_violation:
    case Condition::resource_constraint: return "rate-limited";
    case Condition::feature_not_implemented:
    case Condition::service_unavailable: return "unsupported";
    case Condition::recipient_unavailable: return "offline";
    case Condition::remote_server_timeout: return "timeout";
    case Condition::bad_request:
    case Condition::jid_malformed:
    case Condition::not_acceptable:
    case Condition::unexpected_request: return "bad-frame";
    case Condition::conflict:
    case Condition::internal_server_error:
    case Condition::undefined_condition: break;
  }
  return "internal";
}

}  // namespace isthmus::websocket
