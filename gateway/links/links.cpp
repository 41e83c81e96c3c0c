#include "gateway/links/links.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cassert>
#include <utility>

#include "gateway/model/degrade.hpp"

namespace isthmus {

namespace {

constexpr SteadyTime never = SteadyTime::max();
constexpr std::size_t longest_nick = 30;

bool is_said(const Payload& what) {
  return std::holds_alternative<Message>(what) || std::holds_alternative<Edit>(what) ||
         std::holds_alternative<Retract>(what) || std::holds_alternative<Reactions>(what) ||
         std::holds_alternative<Typing>(what);
}

/// A value; null: what people say.
const Data* data_of(const Payload& what) {
  const auto* message = std::get_if<Message>(&what);
  return message != nullptr && message->data ? &*message->data : nullptr;
}

const std::string* text_of(const Payload& what) {
  const auto* message = std::get_if<Message>(&what);
  if (message != nullptr) return &message->text;
  const auto* edit = std::get_if<Edit>(&what);
  return edit == nullptr ? nullptr : &edit->now.text;
}

/// What a place can say of others' words whose names it cannot show: reactions and the like would be the gateway's own.
Capabilities without_speaker(Capabilities all) {
  if (all.has(Capability::speaker)) return all;
  Capabilities some;
  for (const auto one : {Capability::edit, Capability::reply})
    if (all.has(one)) some.add(one);
  return some;
}

template <class F>
void for_each_reference(Payload& what, const F& change) {
  if (auto* message = std::get_if<Message>(&what); message != nullptr && message->reply) change(message->reply->to);
  if (auto* edit = std::get_if<Edit>(&what)) change(edit->target);
  if (auto* retract = std::get_if<Retract>(&what)) change(retract->target);
  if (auto* reactions = std::get_if<Reactions>(&what)) change(reactions->target);
}

/// Nothing is addressed to the gateway itself.
class NoAddresses final : public AddressBook {
 public:
  Answer<Conversation> parse(std::string_view) const override { return nothing(); }
  std::string text(const Conversation&) const override { return {}; }
  Answer<Conversation> person(const Conversation&, std::string_view) const override { return nothing(); }

