#pragma once
// Cuts an XML stream into its opening tag and whole stanzas (RFC 6120 §11: no DTD, comments, processing instructions; no entities but
// the five). Incremental: the input may be split anywhere. Memory is bounded by the largest stanza allowed.
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace isthmus::xmpp {

struct FramerLimits {
  std::size_t max_stanza = 1024 * 1024;  // bytes, of one stanza
  std::size_t max_depth = 128;           // elements, the stanza itself being 1
};

/// What the framer found.
struct Frame {
  enum class Kind {
    need_more,     // all input was looked at
    stream_open,   // `bytes` is the <stream:stream …> tag
    stanza,        // `bytes` is one whole element; the parser may write into it until the next call
    too_long,      // a stanza over a limit was skipped: `bytes` is its opening tag, or empty when that alone was too long
    too_deep,
    stream_close,  // </stream:stream>
    bad,           // not well-formed or restricted XML: `bad_condition` names the stream error; the framer accepts nothing more
  };
  Kind kind = Kind::need_more;
  std::span<char> bytes{};
  std::string_view bad_condition{};  // "not-well-formed", "restricted-xml", …(RFC 6120 §4.9.3)
};

/// Usage: feed(bytes), then next() until need_more. What next() returned stays valid until the following call. Bytes that belong to an unfinished
/// stanza are copied aside at need_more, so the caller's buffer may be used again; a stanza that lies whole in
/// the input is handed out in place, without a copy.
class StanzaFramer {
 public:
  explicit StanzaFramer(FramerLimits limits = {});
  /// `input` must stay as it is (but for what a stanza's parser writes) until next() returned need_more.
  void feed(std::span<char> input);
  Frame next();
  /// Begins a new stream: forgets everything.
  void reset();
  /// Bytes kept aside at the moment.
  std::size_t buffered() const noexcept;

 private:
  // (filled in by the implementation)
};

}  // namespace isthmus::xmpp
