#include "gateway/store/said_record.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

namespace isthmus {
namespace {

// The fields of SaidRecord::rest. What was written once is read for ever: tags are added, never given a new meaning.
constexpr char style_tag = 'y', span_tag = 's', reply_tag = 'r', author_tag = 'a', quoted_tag = 'q', only_for_tag = 'o',
               thread_tag = 'h', target_tag = 't', moderated_tag = 'm', reason_tag = 'w', emoji_tag = 'e';
// Of a value: its form and QoS in one field; each property is a name and then a text.
constexpr char value_tag = 'v', place_tag = 'p', bytes_tag = 'b', media_type_tag = 'c', property_tag = 'n',
               property_text_tag = 'u', expiry_tag = 'x';

void add(std::string& rest, char tag, std::string_view value) {
  rest.append(1, tag).append(std::to_string(value.size())).append(1, ':').append(value);
}

void add(std::string& rest, const Message& said) {
  if (said.style != Style::normal) add(rest, style_tag, std::to_string(static_cast<int>(said.style)));
  for (const Span& span : said.spans) {
    add(rest, span_tag,
        std::to_string(static_cast<int>(span.kind)) + " " + std::to_string(span.begin) + " " +
            std::to_string(span.end));
  }
  if (said.reply) {
    add(rest, reply_tag, said.reply->to.id);
    if (!said.reply->author.empty()) add(rest, author_tag, said.reply->author);
    if (!said.reply->quoted.empty()) add(rest, quoted_tag, said.reply->quoted);
  }
  if (said.only_for) add(rest, only_for_tag, *said.only_for);
  if (said.thread) add(rest, thread_tag, *said.thread);
}

void add(std::string& rest, const Data& data) {
  add(rest, value_tag, std::to_string(static_cast<int>(data.form)) + " " + std::to_string(data.qos));
  if (!data.place.empty()) add(rest, place_tag, data.place);
  add(rest, bytes_tag, data.bytes);
  if (!data.media_type.empty()) add(rest, media_type_tag, data.media_type);
  for (const auto& [name, text] : data.properties) {
    add(rest, property_tag, name);
    add(rest, property_text_tag, text);
  }
  if (data.expiry) add(rest, expiry_tag, std::to_string(data.expiry->count()));
}

struct Field {
  char tag;
  std::string_view value;
};

/// The first field of `rest`, which is cut off; nullopt when there is none, or when it is broken.
std::optional<Field> next(std::string_view& rest) {
  if (rest.size() < 3) return std::nullopt;
  std::size_t size = 0;
  const auto [end, error] = std::from_chars(rest.data() + 1, rest.data() + rest.size(), size);
  const auto head = static_cast<std::size_t>(end - rest.data()) + 1;
  if (error != std::errc{} || head > rest.size() || *end != ':' || size > rest.size() - head) return std::nullopt;
  const Field field{rest.front(), rest.substr(head, size)};
  rest.remove_prefix(head + size);
  return field;
}

template <std::size_t Count>
bool read_numbers(std::string_view text, std::array<std::uint32_t, Count>& numbers) {
  const char* at = text.data();
  const char* const end = at + text.size();
  for (auto& number : numbers) {
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc{}) return false;
    at = rest != end ? rest + 1 : rest;
  }
  return true;
}

/// Everything that the fields say; each kind takes what is its own.
struct Parts {
  Message said;
  MessageRef target;
  bool moderated = false;
  std::string reason;
  std::vector<std::string> emoji;
};

bool read_span(std::string_view value, Message& said) {
  std::array<std::uint32_t, 3> numbers{};
  if (!read_numbers(value, numbers) || numbers[0] > static_cast<std::uint32_t>(Span::Kind::quote)) return false;
  said.spans.push_back({static_cast<Span::Kind>(numbers[0]), numbers[1], numbers[2]});
  return numbers[1] <= numbers[2] && numbers[2] <= said.text.size();
}

bool read_style(std::string_view value, Message& said) {
  std::array<std::uint32_t, 1> number{};
  if (!read_numbers(value, number) || number[0] > static_cast<std::uint32_t>(Style::notice)) return false;
  said.style = static_cast<Style>(number[0]);
  return true;
}

bool read_value(std::string_view value, Message& said) {
  std::array<std::uint32_t, 2> numbers{};
  if (!read_numbers(value, numbers)) return false;
  if (numbers[0] > static_cast<std::uint32_t>(Data::Form::binary) || numbers[1] > 2) return false;
  said.data.get().form = static_cast<Data::Form>(numbers[0]);
  said.data->qos = static_cast<std::uint8_t>(numbers[1]);
  return true;
}

bool read_expiry(std::string_view value, Message& said) {
  std::array<std::uint32_t, 1> seconds{};
  if (!read_numbers(value, seconds)) return false;
  said.data.get().expiry = std::chrono::seconds{seconds[0]};
  return true;
}

bool read_property_text(std::string text, Message& said) {
  if (!said.data || said.data->properties.empty()) return false;
  said.data->properties.back().second = std::move(text);
  return true;
}

bool read(const Field& field, Parts& parts) {
  const std::string value{field.value};
  switch (field.tag) {
    case style_tag: return read_style(field.value, parts.said);
    case span_tag: return read_span(field.value, parts.said);
    case reply_tag: parts.said.reply.get().to.id = value; return true;
    case author_tag: parts.said.reply.get().author = value; return true;
    case quoted_tag: parts.said.reply.get().quoted = value; return true;
    case only_for_tag: parts.said.only_for = value; return true;
    case thread_tag: parts.said.thread = value; return true;
    case target_tag: parts.target.id = value; return true;
    case moderated_tag: parts.moderated = true; return true;
    case reason_tag: parts.reason = value; return true;
    case emoji_tag: parts.emoji.push_back(value); return true;
    case value_tag: return read_value(field.value, parts.said);
    case place_tag: parts.said.data.get().place = value; return true;
    case bytes_tag: parts.said.data.get().bytes = value; return true;
    case media_type_tag: parts.said.data.get().media_type = value; return true;
    case property_tag: parts.said.data.get().properties.emplace_back(value, std::string{}); return true;
    case property_text_tag: return read_property_text(value, parts.said);
    case expiry_tag: return read_expiry(field.value, parts.said);
    default: return true;  // of a later version
  }
}

}  // namespace