 private:
  static Refusal nothing() { return {Condition::item_not_found, Remedy::cancel, "There is no such place.", {}}; }
};

}  // namespace

Links::Links(Runtime& runtime)
    : runtime_{runtime},
      owner_{runtime.names.intern(owner_name)},
      outbox_{runtime, *this},
      alarm_{runtime.alarms, [this] { on_alarm(); }},
      until_stopped_{runtime.executor, SteadyTime::max()} {}

Links::~Links() = default;

void Links::set_id(AdapterId id) {
  id_ = id;
  runtime_.router.set(id, *this);
  runtime_.router.set_plumbing(id, owner_);
}

const AddressBook& Links::addresses() const {
  static const NoAddresses none;
  return none;
}

Capabilities Links::capabilities(const Name&, const Conversation&) const {
  return {Capability::edit,       Capability::reply,      Capability::reaction,
          Capability::retraction, Capability::moderation, Capability::typing};
}

// --- Places.

Answer<Conversation> Links::find(std::string_view address) const {
  const auto colon = address.find(':');
  Refusal why{Condition::item_not_found, Remedy::cancel, "There is no place " + std::string{address} + ".", {}};
  if (colon == std::string_view::npos) return why;
  for (const auto id : adapters_) {
    const auto& book = runtime_.router.adapter(id).addresses();
    if (book.scheme() != address.substr(0, colon)) continue;
    auto found = book.place(address.substr(colon + 1));
    if (found) return found;
    why = found.error();
  }
  return why;
}

std::string Links::address(const Conversation& place, std::string_view native) const {
  std::string text{runtime_.router.adapter(place.adapter).addresses().scheme()};
  text += ':';
  if (!place.network.empty()) text.append(place.network.view()).append("/");
  return text.append(native);
}

Links::Place* Links::find_place(const Conversation& where) const {
  const auto found = by_where_.find(where);
  return found == by_where_.end() ? nullptr : found->second;
}

Links::Place& Links::place_at(const Conversation& where) {
  if (auto* known = find_place(where)) return *known;
  auto& place = *places_.emplace_back(std::make_unique<Place>());
  place.where = where;
  place.address = address(where);
  by_where_.emplace(where, &place);
  if (is_running_) enter(place);
  return place;
}

void Links::add(const std::vector<LinkSettings>& links) {
  for (const auto& settings : links) {
    Link link{settings.name, {}, settings.is_one_way};
    for (const auto& member : settings.members) {
      auto place = find(member);
      assert(place && "the configuration was checked");
      link.members.push_back(*std::move(place));
    }
    links_.push_back(std::move(link));
  }
  const auto routes = routes_of(links_);
  for (const Link& link : links_) {
    for (const Conversation& where : link.members) {
      auto& place = place_at(where);
      if (const auto to = routes.find(where); to != routes.end()) place.to = to->second;
      for (const Conversation& to : place.to) outbox_.know(to, address(to));
    }
  }
}

void Links::add_listener(const Conversation& where, AdapterId id, Listener& listener) {
  place_at(where).listeners.push_back({id, &listener});
}

void Links::remove_listener(const Conversation& where, const Listener& listener) {
  auto* place = find_place(where);
  if (place == nullptr) return;
  const auto theirs = std::ranges::find(place->listeners, &listener, &Heard::listener);
  if (theirs != place->listeners.end()) place->listeners.erase(theirs);
  const bool is_member = std::ranges::any_of(
      links_, [&](const Link& link) { return std::ranges::find(link.members, where) != link.members.end(); });
  if (is_member || !place->listeners.empty()) return;
  leave(*place);
  by_where_.erase(where);
  std::erase_if(places_, [&](const auto& one) { return one.get() == place; });
}

bool Links::is_inside(const Conversation& where) const {
  const auto* place = find_place(where);
  return place != nullptr && place->is_inside;
}

// --- Entering.

asio::awaitable<void> Links::run() {
  co_await asio::this_coro::throw_if_cancelled(false);
  is_running_ = true;
  outbox_.restore();
  for (const auto& place : places_) enter(*place);
  runtime_.router.settle();
  co_await until_stopped_.async_wait(asio::as_tuple(asio::use_awaitable));  // until cancelled
  is_running_ = false;
  alarm_.clear();
  outbox_.end();
}

EventPtr Links::make_event(const Conversation& place, EventId id, Payload what) const {
  auto event = std::make_unique<Event>();
  event->about.id = id;
  event->about.source = id_;
  event->about.conversation = place;
  event->about.owner = owner_;
  event->about.received_at = runtime_.alarms.wall_clock();
  event->what = std::move(what);
  return event;
}

void Links::enter(Place& place) {
  place.due = never;
  Change change{.kind = Change::Kind::join, .who = {.name = place.nick, .address = {}}};
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  runtime_.router.emit(make_event(place.where, id, Membership{{std::move(change)}}));
}

void Links::leave(const Place& place) {
  Change change{.kind = Change::Kind::leave, .who = {.name = place.nick, .address = {}}};
  const auto id = runtime_.ids.next(runtime_.alarms.wall_clock());
  runtime_.router.emit(make_event(place.where, id, Membership{{std::move(change)}}));
}

void Links::enter_later(Place& place) {
  place.is_inside = false;
  outbox_.close(place.where);
  place.due = runtime_.alarms.now() + place.pause;
  place.pause = std::min(place.pause * 2, longest_pause);
  set_alarm();
}

void Links::set_alarm() {
  SteadyTime due = never;
  for (const auto& place : places_) due = std::min(due, place->due);
  if (due == never || !is_running_) return alarm_.clear();
  alarm_.set(due);
}

void Links::on_alarm() {
  const auto now = runtime_.alarms.now();
  for (const auto& place : places_)
    if (place->due <= now) enter(*place);
  set_alarm();
  runtime_.router.settle();
}

void Links::on_entered(const Event& event, const Refusal* refused) {
  auto* place = find_place(event.about.conversation);
  if (place == nullptr) return;
  if (refused == nullptr) {
    if (!std::exchange(place->is_inside, true)) place->entered = ++entered_;
    place->pause = first_pause;
    runtime_.log.info("links: in {}", place->address);
    outbox_.open(place->where);
    return;
  }
  runtime_.log.warn("links: {} lets the gateway not in: {}", place->address, refused->text);
  runtime_.counters.add("links_refused", to_text(refused->condition));
  if (refused->condition == Condition::conflict && place->nick.size() < longest_nick) place->nick += '_';
  enter_later(*place);
}

void Links::on_membership(Place& place, const Membership& membership) {
  for (const Change& change : membership.changes) {
    const bool is_out = change.self && (change.kind == Change::Kind::leave || change.kind == Change::Kind::quit ||
                                        change.kind == Change::Kind::kick);
    if (!is_out || !place.is_inside) continue;
    runtime_.log.warn("links: put out of {}: {}", place.address, change.reason);
    enter_later(place);
  }
}

// --- What comes.

Outcome Links::deliver(Delivery& delivery) {
  if (delivery.receipt) {
    on_receipt(delivery);
    return Accepted{};
  }
  Event& event = *delivery.event;
  const auto& where = event.about.conversation;
  if (const auto* state = std::get_if<LinkState>(&event.what)) {
    on_link_state(where, *state);
    return Accepted{};
  }
  if (is_said(event.what)) return on_said(event);
  if (auto* place = find_place(where)) {
    if (const auto* membership = std::get_if<Membership>(&event.what)) on_membership(*place, *membership);
    if (std::holds_alternative<Roster>(event.what)) {
      if (!std::exchange(place->is_inside, true)) place->entered = ++entered_;
      outbox_.open(where);
    }
  }
  return Accepted{};
}

void Links::on_receipt(Delivery& delivery) {
  const Event& event = *delivery.event;
  const auto* refused = delivery.receipt->refused ? &*delivery.receipt->refused : nullptr;
  if (const auto* membership = std::get_if<Membership>(&event.what)) {
    if (membership->changes.front().kind == Change::Kind::join) on_entered(event, refused);
    return;
  }
  if (const auto awaited = awaited_.extract(event.about.id)) return awaited.mapped()(refused);
  if (refused == nullptr) {
    references_.note(event.about.id, event.about.conversation, event.about.ref);
    return outbox_.arrived(event);
  }
  if (outbox_.take_back(delivery.event, *refused)) return;
  runtime_.counters.add("links_refused", to_text(refused->condition));
  runtime_.log.warn("links: {} does not take what {} says: {}", address(event.about.conversation),
                    event.about.actor.address, refused->text);
}

void Links::on_link_state(const Conversation& network, const LinkState& state) {
  for (const auto& place : places_) {
    const bool is_there =
        place->where.adapter == network.adapter && (network.network.empty() || place->where.network == network.network);
    if (!is_there) continue;
    if (state.state != LinkState::State::up) outbox_.close(place->where);
    if (state.state == LinkState::State::up && place->is_inside) outbox_.open(place->where);
    // What comes back by itself enters its places again by itself.
    if (state.state == LinkState::State::down && !state.retrying && place->due == never) enter_later(*place);
    if (std::exchange(place->link, state).state == state.state) continue;
    for (const auto& heard : place->listeners) {
      const bool is_linked =
          std::ranges::any_of(place->to, [&](const Conversation& to) { return to.adapter == heard.adapter; });
      if (!is_linked) heard.listener->on_link(place->address, state);
    }
    for (const Conversation& to : place->to) {
      if (!runtime_.router.adapter(to.adapter).capabilities(owner_, to).has(Capability::state)) continue;
      auto event = make_event(to, runtime_.ids.next(runtime_.alarms.wall_clock()), state);
      event->about.actor.address = place->address;
      runtime_.router.emit(std::move(event));
    }
  }
}

Outcome Links::on_said(Event& event) {
  const auto& about = event.about;
  // A network's own words are the operator's to read in the log of the adapter.
  if (about.conversation.kind == PlaceKind::direct)
    return Rejected{
        {Condition::service_unavailable, Remedy::cancel, "Nobody reads what is written to the gateway alone.", {}}};
  const auto* place = find_place(about.conversation);
  if (place == nullptr) return Accepted{};
  const auto* data = data_of(event.what);
  const bool is_history = about.origin == Origin::history;
  // What people said before was passed on then, or nobody was there to do it; it is no news either way.
  if (is_history && data == nullptr) return Accepted{};
  const auto* text = text_of(event.what);
  if (text != nullptr && echoes_.is_echo(*text, runtime_.alarms.now())) {
    runtime_.counters.add("links_dropped", "echo");
    runtime_.log.warn("links: something else passes on what is said in {} too", place->address);
    return Accepted{};
  }
  references_.note(about.id, about.conversation, about.ref);
  event.about.actor.address =
      data != nullptr && !data->place.empty() ? address(place->where, data->place) : place->address;
  const bool is_past = is_history || (data != nullptr && data->is_stored);
  for (const Conversation& to : place->to) pass_on(event, *place, to, is_past);
  if (!place->listeners.empty()) tell_listeners(event, *place, is_past);
  return Accepted{};
}

void Links::pass_on(const Event& event, const Place& place, const Conversation& to, bool is_past) {
  const auto can = without_speaker(runtime_.router.adapter(to.adapter).capabilities(owner_, to));
  if (is_past && !can.has(Capability::state)) return runtime_.counters.add("links_dropped", "past");
  auto copy = make_event(to, event.about.id, event.what);
  auto& about = copy->about;
  about.actor = event.about.actor;
  about.at = event.about.at;
  about.received_at = event.about.received_at;
  if (is_past) about.origin = Origin::history;
  for_each_reference(copy->what, [&](MessageRef& ref) { ref.id = references_.translated(ref.id, place.where, to); });
  auto [result, why] = degrade(*copy, can, runtime_.router.policy());
  copy->original.reset();  // nobody there knows it as it was
  if (result == Degraded::dropped) return runtime_.counters.add("degraded", "dropped");
  if (result == Degraded::refused) {
    runtime_.counters.add("links_refused", to_text(why->condition));
    return runtime_.log.info("links: {} cannot say what was done in {}: {}", address(to), place.address, why->text);
  }
  if (!can.has(Capability::speaker)) name_speaker(copy->what, about.actor.name);
  outbox_.add(std::move(copy));
}

void Links::speak(EventPtr event) {
  const auto& place = event->about.conversation;
  const auto* text = text_of(event->what);
  if (text != nullptr && !runtime_.router.adapter(place.adapter).capabilities(owner_, place).has(Capability::speaker))
    echoes_.said(*text, runtime_.alarms.now());
  runtime_.router.emit(std::move(event));
}

// --- Programs.

void Links::tell_listeners(Event& event, const Place& place, bool is_past) {
  const auto* data = data_of(event.what);
  const auto native = data != nullptr ? std::string_view{data->place} : place.where.native.view();
  for (const auto& heard : place.listeners)
    if (!is_told_elsewhere(place, native, heard)) heard.listener->on_said(event, is_past);
}

bool Links::is_told_elsewhere(const Place& place, std::string_view native, const Heard& heard) const {
  const auto& book = runtime_.router.adapter(place.where.adapter).addresses();
  return std::ranges::any_of(places_, [&](const auto& other) {
    if (other->where.adapter != place.where.adapter || other->where.network != place.where.network) return false;
    const bool is_linked =
        std::ranges::any_of(other->to, [&](const Conversation& to) { return to.adapter == heard.adapter; });
    const bool is_earlier =
        other.get() != &place && other->is_inside && (!place.is_inside || other->entered < place.entered) &&
        std::ranges::find(other->listeners, heard.listener, &Heard::listener) != other->listeners.end();
    return (is_linked || is_earlier) && book.overlap(other->where.native.view(), native);
  });
}

void Links::say(const Conversation& place, Payload what, EventId id, Actor who, Done done) {
  auto event = make_event(place, id, std::move(what));
  event->about.actor = std::move(who);
  if (done) awaited_.insert_or_assign(id, std::move(done));
  runtime_.router.emit(std::move(event));
}

}  // namespace isthmus
