#pragma once
// Fallback indication (XEP-0428): which part of a body is there for clients that do not know better. Pure.
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/message.hpp"

namespace isthmus::xmpp {

/// A stretch of a body in bytes, at code points.
struct Stretch {
  std::size_t begin = 0;
  std::size_t end = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

inline constexpr std::size_t max_fallback_stretches = 16;  // of one message; those behind stay text

/// What of `body` only stands for `what` (a namespace), in order and apart from each other. All of it where `message`
/// says so without places; nothing where its places are none.
std::vector<Stretch> fallback_stretches(pugi::xml_node message, std::string_view what, std::string_view body);

/// Takes `stretches` out of `text`; `spans` are of what is left then. What was taken out, joined.
std::string cut_out(std::string& text, std::vector<Span>& spans, const std::vector<Stretch>& stretches);

}  // namespace isthmus::xmpp
