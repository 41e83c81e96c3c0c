// Any text as what a client wrote (XEP-0393): spans lie within the text at code points, and what is marked again is
// read the same where marks can say it.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "gateway/model/marked_text.hpp"
#include "xmpp/message_writer.hpp"
#include "xmpp/styling.hpp"

namespace {

using namespace isthmus;
using namespace isthmus::xmpp;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_border(const std::string& text, std::size_t at) {
  return at == text.size() || (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80U);
}

std::string written(const Payload& what, Spelling spelling) {
  std::string out;
  StanzaWriter writer{out};
  writer.open("message");
  Content{what, {.room = "#r@irc.example.org", .actor = "romeo", .spelling = spelling}}.write(writer);
  writer.close();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto styled = parse_styling(text);
  if (!styled) return 0;
  require(may_be_styled(text) && styled->text.size() < text.size());
  require(std::ranges::is_sorted(styled->spans, {}, &Span::begin));
  for (const Span& span : styled->spans) {
    require(span.begin < span.end && span.end <= styled->text.size());
    // Ill-formed UTF-8 never comes this far, but no place may be beyond it either way.
    if (std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; }))
      require(is_border(styled->text, span.begin) && is_border(styled->text, span.end));
  }
  const Payload what{Message{Style::normal, styled->text, styled->spans}};
  require(!written(what, Spelling::typed).empty() && !written(what, Spelling::beside).empty());
  return 0;
}
