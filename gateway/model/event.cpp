#include "gateway/model/event.hpp"

#include <boost/container_hash/hash.hpp>

namespace isthmus {

std::size_t hash_value(const Conversation& conversation) noexcept {
  std::size_t seed = static_cast<std::size_t>(conversation.adapter) * 4 + static_cast<std::size_t>(conversation.kind);
  boost::hash_combine(seed, conversation.network);
  boost::hash_combine(seed, conversation.native);
  return seed;
}

}  // namespace isthmus
