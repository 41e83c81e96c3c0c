#pragma once
// The users, whom all other tables refer to by number. What belongs to a user refers to it with ON DELETE CASCADE, so
// that forgetting one is removing one row.
#include <string>

namespace soci {
class session;
}

namespace isthmus {

/// The number of `owner`, which is made when there is none yet. Throws soci::soci_error.
long long user_id(soci::session& sql, const std::string& owner);

}  // namespace isthmus
