#include "xmpp/context.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {

EventPtr Context::make_event(const Name& owner, const Conversation& place, std::string_view from, Payload what) const {
  auto event = std::make_unique<Event>();
  event->about.received_at = now();
  event->about.id = runtime.ids.next(event->about.received_at);
  event->about.source = self;
  event->about.conversation = place;
  event->about.owner = owner;
  event->about.audience = from;
  event->what = std::move(what);
  return event;
}

std::string_view native_id(const Event& event, std::string_view scheme) {
  const auto found = std::ranges::find(event.about.native, scheme, &NativeId::scheme);
  return found == event.about.native.end() ? std::string_view{} : std::string_view{found->value};
}

}  // namespace isthmus::xmpp
