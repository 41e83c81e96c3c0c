#include "gateway/store/outbox_table.hpp"

#include <chrono>

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

OutboxTable::OutboxTable(soci::session& sql)
    : insert_user_{(sql.prepare << "INSERT OR IGNORE INTO users (owner) VALUES (:owner)", soci::use(row_.owner))},
      insert_{(sql.prepare << "INSERT OR REPLACE INTO outbox (id, user, address, from_owner, sender, ref, client, "
                              "client_id, time, kind, text, rest) SELECT :id, users.id, :address, :from_owner, "
                              ":sender, :ref, :client, :client_id, :time, :kind, :text, :rest FROM users "
                              "WHERE owner = :owner",
               soci::use(row_.id), soci::use(row_.address), soci::use(from_owner_), soci::use(row_.sender),
               soci::use(row_.ref), soci::use(row_.client), soci::use(row_.client_id), soci::use(time_),
               soci::use(kind_), soci::use(row_.said.text), soci::use(row_.said.rest), soci::use(row_.owner))},
      delete_{(sql.prepare << "DELETE FROM outbox WHERE id = :id", soci::use(removed_))} {}

void OutboxTable::write(const StoredMessage& message) {
  row_ = message;
  from_owner_ = message.from_owner ? 1 : 0;
  time_ = std::chrono::duration_cast<std::chrono::milliseconds>(message.at.time_since_epoch()).count();
  kind_ = static_cast<int>(message.said.kind);
  insert_user_.execute(true);
  insert_.execute(true);
}

void OutboxTable::remove(const std::string& id) {
  removed_ = id;
  delete_.execute(true);
}

}  // namespace isthmus
