#pragma once
// The archive's tables, read: on the store's thread alone.
#include <soci/soci.h>

#include "gateway/store/archive_store.hpp"

namespace isthmus {

/// Throws soci::soci_error.
ArchiveAnswer read_archive(soci::session& sql, const ArchiveQuery& query);

}  // namespace isthmus
