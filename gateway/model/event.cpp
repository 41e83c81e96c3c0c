#include "gateway/model/event.hpp"

#include <boost/container_hash/hash.hpp>
#include <new>
#include <utility>

namespace isthmus {
namespace {

struct Unused {
  Unused* next;
};

// A sanitizer sees the use of an event that is gone only where its storage is not used again.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ISTHMUS_NO_REUSE
#endif
#endif
#ifdef ISTHMUS_NO_REUSE
constexpr std::size_t max_unused = 0;
#else
constexpr std::size_t max_unused = 256;
#endif

Unused* first_unused = nullptr;
std::size_t unused_count = 0;

}  // namespace

void* Event::operator new(std::size_t size) {
  if (first_unused == nullptr) return ::operator new(size);
  --unused_count;
  return std::exchange(first_unused, first_unused->next);
}

void Event::operator delete(void* storage) noexcept {
  if (unused_count == max_unused) return ::operator delete(storage);
  ++unused_count;
  first_unused = ::new (storage) Unused{first_unused};
}

std::size_t hash_value(const Conversation& conversation) noexcept {
  std::size_t seed = static_cast<std::size_t>(conversation.adapter) * 4 + static_cast<std::size_t>(conversation.kind);
  boost::hash_combine(seed, conversation.network);
  boost::hash_combine(seed, conversation.native);
  return seed;
}

}  // namespace isthmus
