#pragma once
// By which ids what users said is known, in SQL.
#include <string>
#include <vector>

#include "gateway/store/store.hpp"

namespace soci {
class session;
}

namespace isthmus {

// All of them throw soci::soci_error.
void write_ids(soci::session& sql, const StoredIds& ids);
std::vector<StoredIds> read_ids(soci::session& sql, const std::string& owner, const std::string& adapter,
                                const std::string& network, std::size_t most);
/// The id of the whole of which `piece` was said there; empty when it is not known.
std::string whole_of(soci::session& sql, const ArchivePlace& place, const std::string& piece);
/// Removes what was said before `oldest`.
void trim_ids(soci::session& sql, SystemTime oldest);

}  // namespace isthmus
