#include "adapters/mqtt/echoes.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>

namespace isthmus::mqtt {

std::size_t fingerprint(const Publication& publication) noexcept {
  std::size_t seed = 0;
  boost::hash_combine(seed, publication.topic);
  boost::hash_combine(seed, publication.payload);
  return seed;
}

void Echoes::expect(const Publication& publication, SteadyTime now) {
  if (expected_.size() == max) expected_.pop_front();
  expected_.push_back({fingerprint(publication), now + lifetime});
}

bool Echoes::take(const Publication& publication, SteadyTime now) {
  while (!expected_.empty() && expected_.front().until <= now) expected_.pop_front();
  if (expected_.empty()) return false;
  const auto found = std::ranges::find(expected_, fingerprint(publication), &Expected::fingerprint);
  if (found == expected_.end()) return false;
  expected_.erase(found);
  return true;
}

}  // namespace isthmus::mqtt
