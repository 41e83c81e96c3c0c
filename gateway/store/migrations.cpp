#include "gateway/store/migrations.hpp"

#include <soci/soci.h>

#include <array>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace isthmus {
namespace {

using Steps = std::vector<std::string_view>;

/// Version i + 1 is what versions[i] makes of version i. What was released is never changed, only added to.
const std::array versions{
    Steps{
        "CREATE TABLE users (id INTEGER PRIMARY KEY, owner TEXT NOT NULL UNIQUE)",
        "CREATE TABLE settings ("
        "  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
        "  adapter TEXT NOT NULL, place TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,"
        "  is_secret INTEGER NOT NULL,"
        "  PRIMARY KEY (user, adapter, place, key)) WITHOUT ROWID",
        "CREATE TABLE subscriptions ("
        "  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
        "  address TEXT NOT NULL,"
        "  PRIMARY KEY (user, address)) WITHOUT ROWID",
    },
    Steps{
        // Archives (docs/decisions/archive.md). A place without a user is a room, which its visitors share.
        "CREATE TABLE places ("
        "  id INTEGER PRIMARY KEY,"
        "  user INTEGER REFERENCES users (id) ON DELETE CASCADE,"
        "  adapter TEXT NOT NULL, network TEXT NOT NULL, native TEXT NOT NULL)",
        "CREATE UNIQUE INDEX places_by_name ON places (native, network, adapter, ifnull(user, 0))",
        "CREATE INDEX places_by_user ON places (user)",
        "CREATE TABLE archive ("
        "  place INTEGER NOT NULL REFERENCES places (id) ON DELETE CASCADE,"
        "  position INTEGER NOT NULL,"
        "  number INTEGER NOT NULL,"  // without gaps, so that differences are counts
        "  id TEXT NOT NULL,"
        "  sender TEXT NOT NULL COLLATE NOCASE, account TEXT NOT NULL,"
        "  author INTEGER REFERENCES users (id) ON DELETE SET NULL, author_id TEXT NOT NULL,"
        "  kind INTEGER NOT NULL, text TEXT NOT NULL, rest TEXT NOT NULL,"
        "  PRIMARY KEY (place, position)) WITHOUT ROWID",
        "CREATE UNIQUE INDEX archive_by_id ON archive (place, id)",
        "CREATE INDEX archive_by_sender ON archive (place, sender)",
        "CREATE INDEX archive_by_author ON archive (author, place) WHERE author IS NOT NULL",
        "CREATE TABLE visits ("
        "  place INTEGER NOT NULL REFERENCES places (id) ON DELETE CASCADE,"
        "  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
        "  since INTEGER NOT NULL, until INTEGER,"  // NULL: it lasts
        "  PRIMARY KEY (place, user, since)) WITHOUT ROWID",
        "CREATE INDEX visits_by_user ON visits (user)",
        "CREATE TABLE outbox ("
        "  id TEXT PRIMARY KEY,"
        "  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
        "  address TEXT NOT NULL, from_owner INTEGER NOT NULL, sender TEXT NOT NULL, ref TEXT NOT NULL,"
        "  client TEXT NOT NULL, client_id TEXT NOT NULL, time INTEGER NOT NULL,"  // milliseconds since 1970
        "  kind INTEGER NOT NULL, text TEXT NOT NULL, rest TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX outbox_by_user ON outbox (user)",
    },
    Steps{
        // By which ids what users said is known; a row for each piece, of which the first has the id of the whole.
        "CREATE TABLE id_map ("
        "  piece TEXT NOT NULL, native TEXT NOT NULL, network TEXT NOT NULL, adapter TEXT NOT NULL,"
        "  user INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
        "  whole TEXT NOT NULL, number INTEGER NOT NULL,"
        "  id TEXT NOT NULL, origin TEXT NOT NULL, time INTEGER NOT NULL,"  // milliseconds since 1970
        "  PRIMARY KEY (piece, native, network, adapter, user)) WITHOUT ROWID",
        "CREATE INDEX id_map_by_user ON id_map (user, network, time)",
        "CREATE INDEX id_map_by_time ON id_map (time)",
    },
};

int version_of(soci::session& sql) {
  int version = 0;
  sql << "PRAGMA user_version", soci::into(version);
  return version;
}

/// What the file was before it is changed, should the new program turn out to be the wrong one.
void keep_copy(soci::session& sql, const std::string& path, int version) {
  const std::string copy = path + "." + std::to_string(version) + ".bak";
  std::error_code ignored;  // there is none, mostly
  std::filesystem::remove(copy, ignored);
  sql << "VACUUM INTO :copy", soci::use(copy);
}

}  // namespace

void check_version(soci::session& sql) {
  const int found = version_of(sql);
  const int newest = static_cast<int>(versions.size());
  if (found > newest) {
    throw std::runtime_error{"it was written by a newer version of this program (schema " + std::to_string(found) +
                             ", known here: " + std::to_string(newest) + ")"};
  }
}

void migrate(soci::session& sql, const std::string& path) {
  check_version(sql);
  const int found = version_of(sql);
  const int newest = static_cast<int>(versions.size());
  if (found > 0 && found < newest) keep_copy(sql, path, found);
  for (int version = found; version < newest; ++version) {
    soci::transaction step{sql};
    for (const std::string_view statement : versions[static_cast<std::size_t>(version)]) sql << std::string{statement};
    sql << "PRAGMA user_version = " + std::to_string(version + 1);
    step.commit();
  }
}

}  // namespace isthmus
