#pragma once
// Messages on their way, in SQL.
#include <soci/soci.h>

#include <string>
#include <vector>

#include "gateway/store/store.hpp"

namespace isthmus {

/// Throws soci::soci_error.
std::vector<StoredMessage> read_outbox(soci::session& sql);

/// Its statements are prepared once. On the store's thread, and gone before the session is; all throw soci::soci_error.
class OutboxTable {
 public:
  explicit OutboxTable(soci::session& sql);
  OutboxTable(const OutboxTable&) = delete;
  OutboxTable& operator=(const OutboxTable&) = delete;

  void write(const StoredMessage& message);
  void remove(const std::string& id);

 private:
  // What the statements are bound to.
  StoredMessage row_;
  int from_owner_ = 0;
  long long time_ = 0;  // milliseconds
  int kind_ = 0;
  std::string removed_;
  soci::statement insert_user_;
  soci::statement insert_;
  soci::statement delete_;
};

}  // namespace isthmus
