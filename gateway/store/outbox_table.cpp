#include "gateway/store/outbox_table.hpp"

#include <soci/soci.h>

#include "gateway/store/users_table.hpp"

namespace isthmus {

std::vector<StoredMessage> read_outbox(soci::session& sql) {
  std::vector<StoredMessage> all;
  StoredMessage one;
  int from_owner = 0;
  long long time = 0;
  int kind = 0;
  soci::statement rows =
      (sql.prepare << "SELECT outbox.id, owner, address, from_owner, sender, ref, client, client_id, time, kind, text, "
                      "rest FROM outbox JOIN users ON users.id = user ORDER BY outbox.id",
       soci::into(one.id), soci::into(one.owner), soci::into(one.address), soci::into(from_owner),
       soci::into(one.sender), soci::into(one.ref), soci::into(one.client), soci::into(one.client_id), soci::into(time),
       soci::into(kind), soci::into(one.said.text), soci::into(one.said.rest));
  rows.execute();
  while (rows.fetch()) {
    one.from_owner = from_owner != 0;
    one.at = SystemTime{std::chrono::milliseconds{time}};
    one.said.kind = static_cast<SaidRecord::Kind>(kind);
    all.push_back(one);
  }
  return all;
}

void write_outbox(soci::session& sql, const StoredMessage& message) {
  const long long user = user_id(sql, message.owner);
  const int from_owner = message.from_owner ? 1 : 0;
  const long long time = std::chrono::duration_cast<std::chrono::milliseconds>(message.at.time_since_epoch()).count();
  const int kind = static_cast<int>(message.said.kind);
  sql << "INSERT OR REPLACE INTO outbox (id, user, address, from_owner, sender, ref, client, client_id, time, kind, "
         "text, rest) VALUES (:id, :user, :address, :from_owner, :sender, :ref, :client, :client_id, :time, :kind, "
         ":text, :rest)",
      soci::use(message.id), soci::use(user), soci::use(message.address), soci::use(from_owner),
      soci::use(message.sender), soci::use(message.ref), soci::use(message.client), soci::use(message.client_id),
      soci::use(time), soci::use(kind), soci::use(message.said.text), soci::use(message.said.rest);
}

void remove_from_outbox(soci::session& sql, const std::string& id) {
  sql << "DELETE FROM outbox WHERE id = :id", soci::use(id);
}

}  // namespace isthmus
