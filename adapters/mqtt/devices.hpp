#pragma once
// The devices that a broker's discovery topics announce: what each has, and how it is. Shared by all users; what is
// told of a device is subscribed to while somebody watches it.
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/mqtt/broker.hpp"
#include "adapters/mqtt/discovery.hpp"
#include "adapters/mqtt/kept_names.hpp"

namespace isthmus::mqtt {

class Device;

class DeviceWatcher {
 public:
  /// Something of it has changed.
  virtual void on_device(const Device& device) = 0;

 protected:
  ~DeviceWatcher() = default;
};

class Device final : public View {
 public:
  struct State {
    Entity entity;
    std::optional<std::string> value;  // as the entity's template makes it of what was told
    SystemTime at{};
  };
  static constexpr std::size_t max_entities = 64;

  Device(Runtime& runtime, Broker& broker, std::string slug, DeviceInfo info);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  const std::string& slug() const { return slug_; }
  const DeviceInfo& info() const { return info_; }
  /// By the names of their announcements.
  const std::map<std::string, State>& entities() const { return entities_; }
  /// As its availability topics say; without any it is there.
  bool is_available() const;
  /// Up to three values that `rights` let be read: "21.5 °C, 48 %, ON".
  std::string status(const Rights& rights, SystemTime now) const;
  /// "ON", "21.5 °C"; empty when nothing is known, or what is known has expired.
  static std::string text(const State& state, SystemTime now);

  void put(const std::string& name, const DeviceInfo& info, Entity entity);
  void remove(const std::string& name);

  void add(DeviceWatcher& watcher);
  void remove(DeviceWatcher& watcher);
  void on_publication(const Publication& publication) override;

 private:
  bool is_there(const Availability& availability) const;
  /// Subscribes to what is needed now, and to nothing else.
  void look();
  void tell();

  Runtime& runtime_;
  Broker& broker_;
  std::string slug_;
  DeviceInfo info_;
  std::map<std::string, State> entities_;
  std::map<std::string, std::string> told_;  // what availability topics said last, by topic
  std::string last_told_;                    // the availability topic that spoke last
  std::vector<std::string> topics_;          // that are subscribed to
  std::vector<DeviceWatcher*> watchers_;
};

class DevicesListener {
 public:
  virtual void on_new_device(Device& device) = 0;

 protected:
  ~DevicesListener() = default;
};

class Devices final : public View {
 public:
  static constexpr std::size_t max_devices = 500;
  static constexpr std::size_t max_entities = 2'000;

  /// `prefix`: of the discovery topics; empty: devices are not looked for. `kept`: where slugs are kept; may be null.
  Devices(Runtime& runtime, Broker& broker, std::string prefix, DevicesListener& listener, KeptNames* kept);
  ~Devices();
  Devices(const Devices&) = delete;
  Devices& operator=(const Devices&) = delete;

  /// Listens, if it does not yet.
  void start();
  /// nullptr: there is none of that slug (yet). Good as long as this.
  Device* find(std::string_view slug);
  const std::map<std::string, std::unique_ptr<Device>, std::less<>>& all() const { return devices_; }

  void on_publication(const Publication& publication) override;

 private:
  Device* find_or_add(const DeviceInfo& info);
  void forget(const std::string& name);

  Runtime& runtime_;
  Broker& broker_;
  std::string prefix_;
  DevicesListener& listener_;
  KeptNames* kept_;
  bool is_started_ = false;
  std::map<std::string, std::unique_ptr<Device>, std::less<>> devices_;  // by slug
  std::map<std::string, std::string> slugs_;                             // by the device's id; kept when it goes
  std::map<std::string, std::string> places_;                            // slugs, by the announcement's topic
  std::map<std::string, std::size_t> hashes_;                            // of announcements, by topic
};

}  // namespace isthmus::mqtt
