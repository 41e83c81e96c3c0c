#include "gateway/store/archive_table.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/store/users_table.hpp"

namespace isthmus {
namespace {

constexpr std::size_t max_known_users = 10'000;
constexpr long long most_renumbered = 10'000;  // rows behind one that comes late; with more it is left out
constexpr long long trimmed_at_once = 1'000;   // rows

}  // namespace

long long find_place(soci::session& sql, const ArchivePlace& place) {
  long long owner = 0;
  if (!place.owner.empty()) {
    sql << "SELECT id FROM users WHERE owner = :owner", soci::use(place.owner), soci::into(owner);
    if (owner == 0) return 0;
  }
  long long id = 0;
  sql << "SELECT id FROM places WHERE native = :native AND network = :network AND adapter = :adapter AND "
         "ifnull(user, 0) = :owner",
      soci::use(place.native), soci::use(place.network), soci::use(place.adapter), soci::use(owner), soci::into(id);
  return id;
}

ArchiveTable::ArchiveTable(soci::session& sql) : sql_{sql} {
  insert_ = std::make_unique<soci::statement>(
      (sql_.prepare << "INSERT OR IGNORE INTO archive (place, position, number, id, sender, account, author, "
                       "author_id, kind, text, rest) VALUES (:place, :position, :number, :id, :sender, :account, "
                       ":author, :author_id, :kind, :text, :rest)",
       soci::use(row_.place), soci::use(row_.position), soci::use(row_.number), soci::use(row_.id),
       soci::use(row_.sender), soci::use(row_.account), soci::use(row_.author, row_.has_author),
       soci::use(row_.author_id), soci::use(row_.kind), soci::use(row_.text), soci::use(row_.rest)));
  // Nobody knows when the process ended: all that was written by then was seen.
  soci::transaction whole{sql_};
  sql_ << "UPDATE visits SET until = max(since, ifnull((SELECT max(position) FROM archive "
          "WHERE archive.place = visits.place), 0)) WHERE until IS NULL";
  whole.commit();
}

void ArchiveTable::forget_what_is_known() {
  ++epoch_;
  users_.clear();
}

void ArchiveTable::write(const ArchiveBatch& batch) {
  for (const Visit& visit : batch.begun) begin(visit);
  for (const ArchiveRow& row : batch.rows) add(row);
  for (const Visit& visit : batch.ended) end(visit);
}

long long ArchiveTable::user(const std::string& owner) {
  const auto found = users_.find(owner);
  if (found != users_.end()) return found->second;
  if (users_.size() >= max_known_users) users_.clear();
  return users_[owner] = user_id(sql_, owner);
}

const ArchivePlace::Known& ArchiveTable::known(const ArchivePlace& place) {
  auto& known = place.known;
  if (known.epoch == epoch_) return known;
  soci::indicator has_owner = place.owner.empty() ? soci::i_null : soci::i_ok;
  const long long owner = place.owner.empty() ? 0 : user(place.owner);
  sql_ << "INSERT OR IGNORE INTO places (user, adapter, network, native) VALUES (:user, :adapter, :network, :native)",
      soci::use(owner, has_owner), soci::use(place.adapter), soci::use(place.network), soci::use(place.native);
  known = {.epoch = epoch_, .id = find_place(sql_, place), .last = 0, .number = 0};
  long long last = 0;
  sql_ << "SELECT position, number FROM archive WHERE place = :place ORDER BY position DESC LIMIT 1",
      soci::use(known.id), soci::into(last), soci::into(known.number);
  known.last = last;
  return known;
}

void ArchiveTable::begin(const Visit& visit) {
  const long long place = known(*visit.place).id;
  const long long who = user(visit.user);
  const long long since = visit.since;
  sql_ << "INSERT OR IGNORE INTO visits (place, user, since) VALUES (:place, :user, :since)", soci::use(place),
      soci::use(who), soci::use(since);
}

/// Visits between which nothing was said are one, so that whoever comes and goes a lot has few of them.
void ArchiveTable::end(const Visit& visit) {
  const long long place = known(*visit.place).id;
  const long long who = user(visit.user);
  const long long since = visit.since;
  const long long from = visit.before.value_or(visit.since);
  const long long until = visit.until.value_or(visit.since);
  sql_ << "DELETE FROM visits WHERE place = :place AND user = :user AND since = :since", soci::use(place),
      soci::use(who), soci::use(since);
  if (!is_any(place, from, until)) return;
  long long before = 0;
  long long before_until = 0;
  sql_ << "SELECT since, until FROM visits WHERE place = :place AND user = :user AND since <= :from AND until IS NOT "
          "NULL ORDER BY since DESC LIMIT 1",
      soci::use(place), soci::use(who), soci::use(from), soci::into(before), soci::into(before_until);
  if (sql_.got_data() && (before_until >= from || !is_any(place, before_until + 1, from - 1))) {
    sql_ << "UPDATE visits SET until = max(until, :until) WHERE place = :place AND user = :user AND since = :before",
        soci::use(until), soci::use(place), soci::use(who), soci::use(before);
    return;
  }
  sql_ << "INSERT INTO visits (place, user, since, until) VALUES (:place, :user, :from, :until)", soci::use(place),
      soci::use(who), soci::use(from), soci::use(until);
}

bool ArchiveTable::is_any(long long place, Position from, Position to) {
  const long long first = from;
  const long long last = to;
  int one = 0;
  sql_ << "SELECT 1 FROM archive WHERE place = :place AND position BETWEEN :first AND :last LIMIT 1", soci::use(place),
      soci::use(first), soci::use(last), soci::into(one);
  return one == 1;
}

bool ArchiveTable::is_there(long long place, const std::string& id) {
  int one = 0;
  sql_ << "SELECT 1 FROM archive WHERE place = :place AND id = :id", soci::use(place), soci::use(id), soci::into(one);
  return one == 1;
}

void ArchiveTable::add(const ArchiveRow& row) {
  const ArchivePlace& place = *row.place;
  const auto& before = known(place);
  const auto hex = to_hex(row.id);
  row_.place = before.id;
  row_.position = row.position;
  row_.number = before.number + 1;
  row_.id = row.ref.empty() ? std::string_view{hex.data(), hex.size()} : std::string_view{row.ref};
  row_.sender = row.sender;
  row_.account = row.account;
  row_.has_author = row.author.empty() ? soci::i_null : soci::i_ok;
  row_.author = row.author.empty() ? 0 : user(row.author);
  row_.author_id = row.author_id;
  row_.kind = static_cast<int>(row.said.kind);
  row_.text = row.said.text;
  row_.rest = row.said.rest;
  if (row.position <= before.last) return is_there(row_.place, row_.id) ? claim(row) : add_between(place);
  insert_->execute(true);
  if (insert_->get_affected_rows() == 0) return claim(row);  // another user's session heard it before
  place.known.last = row.position;
  ++place.known.number;
}

void ArchiveTable::add_between(const ArchivePlace& place) {
  int taken = 1;
  while (taken != 0) {
    taken = 0;
    sql_ << "SELECT 1 FROM archive WHERE place = :place AND position = :position", soci::use(row_.place),
        soci::use(row_.position), soci::into(taken);
    row_.position += taken;
  }
  long long next = row_.number;
  sql_ << "SELECT number FROM archive WHERE place = :place AND position > :position ORDER BY position LIMIT 1",
      soci::use(row_.place), soci::use(row_.position), soci::into(next);
  if (row_.number - next > most_renumbered) return;
  sql_ << "UPDATE archive SET number = number + 1 WHERE place = :place AND position > :position", soci::use(row_.place),
      soci::use(row_.position);
  row_.number = next;
  insert_->execute(true);
  ++place.known.number;
  place.known.last = std::max(place.known.last, static_cast<Position>(row_.position));
}

/// What another session heard first was said by a user of the gateway, as that user's own session knows now.
void ArchiveTable::claim(const ArchiveRow& row) {
  if (row.author.empty()) return;
  sql_ << "UPDATE archive SET author = :author, author_id = :author_id, kind = :kind, text = :text, rest = :rest "
          "WHERE place = :place AND id = :id AND author IS NULL",
      soci::use(row_.author), soci::use(row_.author_id), soci::use(row_.kind), soci::use(row_.text),
      soci::use(row_.rest), soci::use(row_.place), soci::use(row_.id);
}

void ArchiveTable::join_pieces(const StoredIds& ids) {
  if (ids.pieces.size() < 2) return;
  const long long place =
      find_place(sql_, {.owner = {}, .adapter = ids.adapter, .network = ids.network, .native = ids.native});
  if (place == 0) return;  // a talk with a person, where nobody else hears
  for (auto piece = ids.pieces.begin() + 1; piece != ids.pieces.end(); ++piece) {
    long long position = -1;
    sql_ << "SELECT position FROM archive WHERE place = :place AND id = :id", soci::use(place), soci::use(*piece),
        soci::into(position);
    if (position < 0) continue;
    sql_ << "DELETE FROM archive WHERE place = :place AND position = :position", soci::use(place), soci::use(position);
    sql_ << "UPDATE archive SET number = number - 1 WHERE place = :place AND position > :position", soci::use(place),
        soci::use(position);
    forget_what_is_known();
  }
}

bool ArchiveTable::trim_some(Position oldest, long long most) {
  std::vector<long long> places;
  long long id = 0;
  soci::statement all = (sql_.prepare << "SELECT id FROM places", soci::into(id));
  all.execute();
  while (all.fetch()) places.push_back(id);
  for (const long long place : places) {
    if (trim_place(place, oldest, most)) return true;
  }
  // Places where nothing is left, and nobody is.
  sql_ << "DELETE FROM visits WHERE until IS NOT NULL AND until < ifnull((SELECT min(position) FROM archive WHERE "
          "archive.place = visits.place), until + 1)";
  sql_ << "DELETE FROM places WHERE NOT EXISTS (SELECT 1 FROM archive WHERE place = places.id) AND NOT EXISTS "
          "(SELECT 1 FROM visits WHERE place = places.id)";
  forget_what_is_known();
  return false;
}

bool ArchiveTable::trim_place(long long place, Position oldest, long long most) {
  long long first = 0;
  long long last = 0;
  sql_ << "SELECT (SELECT number FROM archive WHERE place = :place ORDER BY position LIMIT 1), "
          "(SELECT number FROM archive WHERE place = :same ORDER BY position DESC LIMIT 1) "
          "WHERE EXISTS (SELECT 1 FROM archive WHERE place = :also)",
      soci::use(place), soci::use(place), soci::use(place), soci::into(first), soci::into(last);
  if (!sql_.got_data()) return false;
  const long long surplus = std::max(0LL, last - first + 1 - most);
  const long long cutoff = oldest;
  const long long least = first + surplus;
  sql_
      << "DELETE FROM archive WHERE place = :place AND position IN (SELECT position FROM (SELECT position, number "
         "FROM archive WHERE place = :same ORDER BY position LIMIT :some) WHERE position < :oldest OR number < :least)",
      soci::use(place), soci::use(place), soci::use(trimmed_at_once), soci::use(cutoff), soci::use(least);
  int changed = 0;
  sql_ << "SELECT changes()", soci::into(changed);
  return changed > 0;
}

}  // namespace isthmus
