#pragma once
// Who may use the gateway, and how much of it.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/model/name.hpp"
#include "gateway/model/refusal.hpp"
#include "gateway/token_bucket.hpp"

namespace isthmus {

/// What one user may have open. 0 is none.
struct UserLimits {
  std::size_t sessions = 20;  // networks that the user is on
  std::size_t rooms = 100;    // that the user is in, over all networks
};

/// How much users may ask for in a time: messages, presences and queries, whatever becomes of them.
struct AccessRates {
  unsigned user_burst = 200;
  double user_rate = 20;  // a second, for each user; 0: no limit
  unsigned total_burst = 20'000;
  double total_rate = 5'000;  // a second, for all together; 0: no limit
};

class Access {
 public:
  /// `users`: owners (name@domain), domains, or "*" for everybody. `admins`: owners, who may use it too. All in
  /// prepared form.
  explicit Access(std::vector<std::string> users, const AccessRates& rates = {}, std::vector<std::string> admins = {});

  /// `owner` is name@domain, or a domain alone.
  bool may_use(std::string_view owner) const noexcept;
  bool is_admin(std::string_view owner) const noexcept;

  /// Counts one thing that `owner` asks for at `now`. A refusal, which names the limit, when it is one too many.
  std::optional<Refusal> admit(const Name& owner, TokenBucket::Time now);

 private:
  /// Forgets users whose bucket is full, when there are many of them.
  void forget_idle(TokenBucket::Time now);

  static constexpr std::size_t least_to_sweep = 1'024;

  std::vector<std::string> users_;
  std::vector<std::string> admins_;
  AccessRates rates_;
  TokenBucket all_;
  TokenRate each_;
  boost::unordered_flat_map<Name, TokenBucket::Time> buckets_;  // when each will be full
  std::size_t sweep_at_ = least_to_sweep;  // how many buckets there are when the idle ones are forgotten next
};

}  // namespace isthmus
