#include "gateway/store/sqlite_store.hpp"

#include <soci/sqlite3/soci-sqlite3.h>
#include <sys/stat.h>

#include <atomic>
#include <utility>

#include "gateway/store/archive_reader.hpp"
#include "gateway/store/archive_table.hpp"
#include "gateway/store/ids_table.hpp"
#include "gateway/store/migrations.hpp"
#include "gateway/store/outbox_table.hpp"
#include "gateway/store/sqlite_worker.hpp"
#include "gateway/store/storage.hpp"
#include "gateway/store/users_table.hpp"

namespace isthmus {
namespace {

/// What a secret is bound to.
std::string place_of(const Setting& setting) {
  std::string place;
  for (const std::string* part : {&setting.owner, &setting.adapter, &setting.place, &setting.key})
    place.append(*part).append(1, '\0');
  return place;
}

/// Throws when the small tables, which are read at the start, are damaged.
void read_through(soci::session& sql) {
  for (const char* table : {"users", "settings", "subscriptions", "outbox"}) {
    long long rows = 0;
    sql << std::string{"SELECT count(*) FROM "} + table, soci::into(rows);
  }
}

class SqliteStore final : public Store {
 public:
  SqliteStore(StoreOptions options, boost::asio::any_io_executor loop)
      : box_{options.key},
        is_durable_{options.path != Storage::in_memory},
        worker_{options.path, std::move(loop), std::move(options.troubled)} {
    worker_.now([this](soci::session& sql) {
      read_through(sql);
      archive_ = std::make_unique<ArchiveTable>(sql);
      outbox_ = std::make_unique<OutboxTable>(sql);
    });
    worker_.on_rollback([this] { archive_->forget_what_is_known(); });
  }
  ~SqliteStore() override {
    worker_.stop();
    archive_.reset();  // before the session that their statements belong to
    outbox_.reset();
  }
  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;

  std::vector<Setting> settings() override {
    return worker_.now([this](soci::session& sql) { return read_settings(sql); });
  }

  std::vector<StoredSubscription> subscriptions() override {
    return worker_.now([](soci::session& sql) {
      std::vector<StoredSubscription> all;
      const soci::rowset<soci::row> rows =
          (sql.prepare << "SELECT owner, address FROM subscriptions JOIN users ON id = user");
      for (const auto& row : rows) all.push_back({row.get<std::string>(0), row.get<std::string>(1)});
      return all;
    });
  }

  bool is_durable() const override { return is_durable_; }

  bool put(const Setting& setting) override {
    return worker_.write([this, setting](soci::session& sql) { write(sql, setting); });
  }

  bool put(const StoredSubscription& it) override {
    return worker_.write([it](soci::session& sql) {
      const long long user = user_id(sql, it.owner);
      sql << "INSERT OR IGNORE INTO subscriptions (user, address) VALUES (:user, :address)", soci::use(user),
          soci::use(it.address);
    });
  }

  bool remove(const StoredSubscription& it) override {
    return worker_.write([it](soci::session& sql) {
      sql << "DELETE FROM subscriptions WHERE address = :address AND user = "
             "(SELECT id FROM users WHERE owner = :owner)",
          soci::use(it.address), soci::use(it.owner);
    });
  }

  std::vector<StoredMessage> messages() override { return worker_.now(read_outbox); }

  std::vector<Archived> newest(const ArchivePlace& place, std::size_t most) override {
    ArchiveQuery query{.place = place, .reader = place.owner, .present_since = {}, .max = most};
    query.before.emplace();  // the last ones
    return worker_.now([&](soci::session& sql) {
      auto page = read_archive(sql, query);
      return page ? std::move(page->rows) : std::vector<Archived>{};
    });
  }

  bool put(const StoredMessage& message) override {
    return worker_.write([this, message](soci::session&) { outbox_->write(message); });
  }

