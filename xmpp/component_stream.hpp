#pragma once
// One component stream (XEP-0114) as a machine without I/O: bytes in, stanzas out, from the opening tag to the end.
#include <pugixml.hpp>
#include <span>
#include <string>
#include <string_view>

#include "xmpp/stanza.hpp"
#include "xmpp/stanza_framer.hpp"

namespace isthmus::xmpp {

/// What a stream tells its owner.
class StreamListener {
 public:
  virtual ~StreamListener() = default;
  virtual void on_ready() = 0;
  /// A stanza; valid during the call.
  virtual void on_stanza(pugi::xml_node stanza) = 0;
  /// A stanza over a limit was skipped. `head` is its start tag as an empty element, an empty node when even that was
  /// too long.
  virtual void on_skipped(pugi::xml_node head, std::string_view why) = 0;
};

class ComponentStream {
 public:
  enum class State { opening, authenticating, ready, ended };

  /// `out` gets what must be sent; it and `listener` outlive the stream.
  ComponentStream(std::string domain, std::string secret, FramerLimits limits, std::string& out,
                  StreamListener& listener);

  /// Begins a new stream: writes our opening tag (XEP-0114 §3, step 1).
  void open();
  /// Feeds what arrived. False: the stream has ended, and condition() says why.
  bool feed(std::span<char> bytes);
  /// Says goodbye; the stream has ended.
  void close();

  State state() const noexcept { return state_; }
  /// The stream error's condition (RFC 6120 §4.9.3), or "" after an orderly end.
  const std::string& condition() const noexcept { return condition_; }

 private:
  bool on_frame(const Frame& frame);
  bool on_open(std::span<char> tag);
  bool on_element(std::span<char> bytes);
  void on_skipped(const Frame& frame);
  bool end(std::string_view condition);

  std::string domain_;
  std::string secret_;
  std::string& out_;
  StreamListener& listener_;
  StanzaFramer framer_;
  StanzaParser parser_;
  State state_ = State::ended;
  std::string condition_;
};

/// The handshake's content: SHA-1 of stream id and secret, in lower-case hexadecimal digits (XEP-0114 §3, step 3).
std::string handshake_digest(std::string_view stream_id, std::string_view secret);

}  // namespace isthmus::xmpp
