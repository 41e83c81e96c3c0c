#include "xmpp/logins.hpp"

#include <algorithm>
#include <utility>

namespace isthmus::xmpp {

bool Logins::came(const Name& owner, std::string_view gateway, std::string_view client) {
  auto& known = clients_[owner];
  Client it{std::string{gateway}, std::string{client}};
  if (std::ranges::find(known, it) != known.end()) return false;
  if (known.size() == max_of_one_user) known.erase(known.begin());
  known.push_back(std::move(it));
  return true;
}

bool Logins::went(const Name& owner, std::string_view gateway, std::string_view client) {
  const auto found = clients_.find(owner);
  if (found == clients_.end()) return false;
  const bool was_there = std::erase(found->second, Client{std::string{gateway}, std::string{client}}) > 0;
  if (found->second.empty()) clients_.erase(found);
  return was_there;
}

}  // namespace isthmus::xmpp
