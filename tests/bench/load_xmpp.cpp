#include "tests/bench/load_xmpp.hpp"

#include <cstring>
#include <string>
#include <utility>

#include "tests/bench/load_names.hpp"

namespace isthmus::bench {
namespace {

constexpr auto npos = std::string_view::npos;

/// The place of the '>' that ends the tag whose '<' is at `from`; npos when it is not there yet.
std::size_t tag_end(std::string_view data, std::size_t from) {
  for (std::size_t i = from; i < data.size(); ++i) {
    if (data[i] == '>') return i;
    if (data[i] != '\'' && data[i] != '"') continue;
    i = data.find(data[i], i + 1);
    if (i == npos) return npos;
  }
  return npos;
}

}  // namespace

std::string_view Stanza::body() const {
  const std::size_t tag = text.find("<body");
  if (tag == npos) return {};
  const std::size_t begin = text.find('>', tag) + 1;
  return text.substr(begin, text.find('<', begin) - begin);
}

std::size_t element_length(std::string_view data) {
  std::size_t depth = 0;
  std::size_t at = 0;
  for (;;) {
    at = data.find('<', at);
    if (at == npos) return 0;
    const std::size_t end = tag_end(data, at);
    if (end == npos) return 0;
    if (data[at + 1] == '/') {
      --depth;
    } else if (data[end - 1] != '/') {
      ++depth;
    }
    at = end + 1;
    if (depth == 0) return at;
  }
}

Stanza read_stanza(std::string_view text) {
  Stanza stanza;
  stanza.text = text;
  std::size_t at = text.find_first_of(" />\t\r\n", 1);
  stanza.name = text.substr(1, at - 1);
  for (;;) {
    at = text.find_first_not_of(" \t\r\n", at);
    const std::size_t equals = text.find_first_of("=/>", at);
    if (equals == npos || text[equals] != '=') return stanza;
    const std::size_t begin = equals + 2;
    const std::size_t end = text.find(text[equals + 1], begin);
    if (end == npos) return stanza;
    const std::string_view name = text.substr(at, equals - at);
    const std::string_view value = text.substr(begin, end - begin);
    if (name == "from") stanza.from = value;
    if (name == "to") stanza.to = value;
    if (name == "id") stanza.id = value;
    if (name == "type") stanza.type = value;
    at = end + 1;
  }
}

class XmppServer::Stream : public Connection {
 public:
  Stream(Loop& loop, int descriptor, XmppServer& server) : Connection(loop, descriptor), server_(server) {}
  bool is_ready() const { return is_open() && state_ == State::ready; }

 private:
  enum class State : std::uint8_t { header, handshake, ready };

  std::size_t on_data(std::string_view data) override {
    std::size_t used = state_ == State::header ? take_header(data) : 0;
    if (state_ == State::header) return 0;
    for (;;) {
      const std::size_t begin = data.find('<', used);
      if (begin == npos) return data.size();
      if (data.substr(begin).starts_with("</stream:stream")) {
        send("</stream:stream>");
        close_after_writing();
        return data.size();
      }
      const std::size_t length = element_length(data.substr(begin));
      if (length == 0) return begin;
      take_element(data.substr(begin, length));
      used = begin + length;
    }
  }

  std::size_t take_header(std::string_view data) {
    const std::size_t begin = data.find("<stream:stream");
    const std::size_t end = begin == npos ? npos : tag_end(data, begin);
    if (end == npos) return 0;
    state_ = State::handshake;
    std::string header =
        "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' id='load' from='";
    send(header.append(component_domain).append("'>"));
    return end + 1;
  }

  void take_element(std::string_view text) {
    if (state_ == State::ready) return server_.on_stanza(read_stanza(text));
    state_ = State::ready;
    send("<handshake/>");  // whatever the secret was
  }

  XmppServer& server_;
  State state_ = State::header;
};

XmppServer::XmppServer(Loop& loop, std::function<void(const Stanza&)> on_stanza)
    : on_stanza_(std::move(on_stanza)), listener_(loop, [this, &loop](int descriptor) {
        streams_.push_back(std::make_unique<Stream>(loop, descriptor, *this));
      }) {}

XmppServer::~XmppServer() = default;

bool XmppServer::has_component() const { return !streams_.empty() && streams_.back()->is_ready(); }

void XmppServer::send(std::string_view stanza) {
  if (has_component()) streams_.back()->send(stanza);
}

void XmppServer::on_stanza(const Stanza& stanza) {
  ++stanzas_seen_;
  if (stanza.name != "iq") return on_stanza_(stanza);
  if (stanza.type == "get" || stanza.type == "set") answer_query(stanza);
}

void XmppServer::answer_query(const Stanza& query) {
  if (query.to.ends_with(component_domain)) return send(query.text);  // routed back to where it came from
  std::string answer = "<iq from='";
  answer.append(query.to).append("' to='").append(query.from).append("' id='").append(query.id);
  if (query.has("urn:xmpp:ping")) {
    answer += "' type='result'/>";
  } else if (query.has("http://jabber.org/protocol/disco#info")) {
    answer +=
        "' type='result'><query xmlns='http://jabber.org/protocol/disco#info'>"
        "<identity category='client' type='pc'/><feature var='urn:xmpp:ping'/></query></iq>";
  } else {
    answer +=
        "' type='error'><error type='cancel'>"
        "<service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></iq>";
  }
  send(answer);
}

}  // namespace isthmus::bench
