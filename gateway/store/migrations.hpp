#pragma once
// The versions of the file, and the way from each to the next.
#include <string>

namespace soci {
class session;
}

namespace isthmus {

/// Brings the file behind `sql` to the newest version, each step in a transaction of its own. `path` is the file's, or
/// ":memory:". Throws soci::soci_error, or std::runtime_error when the file is newer than this program.
void migrate(soci::session& sql, const std::string& path);

/// Throws std::runtime_error when the file is newer than this program, soci::soci_error when it is no database.
void check_version(soci::session& sql);

}  // namespace isthmus
