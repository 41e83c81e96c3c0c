#pragma once
// The topics of one broker that anything was ever published to while somebody listened: what can be browsed.
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/request.hpp"

namespace isthmus::mqtt {

class SeenTopics {
 public:
  static constexpr std::size_t max = 20'000;  // further ones are not noted

  /// Something was published there. False when it is not noted, for there are too many.
  bool note(std::string_view topic);
  /// Nothing is kept there any more.
  void forget(std::string_view topic);
  bool has(std::string_view topic) const { return topics_.contains(topic); }

  /// The next levels below `branch`, which ends in a slash or is empty, by name: of topics that `is_shown` accepts.
  std::vector<ReadBranch::Entry> below(std::string_view branch,
                                       const std::function<bool(std::string_view topic)>& is_shown) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  boost::unordered_flat_set<std::string, Hash, std::equal_to<>> topics_;
};

}  // namespace isthmus::mqtt
