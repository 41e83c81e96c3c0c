#pragma once
// Who may use the gateway.
#include <string>
#include <string_view>
#include <vector>

namespace isthmus {

class Access {
 public:
  /// `users`: owners (name@domain), domains, or "*" for everybody. All in prepared form.
  explicit Access(std::vector<std::string> users) : users_{std::move(users)} {}

  /// `owner` is name@domain, or a domain alone.
  bool may_use(std::string_view owner) const noexcept;

 private:
  std::vector<std::string> users_;
};

}  // namespace isthmus
