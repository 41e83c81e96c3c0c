#include "adapters/mqtt/device_contact.hpp"

#include <algorithm>
#include <utility>

#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  return out;
}

constexpr std::string_view help =
    "state: all that is known of this device\non, off, toggle: sets its switch; of several name the one: lamp on";

}  // namespace

DeviceContact::DeviceContact(const Seat& seat, Conversation place, Device& device)
    : seat_{seat}, place_{std::move(place)}, device_{device}, alarm_{seat.runtime.alarms, [this] {
                                                                       seat_.say(place_, "It was not confirmed.");
                                                                       expected_of_.clear();
                                                                       seat_.runtime.router.settle();
                                                                     }} {
  device_.add(*this);
}

DeviceContact::~DeviceContact() { device_.remove(*this); }

void DeviceContact::tell_presence() {
  const auto now = seat_.runtime.alarms.wall_clock();
  Presence presence{Presence::Show::gone, {}};
  if (device_.is_available()) presence = {Presence::Show::available, device_.status(seat_.rights, now)};
  told_ = presence;
  has_told_ = true;
  seat_.emit(place_, std::move(presence));
}

void DeviceContact::on_device(const Device& device) {
  const auto now = seat_.runtime.alarms.wall_clock();
  const auto show = device.is_available() ? Presence::Show::available : Presence::Show::gone;
  const auto status = show == Presence::Show::gone ? std::string{} : device.status(seat_.rights, now);
  if (!has_told_ || told_.show != show || told_.status != status) tell_presence();
  const auto expected = device.entities().find(expected_of_);
  if (expected_of_.empty() || expected == device.entities().end()) return;
  if (Device::text(expected->second, now) != expected_) return;
  alarm_.clear();
  expected_of_.clear();
  seat_.say(place_, expected->second.entity.name + ": " + expected_);
}

bool DeviceContact::may_set(const Entity& entity) const {
  return entity.kind == Entity::Kind::toggle && seat_.rights.may_publish(entity.command_topic);
}

const DeviceContact::Item* DeviceContact::find_switch(std::string_view name) const {
  const Item* found = nullptr;
  for (const auto& item : device_.entities()) {
    const auto& entity = item.second.entity;
    if (entity.kind != Entity::Kind::toggle || (!name.empty() && lower(entity.name) != name)) continue;
    if (found != nullptr) return nullptr;
    found = &item;
  }
  return found;
}

Publication DeviceContact::command(const Entity& entity, bool on) const {
  Publication publication{.topic = entity.command_topic, .payload = on ? entity.on : entity.off};
  publication.qos = entity.qos;
  publication.retain = entity.retain;
  return publication;
}

void DeviceContact::expect(const std::string& name, const std::string& value) {
  expected_of_ = name;
  expected_ = value;
  alarm_.set(seat_.runtime.alarms.now() + confirmation);
}

Outcome DeviceContact::said(EventPtr& event, std::string_view text) {
  auto words = lower(text.substr(0, 200));
  if (words.starts_with('/')) words.erase(0, 1);
  if (words == "state" || words == "help") {
    seat_.say(place_, words == "help" ? std::string{help} : state_text());
    return Accepted{};
  }
  const auto space = words.rfind(' ');
  const auto verb = space == std::string::npos ? words : words.substr(space + 1);
  if (verb != "on" && verb != "off" && verb != "toggle") {
    seat_.say(place_, std::string{help});
    return Accepted{};
  }
  const auto* item = find_switch(space == std::string::npos ? "" : words.substr(0, space));
  if (item == nullptr) {
    seat_.say(place_, "There is no such switch, or several: name one.\n" + state_text());
    return Accepted{};
  }
  const auto& [name, state] = *item;
  const bool is_on = Device::text(state, seat_.runtime.alarms.wall_clock()) == "ON";
  const bool on = verb == "on" || (verb == "toggle" && !is_on);
  auto what = command(state.entity, on);
  if (!state.entity.state_topic.empty()) expect(name, on ? "ON" : "OFF");
  auto outcome = seat_.publish(event, what.topic, std::move(what.payload), what.qos, what.retain, nullptr);
  if (!std::holds_alternative<Pending>(outcome)) {
    expected_of_.clear();
    alarm_.clear();
  }
  return outcome;
}

std::string DeviceContact::state_text() const {
  const auto now = seat_.runtime.alarms.wall_clock();
  std::string text = device_.info().name + (device_.is_available() ? "" : " (not there)");
  for (const auto& [name, state] : device_.entities()) {
    if (!state.entity.state_topic.empty() && !seat_.rights.may_subscribe(state.entity.state_topic)) continue;
    const auto value = Device::text(state, now);
    text += "\n" + state.entity.name + ": " + (value.empty() ? "not known" : value);
  }
  return text;
}

Profile DeviceContact::profile() const {
  const auto& info = device_.info();
  Profile profile;
  profile.name = profile.full_name = info.name;
  profile.service = seat_.broker.settings().name;
  if (!info.manufacturer.empty()) profile.other.push_back("Manufacturer: " + info.manufacturer);
  if (!info.model.empty()) profile.other.push_back("Model: " + info.model);
  if (!info.version.empty()) profile.other.push_back("Version: " + info.version);
  SystemTime last{};
  for (const auto& [name, state] : device_.entities()) last = std::max(last, state.at);
  if (last != SystemTime{}) {
    const auto idle = std::chrono::duration_cast<std::chrono::seconds>(seat_.runtime.alarms.wall_clock() - last);
    profile.idle_seconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, idle.count()));
  }
  return profile;
}

Form DeviceContact::form() const {
  const auto now = seat_.runtime.alarms.wall_clock();
  Form form{device_.info().name, {}, {}};
  for (const auto& [name, state] : device_.entities()) {
    if (!may_set(state.entity)) continue;
    form.fields.push_back({.name = name,
                           .label = state.entity.name,
                           .kind = Field::Kind::yes_no,
                           .value = Device::text(state, now) == "ON" ? "true" : "false"});
  }
  if (form.fields.empty()) form.instructions = "There is nothing here that you may set.";
  return form;
}

CommandOutcome DeviceContact::set(const Form& filled) {
  const auto now = seat_.runtime.alarms.wall_clock();
  std::string done;
  for (const auto& [name, state] : device_.entities()) {
    const auto* field = filled.find(name);
    if (field == nullptr || !may_set(state.entity)) continue;
    const bool on = field->value == "true";
    if (on == (Device::text(state, now) == "ON")) continue;
    if (!state.entity.state_topic.empty()) expect(name, on ? "ON" : "OFF");
    seat_.broker.publish(command(state.entity, on), nullptr, [](const Reason&) {});
    done += (done.empty() ? "" : "\n") + state.entity.name + ": " + (on ? "ON" : "OFF") + " was asked for";
  }
  return CommandDone{done.empty() ? "Nothing was to be changed." : done};
}

}  // namespace isthmus::mqtt
