#include "xmpp/links.hpp"

#include <utility>

namespace isthmus::xmpp {

const Link* Links::find(const Name& owner, const Conversation& place) const {
  const auto found = links_.find(Key{owner, place.adapter, place.network});
  return found == links_.end() ? nullptr : &found->second;
}

bool Links::is_up(const Name& owner, const Conversation& place) const {
  const auto* link = find(owner, place);
  return link != nullptr && link->state == LinkState::State::up;
}

bool Links::change(const Name& owner, const Conversation& place, const LinkState& state) {
  const Key key{owner, place.adapter, place.network};
  if (state.state == LinkState::State::down && !state.retrying) return links_.erase(key) != 0;
  auto& link = links_[key];
  link.state = state.state;
  auto status = status_text(state);
  link.status = status.empty() ? Rare<std::string>{} : Rare{std::move(status)};
  return true;
}

void Links::use_console(const Name& owner, const Conversation& place, SystemTime now) {
  const auto found = links_.find(Key{owner, place.adapter, place.network});
  if (found != links_.end()) found->second.console_used = now;
}

std::string status_text(const LinkState& state) {
  switch (state.state) {
    case LinkState::State::up: return {};
    case LinkState::State::connecting: return "Connecting";
    case LinkState::State::down: break;
  }
  if (!state.retrying) return state.reason;
  return state.reason.empty() ? "Reconnecting" : "Reconnecting: " + state.reason;
}

}  // namespace isthmus::xmpp
