#pragma once
// What the parts of the XMPP side share. All outlive them.
#include <array>
#include <chrono>
#include <functional>

#include "gateway/runtime/runtime.hpp"
#include "xmpp/occupant_ids.hpp"
#include "xmpp/rooms.hpp"

namespace isthmus::xmpp {

struct Context {
  Runtime& runtime;
  AdapterId self;  // our own id with the router
  Rooms& rooms;
  std::function<SystemTime()> now;
  OccupantIds& occupant_ids;

  /// A new event of `owner` in `place`, from the client `from`.
  EventPtr make_event(const Name& owner, const Conversation& place, std::string_view from, Payload&& what) const;
};

/// The value of the native id with that scheme; "" when there is none.
std::string_view native_id(const Event& event, std::string_view scheme);

/// What names an event for everybody there (MessageRef): the foreign side's reference, else its own id. The event must
/// outlive it.
class Ref {
 public:
  explicit Ref(const Event& event) : ref_{event.about.ref}, hex_{to_hex(event.about.id)} {}
  std::string_view view() const noexcept { return ref_.empty() ? std::string_view{hex_.data(), hex_.size()} : ref_; }

 private:
  std::string_view ref_;
  std::array<char, 32> hex_;
};

inline constexpr std::string_view id_scheme = "xmpp.id";          // the stanza's id
inline constexpr std::string_view origin_scheme = "xmpp.origin";  // XEP-0359 origin-id

}  // namespace isthmus::xmpp
