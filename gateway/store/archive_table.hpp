#pragma once
// The archive's tables, written: on the store's thread alone.
#include <soci/soci.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "gateway/store/store.hpp"

namespace isthmus {

/// The place's number in the file; 0 when it is not there.
long long find_place(soci::session& sql, const ArchivePlace& place);

class ArchiveTable {
 public:
  /// Ends the visits that lasted when the file was used last. `sql` outlives this; throws soci::soci_error, as all of
  /// it does.
  explicit ArchiveTable(soci::session& sql);

  void write(const ArchiveBatch& batch);
  /// What another session heard as messages of their own are pieces of what a user of the gateway said: only the whole
  /// stays.
  void join_pieces(const StoredIds& ids);
  /// Some rows of what ArchiveStore::trim() names; false when there is nothing left to remove.
  bool trim_some(Position oldest, long long most);
  /// What was written may have been taken back.
  void forget_what_is_known();

 private:
  const ArchivePlace::Known& known(const ArchivePlace& place);
  long long user(const std::string& owner);
  void begin(const Visit& visit);
  void end(const Visit& visit);
  void add(const ArchiveRow& row);
  /// Where there are newer rows already.
  void add_between(const ArchivePlace& place);
  void claim(const ArchiveRow& row);
  bool is_there(long long place, const std::string& id);
  /// True when something was said in the place from `from` to `to`, both included.
  bool is_any(long long place, Position from, Position to);
  bool trim_place(long long place, Position oldest, long long most);

  /// What the prepared statement writes.
  struct Row {
    long long place = 0;
    long long position = 0;
    long long number = 0;
    std::string id;
    std::string sender;
    std::string account;
    long long author = 0;
    soci::indicator has_author = soci::i_null;
    std::string author_id;
    int kind = 0;
    std::string text;
    std::string rest;
  };

  soci::session& sql_;
  std::uint64_t epoch_ = 1;
  std::map<std::string, long long> users_;  // by owner; forgotten with the rest
  Row row_;
  std::unique_ptr<soci::statement> insert_;
};

}  // namespace isthmus
