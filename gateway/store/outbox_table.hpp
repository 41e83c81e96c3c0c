#pragma once
// Messages on their way, in SQL.
#include <string>
#include <vector>

#include "gateway/store/store.hpp"

namespace soci {
class session;
}

namespace isthmus {

// All of them throw soci::soci_error.
std::vector<StoredMessage> read_outbox(soci::session& sql);
void write_outbox(soci::session& sql, const StoredMessage& message);
void remove_from_outbox(soci::session& sql, const std::string& id);

}  // namespace isthmus
