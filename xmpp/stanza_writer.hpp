#pragma once
// The one way out to an XMPP server: stanzas are written straight into the stream's buffer, without a tree. It keeps
// what a server would close the stream for from ever being written: a foreign `from`, characters that XML does not
// allow, a stanza over the limit.
#include <array>
#include <cassert>
#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus::xmpp {

/// Appends `text` to `out` with & < > ' " escaped, and CR, which a parser would turn into LF otherwise (XML 1.0 §2.11).
/// Characters that XML 1.0 does not allow, and ill-formed UTF-8, become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// Writes one stanza at a time: open(), attributes, children, …, close(). Elements are closed in order; names and
/// namespaces are literals of ours, every value is escaped.
class StanzaWriter {
 public:
  static constexpr std::size_t max_stanza = 256 * 1024;  // bytes
  static constexpr std::size_t max_depth = 16;           // elements, the stanza itself being 1

  /// `out` is the stream's buffer. With `own_domain` a stanza whose `from` is at another domain is not written. Both
  /// outlive the writer.
  explicit StanzaWriter(std::string& out, std::string_view own_domain = {}) : out_{out}, own_domain_{own_domain} {}

  StanzaWriter& open(std::string_view name);                       // <name
  StanzaWriter& open(std::string_view name, std::string_view ns);  // <name xmlns='ns'
  StanzaWriter& attribute(std::string_view name, std::string_view value);
  StanzaWriter& text(std::string_view value);
  StanzaWriter& close();  // </name> or />
  /// An element that holds only text.
  StanzaWriter& leaf(std::string_view name, std::string_view value) { return open(name).text(value).close(); }
  /// Bytes that a StanzaWriter wrote before (a ready head): the inside of an opening tag or whole elements, taken as
  /// they are.
  StanzaWriter& ready(std::string_view bytes);

  /// The same for bytes that begin an element `name` and end in the value of an attribute, which attribute_end() ends.
  /// Whole elements may stand before it.
  StanzaWriter& ready_open(std::string_view name, std::string_view bytes);

  /// More of the value of an attribute whose beginning stood at the end of a ready() head: bytes that need no escape.
  StanzaWriter& attribute_part(std::string_view bytes);

  /// Ends such an attribute: the rest of its value, escaped, and the quote.
  StanzaWriter& attribute_end(std::string_view value);

  /// True when the stanza that was just closed may go out; one over max_stanza or from a foreign domain has been taken
  /// back from the buffer.
  bool finished();

 private:
  void end_opening_tag();
  void check_from(std::string_view jid);

  std::string& out_;
  std::string_view own_domain_;
  std::size_t begin_ = 0;  // of the stanza, in out_
  std::array<std::string_view, max_depth> open_{};
  std::size_t depth_ = 0;
  bool is_in_tag_ = false;   // "<name …" without its '>'
  bool is_foreign_ = false;  // the stanza's `from` is
};

}  // namespace isthmus::xmpp
