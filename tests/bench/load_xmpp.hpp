#pragma once
// The XMPP server as a component sees it (XEP-0114), for one component that is trusted to send well-formed XML.
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "tests/bench/load_loop.hpp"

namespace isthmus::bench {

/// Views into the connection's buffer. Attributes are as written (not unescaped), empty when absent.
struct Stanza {
  std::string_view text;
  std::string_view name;
  std::string_view from;
  std::string_view to;
  std::string_view id;
  std::string_view type;

  /// The text of the first <body/>, not unescaped; empty when there is none.
  std::string_view body() const;
  bool has(std::string_view part) const { return text.find(part) != std::string_view::npos; }
};

/// The bytes of the first element of `data`, which begins with '<'; 0 when its end is not there yet.
std::size_t element_length(std::string_view data);
Stanza read_stanza(std::string_view text);

class XmppServer {
 public:
  /// Presences and messages go to `on_stanza`. The server answers queries itself: pings, disco#info; all else with an
  /// error.
  XmppServer(Loop& loop, std::function<void(const Stanza&)> on_stanza);
  ~XmppServer();

  std::uint16_t port() const { return listener_.port(); }
  /// A component has sent its handshake, and its stream is open.
  bool has_component() const;
  void send(std::string_view stanza);
  std::size_t stanzas_seen() const { return stanzas_seen_; }

 private:
  class Stream;
  void on_stanza(const Stanza& stanza);
  void answer_query(const Stanza& query);

  std::function<void(const Stanza&)> on_stanza_;
  std::vector<std::unique_ptr<Stream>> streams_;  // the last one is the component's
  std::size_t stanzas_seen_ = 0;
  Listener listener_;
};

}  // namespace isthmus::bench
