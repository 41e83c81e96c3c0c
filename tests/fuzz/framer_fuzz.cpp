// Any bytes as an XMPP stream: the frames are the same however the input is split, what is kept aside stays within the
// limit, and what the parser takes can be walked.
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "xmpp/stanza.hpp"
#include "xmpp/stanza_framer.hpp"

namespace {

using namespace isthmus::xmpp;

struct Seen {
  Frame::Kind kind;
  std::string bytes;
  bool is_parsed = false;
  friend bool operator==(const Seen&, const Seen&) = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

void walk(pugi::xml_node element, std::string& scratch) {
  for (const auto node : element.children()) {
    (void)namespace_of(node);
    (void)text_of(node, scratch);
    walk(node, scratch);
  }
}

/// Takes all frames of `piece`; false when the stream is over.
bool take(StanzaFramer& framer, StanzaParser& parser, std::string piece, std::vector<Seen>& seen) {
  framer.feed(piece);
  for (;;) {
    const auto frame = framer.next();
    if (frame.kind == Frame::Kind::need_more) return true;
    seen.push_back({frame.kind, {frame.bytes.begin(), frame.bytes.end()}});
    if (frame.kind == Frame::Kind::bad) return false;
    if (frame.kind != Frame::Kind::stanza) continue;
    const auto root = parser.parse(frame.bytes);
    seen.back().is_parsed = root.has_value();
    std::string scratch;
    if (root) walk(*root, scratch);
  }
}

std::vector<Seen> frames(const std::string& input, FramerLimits limits, std::mt19937* random) {
  StanzaFramer framer{limits};
  StanzaParser parser;
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < input.size();) {
    const auto size = random != nullptr ? 1 + (*random)() % 24 : input.size();
    if (!take(framer, parser, input.substr(at, size), seen)) break;
    require(framer.buffered() <= limits.max_stanza);
    at += size;
  }
  return seen;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string input{data, data + size};
  std::mt19937 random{static_cast<unsigned>(std::hash<std::string>{}(input))};
  for (const auto limits : {FramerLimits{}, FramerLimits{.max_stanza = 100, .max_depth = 3, .max_attributes = 2}}) {
    require(frames(input, limits, nullptr) == frames(input, limits, &random));
  }
  return 0;
}
