#include "adapters/irc/recent.hpp"

#include <algorithm>
#include <functional>

namespace isthmus::irc {

namespace {

std::uint64_t hash(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }
std::uint32_t short_hash(std::string_view text) noexcept { return static_cast<std::uint32_t>(hash(text)); }

}  // namespace

bool Recent::is_by(const Entry& entry, std::string_view author) noexcept { return entry.author == short_hash(author); }

const Recent::Entry* Recent::find(std::string_view msgid) const noexcept {
  const auto found = std::ranges::find(ring_, hash(msgid), &Entry::msgid);
  return found == ring_.end() ? nullptr : &*found;
}

bool Recent::add(std::string_view msgid, std::string_view author, std::string_view place, SystemTime at) {
  if (find(msgid) != nullptr) return false;
  const Entry entry{.msgid = hash(msgid), .author = short_hash(author), .place = short_hash(place), .at = at};
  if (ring_.size() < max) {
    ring_.push_back(entry);
  } else {
    ring_[next_] = entry;
    next_ = (next_ + 1) % max;
  }
  return true;
}

void Recent::forget(std::string_view place) noexcept {
  const std::uint32_t there = short_hash(place);
  std::erase_if(ring_, [there](const Entry& entry) { return entry.place == there; });
  next_ = 0;
}

}  // namespace isthmus::irc
