#include "xmpp/availability.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "xmpp/one_line.hpp"
#include "xmpp/stanza.hpp"

namespace isthmus::xmpp {
namespace {

using Show = Presence::Show;

/// How much somebody is there.
int rank(Show show) {
  constexpr std::array order{Show::gone, Show::xa, Show::away, Show::dnd, Show::available, Show::chat};
  return static_cast<int>(std::ranges::find(order, show) - order.begin());
}

Show parse_show(std::string_view text) {
  if (text == "away") return Show::away;
  if (text == "xa") return Show::xa;
  if (text == "dnd") return Show::dnd;
  if (text == "chat") return Show::chat;
  return Show::available;
}

}  // namespace

Rare<Presence> read_availability(pugi::xml_node presence) {
  std::string scratch;
  const auto show = parse_show(text_of(child(presence, component_ns, "show"), scratch));
  scratch.clear();
  auto status = to_one_line(text_of(child(presence, component_ns, "status"), scratch)).value_or(std::string{});
  if (show == Show::available && status.empty()) return {};
  return Presence{show, std::move(status)};
}

Presence Availability::combined(const Key& key) const {
  bool has_rooms = false;
  Presence best{Show::gone, {}};
  for (const auto* room : context_.rooms.of(key.owner)) {
    if (room->place.adapter != key.network.adapter || room->place.network != key.network.network) continue;
    has_rooms = true;
    for (const auto& occupant : room->occupants) {
      const auto now = occupant.presence ? *occupant.presence : Presence{};
      if (rank(now.show) > rank(best.show)) best = now;
    }
  }
  // Where there is no room, nothing is known, and nobody need be told that nobody is there.
  return has_rooms ? best : Presence{};
}

void Availability::update(const Name& owner, const Conversation& place) {
  const Key key{owner, {place.adapter, PlaceKind::network, place.network, {}}};
  const auto told = told_.find(key);
  auto now = combined(key);
  if (now == (told == told_.end() ? Presence{} : told->second)) return;
  if (now == Presence{}) {
    told_.erase(told);
  } else {
    told_.insert_or_assign(key, now);
  }
  context_.runtime.router.emit(context_.make_event(owner, key.network, {}, std::move(now)));
}

}  // namespace isthmus::xmpp
