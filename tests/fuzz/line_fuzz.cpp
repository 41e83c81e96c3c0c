// Whatever a server sends: the line buffer gives the same lines however the bytes are split, and a line that parses is
// the same after it was written and parsed again. Then all that reads a line's text is run over it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/irc/charset.hpp"
#include "adapters/irc/ctcp.hpp"
#include "adapters/irc/isupport.hpp"
#include "adapters/irc/line.hpp"
#include "adapters/irc/line_buffer.hpp"
#include "adapters/irc/numerics.hpp"
#include "adapters/irc/splitter.hpp"

namespace {

using namespace isthmus::irc;

void require(bool holds) {
  if (!holds) std::abort();
}

constexpr std::size_t max_line = 1024;

// The lines of `bytes` when they arrive `step` bytes at a time (0: all at once).
std::vector<std::string> lines_of(std::string bytes, std::size_t step) {
  LineBuffer buffer{max_line};
  std::vector<std::string> lines;
  const std::size_t size = step == 0 ? bytes.size() : step;
  for (std::size_t at = 0; at < bytes.size(); at += size) {
    buffer.feed(std::span{bytes}.subspan(at, std::min(size, bytes.size() - at)));
    while (const auto line = buffer.next()) lines.emplace_back(*line);
    require(buffer.buffered() <= max_line);
  }
  return lines;
}

// A tag's key may hold more on the wire than we would send; only the parameters must come back as they were.
void check_round_trip(const Line& line) {
  std::string written;
  const bool has_trailing = line.count > 0;
  const auto middle = line.parameters().first(line.count - (has_trailing ? 1 : 0));
  const auto trailing = has_trailing ? std::optional{line.last()} : std::nullopt;
  const auto done = append_line(written, line.command, middle, trailing, {.max_bytes = 2 * max_line});
  require(done.has_value());
  require(written.find_first_of("\r\n") == written.size() - 2);
  const auto again = parse_line(written);
  require(again.has_value());
  require(again->command == line.command && again->numeric == line.numeric && again->count == line.count);
  require(std::ranges::equal(again->parameters(), line.parameters()));
}

void read_text(const Line& line) {
  std::string buffer;
  (void)tag_value(line.tags, "time", buffer);
  const std::string text{plain_text(line.last(), buffer)};
  std::vector<std::string_view> pieces;
  require(split(text, 16, 2 * max_line, pieces));
  for (const std::string_view piece : pieces) require(!piece.empty() && piece.size() <= 16);
  if (const auto ctcp = parse_ctcp(line.last())) require(!ctcp->verb.empty());
  (void)refusal(line, Asked::join);
  Isupport isupport;
  isupport.add(line);
  std::vector<ModeChange> changes;
  parse_modes(isupport, line.parameters(), changes);
  (void)parse_names_item(isupport, line.last());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes{reinterpret_cast<const char*>(data), size};
  const auto lines = lines_of(bytes, 0);
  require(lines == lines_of(bytes, 1 + size % 7));
  for (const std::string& text : lines) {
    const auto line = parse_line(text);
    if (!line) continue;
    check_round_trip(*line);
    read_text(*line);
  }
  return 0;
}