  bool remove_message(std::string_view id) override {
    return worker_.write([this, id = std::string{id}](soci::session&) { outbox_->remove(id); });
  }

  bool put(const StoredIds& ids) override {
    return worker_.write([this, ids](soci::session& sql) {
      write_ids(sql, ids);
      archive_->join_pieces(ids);
    });
  }

  void read_ids(std::string owner, std::string adapter, std::string network, std::size_t most,
                std::function<void(std::vector<StoredIds>)> answer) override {
    worker_.ask<std::vector<StoredIds>>(
        [=](soci::session& sql) { return isthmus::read_ids(sql, owner, adapter, network, most); },
        [answer = std::move(answer)](std::optional<std::vector<StoredIds>> found) {
          answer(found ? std::move(*found) : std::vector<StoredIds>{});
        });
  }

  bool forget(std::string_view owner) override {
    return worker_.write([this, owner = std::string{owner}](soci::session& sql) {
      sql << "DELETE FROM users WHERE owner = :owner", soci::use(owner);  // and with it all that refers to it
      archive_->forget_what_is_known();
    });
  }

  void when_committed(std::function<void(bool)> done) override { worker_.when_committed(std::move(done)); }

  bool add(ArchiveBatch batch) override {
    const std::size_t count = batch.rows.size();
    const bool is_kept = rows_waiting_->fetch_add(count) + count <= max_waiting_rows;
    if (!is_kept) {
      rows_waiting_->fetch_sub(count);
      batch.rows.clear();
      if (batch.begun.empty() && batch.ended.empty()) return false;
    }
    // Counted until the change is done with, however often it is tried.
    std::shared_ptr<void> counted{
        nullptr, [waiting = rows_waiting_, kept = batch.rows.size()](void*) { waiting->fetch_sub(kept); }};
    const bool is_queued = worker_.write(
        [this, batch = std::move(batch), counted = std::move(counted)](soci::session&) { archive_->write(batch); });
    return is_kept && is_queued;
  }

  void read(ArchiveQuery query, std::function<void(ArchiveAnswer)> answer) override {
    worker_.ask<ArchiveAnswer>(
        [query = std::move(query)](soci::session& sql) { return read_archive(sql, query); },
        [answer = std::move(answer)](std::optional<ArchiveAnswer> found) {
          if (found) return answer(std::move(*found));
          answer(Refusal{Condition::internal_server_error, Remedy::wait, "The archive cannot be read now.", {}});
        });
  }

  void trim(SystemTime oldest, std::size_t most) override {
    // Some at a time, so that what is said meanwhile need not wait.
    worker_.write([this, oldest, most](soci::session& sql) {
      trim_ids(sql, oldest);
      if (archive_->trim_some(position_at(oldest), static_cast<long long>(most))) trim(oldest, most);
    });
  }

 private:
  std::vector<Setting> read_settings(soci::session& sql) {
    std::vector<Setting> all;
    const soci::rowset<soci::row> rows =
        (sql.prepare << "SELECT owner, adapter, place, key, value, is_secret FROM settings JOIN users ON id = user");
    for (const auto& row : rows) {
      Setting one{row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2),
                  row.get<std::string>(3), row.get<std::string>(4), row.get<int>(5) != 0};
      if (one.is_secret) {
        auto opened = box_.open(one.value, place_of(one));
        if (!opened) {
          worker_.report("the secret " + one.key + " of " + one.owner + " cannot be read: the key file is another");
          continue;
        }
        one.value = std::move(*opened);
      }
      all.push_back(std::move(one));
    }
    return all;
  }

