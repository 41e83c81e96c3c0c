#include "gateway/links/references.hpp"

#include <algorithm>

namespace isthmus {

void References::note(const EventId& id, const Conversation& place, std::string_view ref) {
  if (ref.empty()) return;
  const auto hex = to_hex(id);
  if (known_.size() == most) known_.pop_front();
  known_.push_back({{hex.data(), hex.size()}, place, std::string{ref}});
}

std::string References::translated(std::string_view ref, const Conversation& from, const Conversation& to) const {
  const auto here = std::find_if(known_.rbegin(), known_.rend(),
                                 [&](const Known& one) { return one.ref == ref && one.place == from; });
  const std::string id = here == known_.rend() ? std::string{ref} : here->id;
  const auto there =
      std::find_if(known_.rbegin(), known_.rend(), [&](const Known& one) { return one.id == id && one.place == to; });
  return there == known_.rend() ? id : there->ref;
}

}  // namespace isthmus
