#pragma once
// A store that keeps what it is given for as long as it lives.
#include <algorithm>
#include <utility>

#include "gateway/store/store.hpp"

namespace isthmus::test {

class MemoryStore final : public Store {
 public:
  std::vector<Setting> settings() override { return all_settings; }
  std::vector<StoredSubscription> subscriptions() override { return all_subscriptions; }
  bool put(const Setting& setting) override {
    std::erase_if(all_settings, [&](const Setting& it) {
      return it.owner == setting.owner && it.adapter == setting.adapter && it.place == setting.place &&
             it.key == setting.key;
    });
    if (!setting.value.empty()) all_settings.push_back(setting);
    return true;
  }
  bool put(const StoredSubscription& subscription) override {
    remove(subscription);
    all_subscriptions.push_back(subscription);
    return true;
  }
  bool remove(const StoredSubscription& subscription) override {
    std::erase(all_subscriptions, subscription);
    return true;
  }
  bool forget(std::string_view owner) override {
    std::erase_if(all_settings, [&](const Setting& it) { return it.owner == owner; });
    std::erase_if(all_subscriptions, [&](const StoredSubscription& it) { return it.owner == owner; });
    return true;
  }
  void when_committed(std::function<void(bool)> done) override { done(true); }

  std::vector<Setting> all_settings;
  std::vector<StoredSubscription> all_subscriptions;
};

}  // namespace isthmus::test
