#include "gateway/store/ids_table.hpp"

#include <soci/soci.h>

#include <algorithm>
#include <utility>

#include "gateway/store/users_table.hpp"

namespace isthmus {
namespace {

long long to_number(SystemTime time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

}  // namespace

void write_ids(soci::session& sql, const StoredIds& ids) {
  const long long user = user_id(sql, ids.owner);
  const long long time = to_number(ids.at);
  for (std::size_t i = 0; i < ids.pieces.size(); ++i) {
    const int number = static_cast<int>(i);
    sql << "INSERT OR REPLACE INTO id_map (piece, native, network, adapter, user, whole, number, id, origin, time) "
           "VALUES (:piece, :native, :network, :adapter, :user, :whole, :number, :id, :origin, :time)",
        soci::use(ids.pieces[i]), soci::use(ids.native), soci::use(ids.network), soci::use(ids.adapter),
        soci::use(user), soci::use(ids.pieces.front()), soci::use(number), soci::use(ids.id), soci::use(ids.origin),
        soci::use(time);
  }
}

std::vector<StoredIds> read_ids(soci::session& sql, const std::string& owner, const std::string& adapter,
                                const std::string& network, std::size_t most) {
  std::vector<StoredIds> all;
  StoredIds one;
  std::string piece;
  std::string whole;
  int number = 0;
  long long time = 0;
  // Pieces of one message have one time, and the first its id.
  soci::statement rows =
      (sql.prepare << "SELECT native, id, origin, piece, whole, number, time FROM id_map WHERE user = (SELECT id FROM "
                      "users WHERE owner = :owner) AND network = :network AND adapter = :adapter "
                      "ORDER BY time DESC, whole DESC, number DESC",
       soci::use(owner), soci::use(network), soci::use(adapter), soci::into(one.native), soci::into(one.id),
       soci::into(one.origin), soci::into(piece), soci::into(whole), soci::into(number), soci::into(time));
  rows.execute();
  while (rows.fetch()) {
    one.pieces.insert(one.pieces.begin(), piece);
    if (number > 0) continue;
    one.owner = owner;
    one.adapter = adapter;
    one.network = network;
    one.at = SystemTime{std::chrono::milliseconds{time}};
    all.push_back(one);
    one.pieces.clear();
    if (all.size() == most) break;
  }
  std::ranges::reverse(all);
  return all;
}

std::string whole_of(soci::session& sql, const ArchivePlace& place, const std::string& piece) {
  std::string whole;
  sql << "SELECT whole FROM id_map WHERE piece = :piece AND native = :native AND network = :network AND "
         "adapter = :adapter LIMIT 1",
      soci::use(piece), soci::use(place.native), soci::use(place.network), soci::use(place.adapter), soci::into(whole);
  return whole;
}

void trim_ids(soci::session& sql, SystemTime oldest) {
  const long long time = to_number(oldest);
  sql << "DELETE FROM id_map WHERE time < :time", soci::use(time);
}

}  // namespace isthmus
