#pragma once
// Names that must mean the same after a restart, for all users: slugs of devices, and topics whose addresses are
// digests. In the store they are settings of nobody.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/store/store.hpp"

namespace isthmus::mqtt {

class KeptNames {
 public:
  static constexpr std::size_t max_id = 500;  // bytes of a device's id; a longer one is not kept

  /// `store` outlives this. Reads what is stored; before the loop runs.
  explicit KeptNames(Store& store);

  const std::vector<std::string>& topics() const { return topics_; }
  /// `digest` names the topic.
  void keep_topic(std::string_view topic, std::string_view digest);
  void drop_topic(std::string_view digest);

  /// The slugs of a broker's devices by their ids, as they were at the start.
  std::map<std::string, std::string> slugs(std::string_view broker) const;
  void keep_slug(std::string_view broker, const std::string& id, const std::string& slug);

 private:
  void put(std::string_view place, std::string key, std::string_view value);

  Store& store_;
  std::vector<std::string> topics_;
  std::map<std::string, std::map<std::string, std::string>, std::less<>> slugs_;  // by broker
};

}  // namespace isthmus::mqtt
