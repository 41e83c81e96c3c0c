#include "gateway/store/archive_reader.hpp"

#include <algorithm>
#include <utility>

#include "gateway/store/archive_table.hpp"
#include "gateway/store/ids_table.hpp"

namespace isthmus {
namespace {

/// Both included; empty when from > to.
struct Range {
  long long from = 0;
  long long to = 0;
};
using Ranges = std::vector<Range>;  // in order, without overlaps

Refusal not_found() {
  return {Condition::item_not_found, Remedy::cancel, "There is no such message in this archive.", {}};
}

void clip(Ranges& ranges, long long from, long long to) {
  for (auto& range : ranges) range = {std::max(range.from, from), std::min(range.to, to)};
  std::erase_if(ranges, [](const Range& range) { return range.from > range.to; });
}

bool holds(const Ranges& ranges, long long position) {
  return std::ranges::any_of(ranges,
                             [&](const Range& range) { return range.from <= position && position <= range.to; });
}

/// One query's way through one archive.
class Reader {
 public:
  Reader(soci::session& sql, const ArchiveQuery& query) : sql_{sql}, query_{query} {}

  ArchiveAnswer read() {
    place_ = find_place(sql_, query_.place);
    sql_ << "SELECT id FROM users WHERE owner = :reader", soci::use(query_.reader), soci::into(user_);
    Ranges all = visible();
    if (!narrow(all)) return not_found();
    Ranges page = all;
    const bool is_backwards = query_.before.has_value();
    const auto& edge = is_backwards ? query_.before : query_.after;
    if (edge && !edge->empty()) {
      const auto at = find(*edge, all);
      if (!at) return not_found();
      if (is_backwards) {
        clip(page, 0, *at - 1);
      } else {
        clip(page, *at + 1, last_position);
      }
    }
    ArchivePage answer;
    answer.total = count(all);
    answer.rows = rows(page, is_backwards);
    if (answer.rows.empty()) return answer;
    clip(all, 0, answer.rows.front().position - 1);
    answer.first = count(all);
    return answer;
  }

 private:
  /// What the reader may see of the place.
  Ranges visible() {
    if (place_ == 0) return {};
    if (!query_.place.owner.empty()) return {{0, last_position}};
    Ranges ranges;
    Range range;
    soci::statement visits =
        (sql_.prepare << "SELECT since, until FROM visits WHERE place = :place AND user = :user AND until IS NOT NULL "
                         "ORDER BY since",
         soci::use(place_), soci::use(user_), soci::into(range.from), soci::into(range.to));
    visits.execute();
    while (visits.fetch()) {
      if (!ranges.empty() && range.from <= ranges.back().to) {
        ranges.back().to = std::max(ranges.back().to, range.to);
      } else {
        ranges.push_back(range);
      }
    }
    if (!query_.present_since) return ranges;
    const long long since = *query_.present_since;
    std::erase_if(ranges, [&](const Range& visit) { return visit.from >= since; });
    if (!ranges.empty()) ranges.back().to = std::min(ranges.back().to, since - 1);
    ranges.push_back({since, last_position});
    return ranges;
  }

  /// Leaves of `ranges` what the query asks for; false: it names what is not there.
  bool narrow(Ranges& ranges) {
    std::optional<long long> after;
    std::optional<long long> before;
    if (query_.after_id) after = find(*query_.after_id, ranges);
    if (query_.before_id) before = find(*query_.before_id, ranges);
    if (after.has_value() != query_.after_id.has_value() || before.has_value() != query_.before_id.has_value())
      return false;
    std::vector<long long> named;
    for (const auto& id : query_.ids) {
      const auto at = find(id, ranges);
      if (!at) return false;
      named.push_back(*at);
    }
    clip(ranges, std::max<long long>(query_.from, after ? *after + 1 : 0),
         std::min<long long>(query_.to, before ? *before - 1 : last_position));
    if (query_.ids.empty()) return true;
    std::ranges::sort(named);
    named.erase(std::unique(named.begin(), named.end()), named.end());
    std::erase_if(named, [&](long long at) { return !holds(ranges, at); });
    ranges.clear();
    for (const long long at : named) ranges.push_back({at, at});
    return true;
  }

  /// Also by the id of a piece in which it was said.
  std::optional<long long> find(const std::string& id, const Ranges& within, bool may_be_piece = true) {
    long long at = -1;
    sql_ << "SELECT position FROM archive WHERE place = :place AND id = :id", soci::use(place_), soci::use(id),
        soci::into(at);
    if (at < 0 && may_be_piece) {
      const std::string whole = whole_of(sql_, query_.place, id);
      if (!whole.empty() && whole != id) return find(whole, within, false);
    }
    if (at < 0 || !holds(within, at)) return std::nullopt;
    return at;
  }

