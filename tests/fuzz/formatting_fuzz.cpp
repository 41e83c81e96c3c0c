// Any bytes as the text of an IRC line, and any text as what a client styled: what comes in goes out the same, spans
// lie within their text, and pieces fit.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "adapters/irc/bytes.hpp"
#include "adapters/irc/formatting.hpp"
#include "adapters/irc/outgoing_text.hpp"

namespace {

using namespace isthmus;
using namespace isthmus::irc;

void require(bool holds) {
  if (!holds) std::abort();
}

Message said_by(std::string_view bytes) {
  Message said;
  std::string buffer;
  append_text(said, bytes, buffer);
  return said;
}

bool is_border(const std::string& text, std::size_t at) {
  return at == text.size() || (at < text.size() && !is_continuation(text[at]));
}

void check_spans(const Message& said) {
  for (const Span& span : said.spans) {
    require(span.begin < span.end && is_border(said.text, span.begin) && is_border(said.text, span.end));
  }
  require(std::ranges::is_sorted(said.spans, {}, &Span::begin));
}

void check_pieces(const Message& said, bool has_codes) {
  std::string storage;
  std::vector<std::string_view> pieces;
  require(to_pieces(said, {.charset = nullptr, .has_codes = has_codes}, 64, 100'000, storage, pieces));
  for (const std::string_view piece : pieces) {
    require(!piece.empty() && piece.size() <= 64 && span_without_line_breaks(piece) == piece.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Message said = said_by({reinterpret_cast<const char*>(data), size});
  check_spans(said);
  const Message again = said_by(to_coded_text(said.text, said.spans));
  require(again.text == said.text && again.spans == said.spans);
  check_pieces(said, true);
  check_pieces(said, false);
  return 0;
}
