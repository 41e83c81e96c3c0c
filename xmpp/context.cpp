#include "xmpp/context.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {

EventPtr Context::make_event(const Name& owner, const Conversation& place, std::string_view from,
                             Payload&& what) const {
  EventPtr event{new Event{.about = {}, .what = std::move(what)}};
  auto& about = event->about;
  about.received_at = now();
  about.id = runtime.ids.next(about.received_at);
  about.source = self;
  about.conversation = place;
  about.owner = owner;
  about.audience = from;
  return event;
}

std::string_view native_id(const Event& event, std::string_view scheme) {
  const auto found = std::ranges::find(event.about.native, scheme, &NativeId::scheme);
  return found == event.about.native.end() ? std::string_view{} : std::string_view{found->value};
}

}  // namespace isthmus::xmpp
