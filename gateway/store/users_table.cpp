#include "gateway/store/users_table.hpp"

#include <soci/soci.h>

namespace isthmus {

long long user_id(soci::session& sql, const std::string& owner) {
  sql << "INSERT OR IGNORE INTO users (owner) VALUES (:owner)", soci::use(owner);
  long long id = 0;
  sql << "SELECT id FROM users WHERE owner = :owner", soci::use(owner), soci::into(id);
  return id;
}

}  // namespace isthmus
