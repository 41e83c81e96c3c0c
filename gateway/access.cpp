#include "gateway/access.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace isthmus {
namespace {

Refusal too_fast(std::string_view who, double rate) {
  return {Condition::resource_constraint,
          Remedy::wait,
          fmt::format("Too fast: the limit is {:g} stanzas a second for {}. Try again in a moment.", rate, who),
          {}};
}

}  // namespace

Access::Access(std::vector<std::string> users, const AccessRates& rates, std::vector<std::string> admins)
    : users_{std::move(users)},
      admins_{std::move(admins)},
      rates_{rates},
      all_{rates.total_burst, rates.total_rate},
      each_{rates.user_burst, rates.user_rate} {}

bool Access::may_use(std::string_view owner) const noexcept {
  const auto at = owner.find('@');
  const auto domain = at == std::string_view::npos ? owner : owner.substr(at + 1);
  const auto is_meant = [&](const std::string& user) { return user == "*" || user == owner || user == domain; };
  return std::ranges::any_of(users_, is_meant) || is_admin(owner);
}

bool Access::is_admin(std::string_view owner) const noexcept {
  return std::ranges::find(admins_, owner) != admins_.end();
}

std::optional<Refusal> Access::admit(const Name& owner, TokenBucket::Time now) {
  if (rates_.user_rate > 0) {
    if (buckets_.size() >= sweep_at_) forget_idle(now);
    // The user's own limit first: who is over it must not use up what is for all.
    if (!each_.take(buckets_[owner], now)) return too_fast("each user", rates_.user_rate);
  }
  if (!all_.take(now)) return too_fast("all users together", rates_.total_rate);
  return std::nullopt;
}

void Access::forget_idle(TokenBucket::Time now) {
  boost::unordered::erase_if(buckets_, [&](const auto& item) { return item.second <= now; });
  sweep_at_ = std::max(least_to_sweep, buckets_.size() * 2);
}

}  // namespace isthmus
