#include "adapters/mqtt/devices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

#include "adapters/mqtt/payload.hpp"
#include "adapters/mqtt/topic.hpp"

namespace isthmus::mqtt {
namespace {

constexpr std::size_t shown_values = 3;
constexpr std::size_t max_value = 60;  // bytes of one in a status

/// Subscriptions that nobody waits for.
void ignore(const Reason&) {}

}  // namespace

Device::Device(Runtime& runtime, Broker& broker, std::string slug, DeviceInfo info)
    : runtime_{runtime}, broker_{broker}, slug_{std::move(slug)}, info_{std::move(info)} {}

Device::~Device() {
  for (const auto& topic : topics_) broker_.remove(*this, topic);
}

bool Device::is_there(const Availability& availability) const {
  if (availability.sources.empty()) return true;
  std::size_t there = 0;
  for (const auto& source : availability.sources) {
    const auto told = told_.find(source.topic);
    const bool is_it = told != told_.end() && source.value.render(told->second) == source.there;
    if (availability.mode == Availability::Mode::latest && last_told_ == source.topic) return is_it;
    there += is_it ? 1U : 0U;
  }
  return availability.mode == Availability::Mode::all ? there == availability.sources.size() : there > 0;
}

bool Device::is_available() const {
  return std::ranges::any_of(entities_, [&](const auto& item) { return is_there(item.second.entity.availability); });
}

std::string Device::text(const State& state, SystemTime now) {
  const auto& entity = state.entity;
  const bool is_expired = entity.expires_after && state.at + *entity.expires_after < now;
  if (!state.value || is_expired) return {};
  const auto value = to_status(*state.value, max_value);
  if (entity.kind != Entity::Kind::sensor) {
    if (value == entity.state_on) return "ON";
    if (value == entity.state_off) return "OFF";
  }
  return entity.unit.empty() ? value : value + " " + entity.unit;
}

std::string Device::status(const Rights& rights, SystemTime now) const {
  std::string status;
  std::size_t shown = 0;
  for (const auto& [name, state] : entities_) {
    const auto value = text(state, now);
    if (value.empty() || shown == shown_values || !rights.may_subscribe(state.entity.state_topic)) continue;
    status += (shown++ == 0 ? "" : ", ") + value;
  }
  return status;
}

void Device::put(const std::string& name, const DeviceInfo& info, Entity entity) {
  info_ = info;
  auto found = entities_.find(name);
  if (found == entities_.end()) {
    if (entities_.size() == max_entities) return;
    found = entities_.emplace(name, State{}).first;
  }
  found->second.entity = std::move(entity);
  look();
  tell();
}

void Device::remove(const std::string& name) {
  entities_.erase(name);
  look();
  tell();
}

void Device::add(DeviceWatcher& watcher) {
  watchers_.push_back(&watcher);
  look();
}

void Device::remove(DeviceWatcher& watcher) {
  std::erase(watchers_, &watcher);
  look();
}

void Device::look() {
  std::vector<std::string> wanted;
  const auto want = [&](const std::string& topic) {
    if (!topic.empty() && std::ranges::find(wanted, topic) == wanted.end()) wanted.push_back(topic);
  };
  if (!watchers_.empty()) {
    for (const auto& [name, state] : entities_) {
      for (const auto& source : state.entity.availability.sources) want(source.topic);
      want(state.entity.state_topic);
    }
  }
  const auto had = std::exchange(topics_, wanted);
  for (const auto& topic : had) {
    if (std::ranges::find(wanted, topic) == wanted.end()) broker_.remove(*this, topic);
  }
  for (const auto& topic : wanted) {
    if (std::ranges::find(had, topic) == had.end()) broker_.add(*this, topic, 1, ignore);
  }
}

void Device::tell() {
  const auto watchers = watchers_;
  for (auto* watcher : watchers) watcher->on_device(*this);
}

void Device::on_publication(const Publication& publication) {
  const auto form = form_of(publication);
  if (form == Data::Form::binary) return runtime_.counters.add("mqtt_publications_dropped", "device_binary");
  bool is_news = false;
  for (auto& [name, state] : entities_) {
    const auto& sources = state.entity.availability.sources;
    if (std::ranges::find(sources, publication.topic, &Availability::Source::topic) != sources.end()) {
      told_[publication.topic] = publication.payload;
      last_told_ = publication.topic;
      is_news = true;
    }
    if (state.entity.state_topic != publication.topic) continue;
    const auto value = state.entity.value.render(publication.payload);
    if (!value) continue;  // a message that does not hold this value
    state.value = value;
    state.at = runtime_.alarms.wall_clock();
    is_news = true;
  }
  if (is_news) tell();
}

// --- All of a broker.

Devices::Devices(Runtime& runtime, Broker& broker, std::string prefix, DevicesListener& listener, KeptNames* kept)
    : runtime_{runtime}, broker_{broker}, prefix_{std::move(prefix)}, listener_{listener}, kept_{kept} {
  if (kept_ != nullptr) slugs_ = kept_->slugs(broker.settings().name);
}

Devices::~Devices() {
  if (!is_started_) return;
  broker_.remove(*this, prefix_ + "/+/+/config");
  broker_.remove(*this, prefix_ + "/+/+/+/config");
}

void Devices::start() {
  if (prefix_.empty() || std::exchange(is_started_, true)) return;
  broker_.add(*this, prefix_ + "/+/+/config", 0, ignore);
  broker_.add(*this, prefix_ + "/+/+/+/config", 0, ignore);
}

Device* Devices::find(std::string_view slug) {
  const auto found = devices_.find(slug);
  return found == devices_.end() ? nullptr : found->second.get();
}

Device* Devices::find_or_add(const DeviceInfo& info) {
  auto known = slugs_.find(info.id);
  if (known == slugs_.end()) {
    if (slugs_.size() >= max_devices) return nullptr;
    auto slug = to_slug(info.name);
    const bool is_taken = std::ranges::any_of(slugs_, [&](const auto& item) { return item.second == slug; });
    // Two devices of one name differ by their ids.
    if (is_taken) slug += fmt::format("-{:04x}", std::hash<std::string>{}(info.id) & 0xFFFFU);
    if (std::ranges::any_of(slugs_, [&](const auto& item) { return item.second == slug; })) return nullptr;
    known = slugs_.emplace(info.id, std::move(slug)).first;
    if (kept_ != nullptr) kept_->keep_slug(broker_.settings().name, known->first, known->second);
  }
  auto& device = devices_[known->second];
  if (device == nullptr) device = std::make_unique<Device>(runtime_, broker_, known->second, info);
  return device.get();
}

void Devices::forget(const std::string& name) {
  hashes_.erase(name);
  const auto place = places_.find(name);
  if (place == places_.end()) return;
  const auto device = devices_.find(place->second);
  places_.erase(place);
  // One without anything is not there; whoever watches it waits for it to come back.
  if (device != devices_.end()) device->second->remove(name);
}

void Devices::on_publication(const Publication& publication) {
  const auto topic = parse_announcement_topic(publication.topic, prefix_);
  if (!topic) return;
  if (publication.payload.empty()) return forget(publication.topic);
  const auto hash = std::hash<std::string>{}(publication.payload);
  const auto known = hashes_.find(publication.topic);
  if (known != hashes_.end() && known->second == hash) return;  // devices say it again and again
  auto announced = parse_announcement(*topic, publication.payload);
  auto* device = announced && places_.size() < max_entities ? find_or_add(announced->device) : nullptr;
  if (device == nullptr) return runtime_.counters.add("mqtt_publications_dropped", "announcement");
  hashes_[publication.topic] = hash;
  const auto place = places_.find(publication.topic);
  if (place != places_.end() && place->second != device->slug()) forget(publication.topic);
  places_[publication.topic] = device->slug();
  const bool is_new = device->entities().empty();
  device->put(publication.topic, announced->device, std::move(announced->entity));
  if (is_new) listener_.on_new_device(*device);
}

}  // namespace isthmus::mqtt