std::optional<SaidRecord> to_record(const Payload& what) {
  SaidRecord record;
  if (const auto* message = std::get_if<Message>(&what)) {
    record.kind = SaidRecord::Kind::message;
    record.text = message->text;
    add(record.rest, *message);
  } else if (const auto* edit = std::get_if<Edit>(&what)) {
    record.kind = SaidRecord::Kind::edit;
    record.text = edit->now.text;
    add(record.rest, target_tag, edit->target.id);
    add(record.rest, edit->now);
  } else if (const auto* retract = std::get_if<Retract>(&what)) {
    record.kind = SaidRecord::Kind::retract;
    add(record.rest, target_tag, retract->target.id);
    if (retract->moderated) add(record.rest, moderated_tag, {});
    if (!retract->reason.empty()) add(record.rest, reason_tag, retract->reason);
  } else if (const auto* reactions = std::get_if<Reactions>(&what)) {
    record.kind = SaidRecord::Kind::reactions;
    add(record.rest, target_tag, reactions->target.id);
    for (const auto& emoji : reactions->emoji) add(record.rest, emoji_tag, emoji);
  } else {
    return std::nullopt;
  }
  return record;
}

std::optional<SaidRecord> to_record_with_value(const Payload& what) {
  auto record = to_record(what);
  const auto* message = std::get_if<Message>(&what);
  if (record && message != nullptr && message->data) add(record->rest, *message->data);
  return record;
}

std::optional<Payload> to_payload(const SaidRecord& record) {
  Parts parts;
  parts.said.text = record.text;
  std::string_view rest = record.rest;
  while (!rest.empty()) {
    const auto field = next(rest);
    if (!field || !read(*field, parts)) return std::nullopt;
  }
  switch (record.kind) {
    case SaidRecord::Kind::message: return std::move(parts.said);
    case SaidRecord::Kind::edit: return Edit{std::move(parts.target), std::move(parts.said)};
    case SaidRecord::Kind::retract: return Retract{std::move(parts.target), parts.moderated, std::move(parts.reason)};
    case SaidRecord::Kind::reactions: return Reactions{std::move(parts.target), std::move(parts.emoji)};
  }
  return std::nullopt;
}

}  // namespace isthmus