  /// Behind "WHERE place = :place".
  std::string condition() const {
    std::string text;
    if (!query_.sender.empty()) text += " AND sender = :sender";
    if (query_.by_reader) text += " AND author = :author";
    return text;
  }
  void bind_condition(soci::statement& statement) {
    if (!query_.sender.empty()) statement.exchange(soci::use(query_.sender));
    if (query_.by_reader) statement.exchange(soci::use(user_));
  }

  std::size_t count(const Ranges& ranges) {
    const bool is_all = query_.sender.empty() && !query_.by_reader;
    return is_all ? count_by_numbers(ranges) : count_matching(ranges);
  }

  /// Numbers have no gaps: two look-ups tell how many rows there are between them.
  std::size_t count_by_numbers(const Ranges& ranges) {
    Range range;
    long long first = 0;
    long long last = 0;
    soci::statement lowest = (sql_.prepare << "SELECT number FROM archive WHERE place = :place AND position >= :from "
                                              "AND position <= :to ORDER BY position LIMIT 1",
                              soci::use(place_), soci::use(range.from), soci::use(range.to), soci::into(first));
    soci::statement highest = (sql_.prepare << "SELECT number FROM archive WHERE place = :place AND position >= :from "
                                               "AND position <= :to ORDER BY position DESC LIMIT 1",
                               soci::use(place_), soci::use(range.from), soci::use(range.to), soci::into(last));
    std::size_t all = 0;
    for (const auto& one : ranges) {
      range = one;
      if (lowest.execute(true) && highest.execute(true)) all += static_cast<std::size_t>(last - first + 1);
    }
    return all;
  }

  std::size_t count_matching(const Ranges& ranges) {
    Range range;
    long long found = 0;
    soci::statement statement{sql_};
    statement.alloc();
    statement.prepare("SELECT count(*) FROM archive WHERE place = :place" + condition() +
                      " AND position BETWEEN :from AND :to");
    statement.exchange(soci::use(place_));
    bind_condition(statement);
    statement.exchange(soci::use(range.from));
    statement.exchange(soci::use(range.to));
    statement.exchange(soci::into(found));
    statement.define_and_bind();
    std::size_t all = 0;
    for (const auto& one : ranges) {
      range = one;
      if (statement.execute(true)) all += static_cast<std::size_t>(found);
    }
    return all;
  }

  /// The first (or last) rows of `ranges`, as many as a page has.
  std::vector<Archived> rows(Ranges ranges, bool is_backwards) {
    std::vector<Archived> page;
    if (is_backwards) std::ranges::reverse(ranges);
    Range range;
    long long left = static_cast<long long>(query_.max);
    Archived row;
    SaidRecord said;
    long long position = 0;
    long long author = 0;
    int kind = 0;
    soci::statement statement{sql_};
    statement.alloc();
    statement.prepare(
        "SELECT position, id, sender, account, ifnull(author, 0), author_id, kind, text, rest FROM "
        "archive WHERE place = :place" +
        condition() + " AND position BETWEEN :from AND :to ORDER BY position" + (is_backwards ? " DESC" : "") +
        " LIMIT :most");
    statement.exchange(soci::use(place_));
    bind_condition(statement);
    statement.exchange(soci::use(range.from));
    statement.exchange(soci::use(range.to));
    statement.exchange(soci::use(left));
    for (auto* text : {&row.id, &row.sender, &row.account, &row.author_id, &said.text, &said.rest}) {
      if (text == &row.id) statement.exchange(soci::into(position));
      if (text == &row.author_id) statement.exchange(soci::into(author));
      if (text == &said.text) statement.exchange(soci::into(kind));
      statement.exchange(soci::into(*text));
    }
    statement.define_and_bind();
    for (const auto& one : ranges) {
      if (left == 0) break;
      range = one;
      statement.execute();
      while (statement.fetch()) {
        said.kind = static_cast<SaidRecord::Kind>(kind);
        if (auto what = to_payload(said)) {
          row.position = position;
          row.by_reader = author != 0 && author == user_;
          row.what = std::move(*what);
          page.push_back(row);
          if (!row.by_reader) page.back().author_id.clear();
        }
        --left;
      }
    }
    if (is_backwards) std::ranges::reverse(page);
    return page;
  }

  soci::session& sql_;
  const ArchiveQuery& query_;
  long long place_ = 0;
  long long user_ = 0;
};

}  // namespace

ArchiveAnswer read_archive(soci::session& sql, const ArchiveQuery& query) { return Reader{sql, query}.read(); }

}  // namespace isthmus
