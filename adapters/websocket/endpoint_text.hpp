#pragma once
// What an endpoint's frames say, and frames that say something to it. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "adapters/websocket/endpoint_settings.hpp"
#include "adapters/websocket/value_rules.hpp"
#include "gateway/model/time.hpp"

namespace isthmus::websocket {

/// A frame of an endpoint: a text, a value, or both.
struct EndpointSaid {
  std::string sender;  // who said it; empty: the endpoint
  std::string text;    // may be empty
  std::optional<NamedValue> value;
};

/// What `frame`, UTF-8, says. Without pointers all of it is the text. nullopt: it is no JSON, or nothing stands where
/// the pointers lead, as with frames that acknowledge something.
std::optional<EndpointSaid> read_frame(const EndpointPointers& pointers, std::string_view frame);

/// "" or "/a/0/b" (RFC 6901 §3).
bool is_pointer(std::string_view text) noexcept;

/// Whether it has ${text}, and no other ${…} than text, nick, id and time.
bool is_template(std::string_view text);

struct EndpointSaying {
  std::string_view text;
  std::string_view nick;
  std::string_view id;
  SystemTime time;
};
/// The template with what is said in it: escaped as within a JSON text where the template is JSON (it begins with { or
/// [), else as it is.
std::string fill(std::string_view pattern, const EndpointSaying& saying);

}  // namespace isthmus::websocket
