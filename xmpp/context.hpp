#pragma once
// What the parts of the XMPP side share. All outlive them.
#include <chrono>
#include <functional>

#include "gateway/runtime/runtime.hpp"
#include "xmpp/rooms.hpp"

namespace isthmus::xmpp {

struct Context {
  Runtime& runtime;
  AdapterId self;  // our own id with the router
  Rooms& rooms;
  std::function<SystemTime()> now;

  /// A new event of `owner` in `place`, from the client `from`.
  EventPtr make_event(const Name& owner, const Conversation& place, std::string_view from, Payload what) const;
};

/// The value of the native id with that scheme; "" when there is none.
std::string_view native_id(const Event& event, std::string_view scheme);

inline constexpr std::string_view id_scheme = "xmpp.id";          // the stanza's id
inline constexpr std::string_view origin_scheme = "xmpp.origin";  // XEP-0359 origin-id

}  // namespace isthmus::xmpp