  void write(soci::session& sql, const Setting& it) const {
    const long long user = user_id(sql, it.owner);
    if (it.value.empty()) {
      sql << "DELETE FROM settings WHERE user = :user AND adapter = :adapter AND place = :place AND key = :key",
          soci::use(user), soci::use(it.adapter), soci::use(it.place), soci::use(it.key);
      return;
    }
    const std::string value = it.is_secret ? box_.seal(it.value, place_of(it)) : it.value;
    const int is_secret = it.is_secret ? 1 : 0;
    sql << "INSERT OR REPLACE INTO settings (user, adapter, place, key, value, is_secret) "
           "VALUES (:user, :adapter, :place, :key, :value, :is_secret)",
        soci::use(user), soci::use(it.adapter), soci::use(it.place), soci::use(it.key), soci::use(value),
        soci::use(is_secret);
  }

  SecretBox box_;
  bool is_durable_;
  std::unique_ptr<ArchiveTable> archive_;  // its thread's, as is the next
  std::unique_ptr<OutboxTable> outbox_;
  std::shared_ptr<std::atomic<std::size_t>> rows_waiting_ = std::make_shared<std::atomic<std::size_t>>(0);
  SqliteWorker worker_;  // last: its thread uses the rest
};

std::string cannot_be_used(const std::string& path, const std::exception& failure) {
  return "the file " + path + " cannot be used: " + failure.what();
}

/// The secrets in the file.
std::vector<Setting> sealed_settings(soci::session& sql) {
  std::vector<Setting> all;
  const soci::rowset<soci::row> rows =
      (sql.prepare << "SELECT owner, adapter, place, key, value FROM settings JOIN users ON id = user WHERE is_secret");
  for (const auto& row : rows)
    all.push_back({row.get<std::string>(0), row.get<std::string>(1), row.get<std::string>(2), row.get<std::string>(3),
                   row.get<std::string>(4), true});
  return all;
}

}  // namespace

boost::system::result<std::unique_ptr<Store>, std::string> open_sqlite_store(StoreOptions options,
                                                                             boost::asio::any_io_executor loop) {
  const std::string path = options.path;
  const auto before = ::umask(0077);  // the file holds who talks to whom
  try {
    std::unique_ptr<Store> store = std::make_unique<SqliteStore>(std::move(options), std::move(loop));
    ::umask(before);
    return store;
  } catch (const std::exception& failure) {
    ::umask(before);
    return cannot_be_used(path, failure);
  }
}

std::string check_sqlite_store(const std::string& path) {
  try {
    soci::session sql{soci::sqlite3, "db=\"" + path + "\" readonly=1"};
    check_version(sql);
    std::string found;
    sql << "PRAGMA quick_check(1)", soci::into(found);
    return found == "ok" ? std::string{} : "the file " + path + " is damaged: " + found;
  } catch (const std::exception& failure) {
    return cannot_be_used(path, failure);
  }
}

boost::system::result<std::size_t, std::string> rekey_sqlite_store(const std::string& path,
                                                                   const SecretBox::Key& before,
                                                                   const SecretBox::Key& after) {
  try {
    const SecretBox old_box{before};
    const SecretBox new_box{after};
    soci::session sql{soci::sqlite3, "db=\"" + path + "\" timeout=2"};
    migrate(sql, path);
    sql << "BEGIN IMMEDIATE";  // nobody writes meanwhile; what is not committed is undone when the session ends
    const auto secrets = sealed_settings(sql);
    for (const Setting& it : secrets) {
      const auto secret = old_box.open(it.value, place_of(it));
      if (!secret)
        return "the secret " + it.key + " of " + it.owner + " does not open with the key: nothing was changed";
      const std::string value = new_box.seal(*secret, place_of(it));
      sql << "UPDATE settings SET value = :value WHERE adapter = :adapter AND place = :place AND key = :key AND "
             "user = (SELECT id FROM users WHERE owner = :owner)",
          soci::use(value), soci::use(it.adapter), soci::use(it.place), soci::use(it.key), soci::use(it.owner);
    }
    sql << "COMMIT";
    return secrets.size();
  } catch (const std::exception& failure) {
    return cannot_be_used(path, failure);
  }
}

}  // namespace isthmus
