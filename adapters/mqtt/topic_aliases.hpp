#pragma once
// Short numbers for topics that we publish to (MQTT 5 §3.3.2.3.4), on one connection. A number stands for a topic from
// when the broker is known to have the publication that said so: until then the topic goes along. Pure.
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace isthmus::mqtt {

class TopicAliases {
 public:
  /// `most`: as the broker allows (Topic Alias Maximum); 0: none. Ours is 100 at the most.
  explicit TopicAliases(std::uint16_t most = 0);

  struct Use {
    std::uint16_t alias = 0;  // 0: none
    bool needs_topic = true;  // else the topic is left empty
  };
  /// For a publication to `topic`. The first topics get the numbers, and keep them. A short topic gets none.
  Use use(std::string_view topic);
  /// The broker has a publication that had both the topic and its number.
  void known(std::uint16_t alias);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  struct Entry {
    std::uint16_t alias;
    bool is_known = false;
  };
  std::uint16_t most_;
  std::unordered_map<std::string, Entry, Hash, std::equal_to<>> topics_;
  std::unordered_map<std::uint16_t, Entry*> by_alias_;
};

}  // namespace isthmus::mqtt
