// Any bytes as the tags of a line: one pass finds what looking up each key finds, and a value that we can write is read
// back as it was.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/irc/line.hpp"
#include "adapters/irc/tags.hpp"
#include "adapters/irc/translate.hpp"

namespace {

using namespace isthmus::irc;

void require(bool holds) {
  if (!holds) std::abort();
}

void check_lookup(std::string_view tags) {
  const Tags all = read_tags(tags);
  std::string buffer;
  std::string other;
  const auto check = [&](std::string_view key, const Tags::Value& value) {
    const auto found = tag_value(tags, key, buffer);
    require(found.has_value() == value.has_value());
    if (value) require(unescaped_tag(*value, other) == *found);
  };
  check("account", all.account);
  check("batch", all.batch);
  check("bot", all.bot);
  check("draft/multiline-concat", all.concat);
  check("label", all.label);
  check("msgid", all.msgid);
  check("+draft/react", all.react);
  check("time", all.time);
  check("+typing", all.typing);
  check("+draft/unreact", all.unreact);
  if (!all.reply) require(!tag_value(tags, "+reply", buffer) && !tag_value(tags, "+draft/reply", other));
  if (all.time) (void)parse_server_time(*all.time);
}

void check_round_trip(std::string_view value) {
  const std::array tags{Tag{"+reply", value}, Tag{"label", "1"}};
  std::string line;
  if (!append_line(line, "TAGMSG", {"#c"}, std::nullopt, {.tags = tags})) {
    require(value.size() > max_client_tags / 2 - 16);
    return;
  }
  require(line.find_first_of("\r\n") == line.size() - 2);
  const auto parsed = parse_line(line);
  require(parsed.has_value() && parsed->command == "TAGMSG" && parsed->param(0) == "#c");
  const Tags read = read_tags(parsed->tags);
  require(read.label == "1" && read.reply.has_value());
  std::string wanted{value};
  std::erase(wanted, '\0');  // has no escape
  std::string buffer;
  require(unescaped_tag(*read.reply, buffer) == wanted);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  check_lookup(bytes);
  check_round_trip(bytes);
  const std::string text = "@" + bytes + " PING";
  if (const auto line = parse_line(text)) check_lookup(line->tags);
  return 0;
}
