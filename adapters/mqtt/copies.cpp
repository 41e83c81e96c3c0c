#include "adapters/mqtt/copies.hpp"

#include "adapters/mqtt/echoes.hpp"

namespace isthmus::mqtt {

bool Copies::is_one(const Publication& publication, std::size_t subscriptions, bool are_granted, SteadyTime now) {
  if (comes_once_ || (subscriptions < 2 && left_ == 0)) return false;
  const auto mark = fingerprint(publication);
  if (left_ > 0 && mark == fingerprint_ && now - at_ <= patience) {
    --left_;
    return true;
  }
  // Another one follows where copies had to.
  if (is_sure_ && left_ > 0 && left_ == expected_ && mark != fingerprint_) comes_once_ = true;
  fingerprint_ = mark;
  expected_ = left_ = subscriptions < 2 ? 0 : subscriptions - 1;
  is_sure_ = are_granted;
  at_ = now;
  return false;
}

}  // namespace isthmus::mqtt
