#include "gateway/access.hpp"

#include <algorithm>

namespace isthmus {

bool Access::may_use(std::string_view owner) const noexcept {
  const auto at = owner.find('@');
  const auto domain = at == std::string_view::npos ? owner : owner.substr(at + 1);
  return std::ranges::any_of(users_,
                             [&](const std::string& user) { return user == "*" || user == owner || user == domain; });
}

}  // namespace isthmus
