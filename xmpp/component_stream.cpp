#include "xmpp/component_stream.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <utility>

#include "xmpp/namespaces.hpp"
#include "xmpp/stanza_writer.hpp"

namespace isthmus::xmpp {
namespace {

/// The name of a stream error's condition: its first child in that namespace.
std::string stream_condition(pugi::xml_node error) {
  for (const auto element : error.children()) {
    if (namespace_of(element) == ns::stream_errors && local_name(element) != "text")
      return std::string{local_name(element)};
  }
  return "undefined-condition";
}

/// A start tag as an empty element, so that it can be parsed alone.
std::string as_empty_element(std::span<const char> tag) {
  std::string text{tag.begin(), tag.end()};
  if (text.ends_with("/>")) return text;
  if (text.ends_with('>')) text.insert(text.size() - 1, "/");
  return text;
}

}  // namespace

std::string handshake_digest(std::string_view stream_id, std::string_view secret) {
  const std::string input = std::string{stream_id} + std::string{secret};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  EVP_Digest(input.data(), input.size(), digest.data(), &length, EVP_sha1(), nullptr);
  return fmt::format("{:02x}", fmt::join(digest.begin(), digest.begin() + length, ""));
}

ComponentStream::ComponentStream(std::string domain, std::string secret, FramerLimits limits, std::string& out,
                                 StreamListener& listener)
    : domain_{std::move(domain)}, secret_{std::move(secret)}, out_{out}, listener_{listener}, framer_{limits} {}

void ComponentStream::open() {
  framer_.reset();
  condition_.clear();
  state_ = State::opening;
  out_ +=
      "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
      "xmlns:stream='http://etherx.jabber.org/streams' to='";
  append_escaped(out_, domain_);
  out_ += "'>";
}

bool ComponentStream::feed(std::span<char> bytes) {
  framer_.feed(bytes);
  for (;;) {
    const auto frame = framer_.next();
    if (frame.kind == Frame::Kind::need_more) return true;
    if (!on_frame(frame)) return false;
  }
}

void ComponentStream::close() {
  if (state_ != State::ended) out_ += "</stream:stream>";
  state_ = State::ended;
}

bool ComponentStream::on_frame(const Frame& frame) {
  switch (frame.kind) {
    case Frame::Kind::need_more: return true;
    case Frame::Kind::stream_open: return on_open(frame.bytes);
    case Frame::Kind::stanza: return on_element(frame.bytes);
    case Frame::Kind::too_long:
    case Frame::Kind::too_deep: on_skipped(frame); return true;
    case Frame::Kind::stream_close: close(); return false;
    case Frame::Kind::bad: return end(frame.bad_condition);
  }
  return false;
}

bool ComponentStream::on_open(std::span<char> tag) {
  auto text = as_empty_element(tag);
  const auto root = parser_.parse({text.data(), text.size()});
  if (!root || state_ != State::opening) return end("invalid-xml");
  StanzaWriter{out_}.open("handshake").text(handshake_digest(attribute(*root, "id"), secret_)).close();
  state_ = State::authenticating;
  return true;
}

bool ComponentStream::on_element(std::span<char> bytes) {
  const auto element = parser_.parse(bytes);
  if (!element) return end("not-well-formed");
  if (is(*element, ns::streams, "error") || local_name(*element) == "error") {
    condition_ = stream_condition(*element);
    close();
    return false;
  }
  if (state_ == State::ready) {
    listener_.on_stanza(*element);
    return true;
  }
  if (local_name(*element) != "handshake") return end("not-authorized");
  state_ = State::ready;
  listener_.on_ready();
  return true;
}

void ComponentStream::on_skipped(const Frame& frame) {
  auto text = as_empty_element(frame.bytes);
  const auto head = parser_.parse({text.data(), text.size()});
  const bool is_long = frame.kind == Frame::Kind::too_long;
  listener_.on_skipped(head ? *head : pugi::xml_node{}, is_long
                                                            ? "The stanza is longer than this gateway takes."
                                                            : "The stanza is nested deeper than this gateway takes.");
}

bool ComponentStream::end(std::string_view condition) {
  condition_ = condition;
  out_ += "<stream:error><";
  out_ += condition;
  out_ += " xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>";
  close();
  return false;
}

}  // namespace isthmus::xmpp
