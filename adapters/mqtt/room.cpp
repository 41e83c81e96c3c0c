#include "adapters/mqtt/room.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/topic.hpp"
#include "adapters/mqtt/trace.hpp"

namespace isthmus::mqtt {
namespace {

constexpr std::string_view help =
    "Name the topic that is to have the value, as the occupants are called: kitchen/temp: 21";

}  // namespace

Room::Room(const Seat& seat, Conversation place)
    : seat_{seat},
      place_{std::move(place)},
      filter_{place_.native.str()},
      alarm_{seat.runtime.alarms, [this] { on_alarm(); }} {
  seat_.broker.add(*this, filter_, 1, [this](const Reason& reason) { on_answer(reason); });
}

Room::~Room() {
  seat_.broker.remove(*this, filter_);
  for (auto& event : waiting_)
    seat_.runtime.router.failed(std::move(event), {Condition::recipient_unavailable, Remedy::wait, "You left.", {}});
}

// --- Entering.

Outcome Room::join(EventPtr& event, const Change& change) {
  if (nick_.empty()) nick_ = change.who.name;
  const bool is_topic = std::ranges::any_of(topics_, [&](const auto& item) { return item.second.nick == nick_; });
  if (is_topic)
    return Rejected{{Condition::conflict, Remedy::cancel, "A topic has this name; choose another one.", {}}};
  waiting_.push_back(std::move(event));
  // A room whose broker is away is entered all the same, and says so.
  if (is_entered_ || seat_.broker.link().state == LinkState::State::down) enter_waiting();
  return Pending{};
}

void Room::on_answer(const Reason& reason) {
  if (reason.is_success()) return seat_.broker.fence(*this, [this] { enter_waiting(); });
  for (auto& event : std::exchange(waiting_, {})) seat_.runtime.router.failed(std::move(event), to_refusal(reason));
}

void Room::enter_waiting() {
  for (auto& event : std::exchange(waiting_, {})) {
    enter(event->about.audience);
    seat_.runtime.router.confirmed(std::move(event));
  }
}

void Room::enter(const std::string& client) {
  std::vector<const Topic*> by_age;
  for (const auto& [topic, known] : topics_) by_age.push_back(&known);
  std::ranges::sort(by_age, {}, [](const Topic* one) { return one->at; });
  for (const auto* one : by_age) {
    auto event = seat_.make_event(place_, one->last, one->nick, client);
    event->about.at = one->at;
    event->about.received_at = one->at;  // a client may wish for what is newer than that
    event->about.origin = Origin::history;
    seat_.held.emit(std::move(event));
  }
  seat_.emit(place_, roster(), {}, client);
  seat_.emit(place_, RoomInfo{RoomInfo::Subject{subject(), {}, {}}}, {}, client);
  is_entered_ = true;
}

void Room::on_link(const LinkState& state) {
  if (state.state == LinkState::State::down) return enter_waiting();
  if (state.state != LinkState::State::up || !is_entered_) return;
  seat_.emit(place_, roster());  // for the clients that were told that the link was lost
  seat_.emit(place_, RoomInfo{RoomInfo::Subject{subject(), {}, {}}});
}

std::string Room::subject() const {
  const auto& broker = seat_.broker;
  auto text = filter_ == all_devices ? "All devices" : filter_;
  text += " on " + broker.settings().name;
  if (broker.link().state != LinkState::State::up) text += " (not connected)";
  return text;
}

Roster Room::roster() const {
  Roster roster{{}, nick_};
  const auto role = seat_.rights.publish.empty() ? Role::visitor : Role::participant;
  roster.members.push_back({.name = nick_, .address = {}, .role = role});
  for (const auto& [topic, known] : topics_)
    roster.members.push_back({.name = known.nick, .address = {}, .role = Role::participant, .is_bot = true});
  if (has_others_)
    roster.members.push_back({.name = std::string{others}, .address = {}, .role = Role::participant, .is_bot = true});
  return roster;
}

// --- What is published.

void Room::tell_change(Change::Kind kind, const std::string& nick) {
  if (!is_entered_) return;
  Change change{.kind = kind, .who = {}};
  change.who = {.name = nick, .address = {}, .role = Role::participant, .is_bot = true};
  seat_.emit(place_, Membership{{std::move(change)}});
}

std::string Room::nick_for(const Publication& publication, const Message& message) {
  const auto now = seat_.runtime.alarms.wall_clock();
  if (const auto known = topics_.find(publication.topic); known != topics_.end()) {
    known->second.last = message;
    known->second.at = now;
    return known->second.nick;
  }
  auto nick = nick_of(publication.topic, filter_);
  if (topics_.size() >= max_occupants || nick == nick_) {
    if (!std::exchange(has_others_, true)) tell_change(Change::Kind::join, std::string{others});
    return std::string{others};
  }
  seat_.addresses.remember(publication.topic);
  topics_.emplace(publication.topic, Topic{nick, message, now});
  tell_change(Change::Kind::join, nick);
  return nick;
}

void Room::forget(const std::string& topic) {
  const auto known = topics_.find(topic);
  if (known == topics_.end()) return;
  tell_held(topic);
  tell_change(Change::Kind::leave, known->second.nick);
  topics_.erase(known);
}

void Room::on_publication(const Publication& publication) {
  // An empty value takes away what was kept.
  if (publication.payload.empty()) return forget(publication.topic);
  if (is_carried_round(publication)) return seat_.runtime.counters.add("mqtt_publications_dropped", "carried");
  const auto known = topics_.find(publication.topic);
  const bool is_known =
      known != topics_.end() && known->second.last.data && known->second.last.data->bytes == publication.payload;
  if (publication.retain && is_known) return;  // told again after a session was lost
  const auto form = form_of(publication);
  Message message{Style::normal, to_text(publication, form)};
  message.data = to_data(publication, form);
  const auto nick = nick_for(publication, message);
  if (nick == others) {
    if (publication.retain) return seat_.runtime.counters.add("mqtt_publications_dropped", "room_full");
    message.text = publication.topic + ": " + message.text;
  }
  // The broker may have kept it for a link while the gateway was not there, and it does not come again.
  const bool is_for_a_link = seat_.is_gateway && !publication.retain;
  if (!is_entered_ && !is_for_a_link) return;
  auto event = seat_.make_event(place_, std::move(message), nick);
  if (publication.retain) event->about.at = seat_.runtime.alarms.wall_clock();
  if (must_wait(publication)) return hold(publication.topic, std::move(event));
  tell_held(publication.topic);
  seat_.held.emit(std::move(event));
}

// --- What comes too fast.

bool Room::must_wait(const Publication& publication) {
  if (seat_.hearing == nullptr || publication.qos > 0 || publication.retain) return false;
  return !held_.empty() || !seat_.hearing->take(seat_.runtime.alarms.now());
}

void Room::hold(const std::string& topic, EventPtr event) {
  const auto known = topics_.find(topic);
  if (known == topics_.end()) return seat_.runtime.counters.add("mqtt_publications_dropped", "room_full");
  if (known->second.held != nullptr) {
    ++known->second.skipped;
  } else {
    held_.push_back(topic);
  }
  known->second.held = std::move(event);
  if (!alarm_.is_set()) alarm_.set(seat_.hearing->ready_at(seat_.runtime.alarms.now()));
}

void Room::tell_held(const std::string& topic) {
  const auto known = topics_.find(topic);
  if (known == topics_.end() || known->second.held == nullptr) return;
  auto event = std::move(known->second.held);
  auto& message = std::get<Message>(event->what);
  if (const auto skipped = std::exchange(known->second.skipped, 0); skipped != 0) {
    message.data->skipped = skipped;
    message.text = fmt::format("{} ({} skipped)", message.text, skipped);
  }
  std::erase(held_, topic);
  seat_.held.emit(std::move(event));
}

void Room::on_alarm() {
  const auto now = seat_.runtime.alarms.now();
  while (!held_.empty() && seat_.hearing->take(now)) tell_held(std::string{held_.front()});
  if (!held_.empty()) alarm_.set(seat_.hearing->ready_at(now));
}

// --- What the user says.

std::optional<Room::Target> Room::target_of(std::string_view text) const {
  if (!has_wildcard(filter_) && filter_ != all_devices) return Target{filter_, std::string{text}};
  const bool is_called = text.starts_with('@');
  if (is_called) text.remove_prefix(1);
  std::optional<Target> best;
  std::size_t length = 0;
  for (const auto& [topic, known] : topics_) {
    const auto& nick = known.nick;
    if (nick.size() < length || !text.starts_with(nick)) continue;
    auto rest = text.substr(nick.size());
    const bool has_mark = rest.starts_with(':') || rest.starts_with(',');
    if (!has_mark && !(is_called && rest.starts_with(' '))) continue;
    rest.remove_prefix(1);
    if (has_mark && rest.starts_with(' ')) rest.remove_prefix(1);
    length = nick.size();
    best = Target{topic, std::string{rest}};
  }
  return best;
}

Outcome Room::said(EventPtr& event, const std::string& text) {
  auto target = target_of(text);
  if (!target) return Rejected{{Condition::not_acceptable, Remedy::modify, std::string{help}, {}}};
  return seat_.publish(event, target->topic, std::move(target->value), 1, false, this);
}

Outcome Room::pass_on(EventPtr& event, const Data& value) {
  const bool is_one_topic = !has_wildcard(filter_) && filter_ != all_devices;
  const bool has_name = is_topic_name(value.place) && matches(filter_, value.place);
  if (!is_one_topic && !has_name) return said(event, std::string{std::get<Message>(event->what).text});
  Publication publication{.topic = is_one_topic ? filter_ : value.place,
                          .payload = value.bytes,
                          .qos = 1,
                          .content_type = value.media_type,
                          .is_utf8 = value.form != Data::Form::binary,
                          .expiry = value.expiry,
                          .properties = value.properties};
  const auto scheme = seat_.addresses.scheme();
  if (seat_.is_gateway && seat_.carried != nullptr && event->about.actor.address.starts_with(scheme))
    seat_.carried->expect({.topic = {}, .payload = value.bytes}, seat_.runtime.alarms.now());
  return seat_.publish(event, std::move(publication), this);
}

bool Room::is_carried_round(const Publication& publication) const {
  if (!seat_.is_gateway || publication.is_own) return false;
  // Marks do not come through MQTT 3.1.1: there it is known by what it says.
  return has_passed(publication, seat_.instance) ||
         (seat_.carried != nullptr && !publication.retain &&
          seat_.carried->take({.topic = {}, .payload = publication.payload}, seat_.runtime.alarms.now()));
}

void Room::answer(ReadSettings& question) const {
  question.name = filter_ == all_devices ? "All devices" : filter_;
  question.members = static_cast<std::uint32_t>(topics_.size() + 1);
  question.subject = RoomInfo::Subject{subject(), {}, {}};
}

}  // namespace isthmus::mqtt
