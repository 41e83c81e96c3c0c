#pragma once
// The one way out to an XMPP server: stanzas are written straight into the stream's buffer, without a tree. It keeps what a server would close the
// stream for from ever being written: a foreign `from`, characters that XML does not allow, a stanza over the limit.
#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus::xmpp {

/// Appends `text` to `out` with & < > ' " escaped; characters that XML 1.0 does not allow, and ill-formed UTF-8, become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Writes one stanza at a time: open(), attributes, children, …, close(). Elements are closed in order; names and namespaces are literals of ours, every
/// value is escaped.
class StanzaWriter {
 public:
  static constexpr std::size_t max_stanza = 256 * 1024;

  /// `out` is the stream's buffer; it outlives the writer.
  explicit StanzaWriter(std::string& out) : out_{out} {}

  StanzaWriter& open(std::string_view name);                       // <name
  StanzaWriter& open(std::string_view name, std::string_view ns);  // <name xmlns='ns'
  StanzaWriter& attribute(std::string_view name, std::string_view value);
  StanzaWriter& text(std::string_view value);
  StanzaWriter& close();                                           // </name> or />
  /// An element that holds only text.
  StanzaWriter& leaf(std::string_view name, std::string_view value) { return open(name).text(value).close(); }
  /// Bytes that a StanzaWriter wrote before (a ready head): the inside of an opening tag or whole elements, taken as they are.
  StanzaWriter& ready(std::string_view bytes);

  /// True when the stanza that was just closed was within max_stanza; otherwise it has been taken back from the buffer.
  bool finished();

 private:
  // (filled in by the implementation: a small fixed stack of open names, the stanza's beginning in `out_`)
  std::string& out_;
};

}  // namespace isthmus::xmpp
