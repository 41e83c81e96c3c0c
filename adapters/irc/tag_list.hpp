#pragma once
// The tags of one line that is written.
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "adapters/irc/line.hpp"

namespace isthmus::irc {

class TagList {
 public:
  /// `key` and `value` must outlive the list.
  void add(std::string_view key, std::string_view value = {}) noexcept {
    if (count_ < tags_.size()) tags_[count_++] = {key, value};
  }
  std::span<const Tag> all() const noexcept { return {tags_.data(), count_}; }

 private:
  std::array<Tag, 6> tags_{};
  std::size_t count_ = 0;
};

}  // namespace isthmus::irc
