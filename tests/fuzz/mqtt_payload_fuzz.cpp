// Any bytes as a payload: what people get to read is UTF-8 without control characters and within its limits. And any
// bytes as what a user writes to a topic.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "adapters/mqtt/chat_command.hpp"
#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/utf8.hpp"
#include "adapters/mqtt/value_template.hpp"

namespace {

using namespace isthmus;
using namespace isthmus::mqtt;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_readable(std::string_view text) {
  require(is_utf8(text));
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const auto end = std::min(bytes.find('\n'), bytes.size());
  Publication publication;
  publication.topic = "a";
  publication.payload = bytes;
  publication.content_type = bytes.substr(0, end);
  const auto form = form_of(publication);
  const auto text = to_text(publication, form);
  check_readable(text);
  require(text.size() <= max_shown + 100 + publication.content_type.size());
  require(to_status(text, 200).size() <= 2 * 200 + 3);
  require(is_utf8(to_data(publication, form).media_type));
  static_cast<void>(to_number(bytes));

  const auto command = parse_chat_command(bytes);
  if (const auto* publish = std::get_if<command::Publish>(&command)) require(publish->text.size() <= bytes.size());
  if (const auto duration = parse_duration(bytes)) require(parse_duration(to_text(*duration)).has_value());
  if (const auto parsed = ValueTemplate::parse(bytes)) {
    static_cast<void>(parsed->render("{\"a\":[1,{\"b\":\"x\"}]}"));
    static_cast<void>(parsed->render(bytes));
  }
  return 0;
}
