#pragma once
// Cuts an XML stream into its opening tag and whole stanzas (RFC 6120 §11: no DTD, comments, processing instructions;
// no entities but the five). Incremental: the input may be split anywhere. Memory is bounded by the largest stanza
// allowed.
//
// What it guarantees: a frame of kind `stanza` begins with an opening tag, and every element in it was closed by a tag
// whose name has the same hash (down to max_depth), so an element that is not closed is noticed at the next wrong tag
// and cannot swallow what follows. Characters, references and the names themselves are for StanzaParser to check.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::xmpp {

struct FramerLimits {
  std::size_t max_stanza = 1024 * 1024;  // bytes, of one stanza
  std::size_t max_depth = 128;           // elements, the stanza itself being 1
  std::size_t max_attributes = 64;       // of one element; StanzaParser takes no more than 64
};

/// What the framer found.
struct Frame {
  enum class Kind {
    need_more,    // all input was looked at
    stream_open,  // `bytes` is the <stream:stream …> tag
    stanza,       // `bytes` is one whole element; the parser may write into it until the next call
    too_long,  // a stanza over max_stanza or max_attributes was skipped: `bytes` is its opening tag, or empty when that
               // alone is too long
    too_deep,  // the same for max_depth
    stream_close,  // </stream:stream>
    bad,  // not well-formed or restricted XML: `bad_condition` names the stream error; the framer accepts nothing more
  };
  Kind kind = Kind::need_more;
  std::span<char> bytes{};
  std::string_view bad_condition{};  // "not-well-formed", "restricted-xml", "policy-violation" (RFC 6120 §4.9.3)
};

/// Usage: feed(bytes), then next() until need_more. What next() returned stays valid until the following call. Bytes
/// that belong to an unfinished stanza are copied aside at need_more, so the caller's buffer may be used again; a
/// stanza that lies whole in the input is handed out in place, without a copy.
class StanzaFramer {
 public:
  /// The longest opening tag that is kept of a skipped stanza, in bytes.
  static constexpr std::size_t max_opening_tag = 4096;

  explicit StanzaFramer(FramerLimits limits = {}) : limits_{limits} {}
  /// `input` must stay as it is (but for what a stanza's parser writes) until next() returned need_more.
  void feed(std::span<char> input);
  Frame next();
  /// Begins a new stream: forgets everything.
  void reset();
  /// Bytes kept aside at the moment.
  std::size_t buffered() const noexcept { return kept_.size(); }

 private:
  /// What the next byte is part of.
  enum class State : std::uint8_t {
    between,    // outside of stanzas: white space
    tag_start,  // after '<'
    tag,
    quoted,       // an attribute's value
    text,         // between the tags of a stanza
    cdata_start,  // after "<!"
    cdata,
    closed,  // the stream was closed; what follows is ignored
    bad,
  };
  /// What is being cut out.
  enum class Item : std::uint8_t { none, declaration, stream_open, stanza, stream_close };
  enum class Excess : std::uint8_t { none, length, depth };

  void step();
  void scan_markup();
  void skip_white_space();
  void on_tag_start();
  bool begin_outermost(char first);
  void on_tag_end(std::size_t end);
  void on_item_end(std::size_t end);
  void read_cdata_start();
  void skip_cdata();

  std::span<char> whole_item(std::size_t end);
  std::span<char> opening_tag();
  bool is_opening_kept() const;
  void keep_rest();
  void give_back();
  void begin_item(std::size_t at);
  void found(Frame::Kind kind, std::span<char> bytes);
  void fail(std::string_view condition);
  char byte_before(std::size_t at, std::size_t distance) const;
  void read_name(std::size_t end);

  FramerLimits limits_;
  std::span<char> input_{};
  std::size_t at_ = 0;  // in input_: the next byte to look at

  State state_ = State::between;
  bool is_closing_ = false;  // the tag is </…>
  char quote_ = 0;
  std::uint8_t cdata_matched_ = 0;  // bytes of "[CDATA[" seen
  std::size_t attributes_ = 0;      // of the tag
  std::size_t name_at_ = 0;         // in input_: where the tag's name goes on, as far as it is not in name_hash_
  std::uint32_t name_hash_ = 0;     // of the tag's name, as far as it was read
  bool is_name_read_ = false;
  std::size_t depth_ = 0;             // open elements of the stanza
  std::vector<std::uint32_t> names_;  // their names' hashes, as far as max_depth

  Item item_ = Item::none;
  std::size_t begin_ = 0;    // in input_: where the item begins, or goes on
  std::size_t before_ = 0;   // bytes of the item in earlier input
  std::size_t opening_ = 0;  // length of the stanza's opening tag; 0 while it is open
  Excess excess_ = Excess::none;
  bool is_skipping_ = false;  // no more of the item is kept

  bool is_started_ = false;     // some byte of the stream has come
  bool is_handed_out_ = false;  // kept_ is what the last frame shows
  std::string kept_;            // the item's bytes from earlier input; of a skipped stanza its opening tag
  std::array<char, 2> last_{};  // the last two bytes of earlier input
  std::string stream_name_;     // the stream's element, once it is open
  std::string_view bad_condition_{};
  Frame frame_;  // what next() found so far
};

}  // namespace isthmus::xmpp
