#pragma once
// What happened lately, so that a client that was away gets what it missed, and the last value of each address.
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/websocket/record.hpp"

namespace isthmus::websocket {

struct HistoryLimits {
  std::size_t records = 10'000;
  std::size_t bytes = std::size_t{16} * 1024 * 1024;
  std::size_t values = 10'000;  // addresses whose last value is kept; those that changed longest ago go first
};

/// Keeps what happens for the next run of the gateway.
class HistoryKeeper {
 public:
  virtual ~HistoryKeeper() = default;
  /// It has happened.
  virtual void add(const RecordPtr& record) = 0;
  /// It is forgotten, but for being the last value of its address.
  virtual void keep_value(const Record& record) = 0;
  /// What keep_value() was told of that address counts no more.
  virtual void drop_value(const std::string& address) = 0;
};

class History {
 public:
  explicit History(HistoryLimits limits = {}) : limits_{limits} {}

  /// From now on it hears which values outlive their records.
  void set_keeper(HistoryKeeper& keeper) noexcept { keeper_ = &keeper; }
  /// Begins at the place `next`, behind what is there: all of that is forgotten, but for last values.
  void skip_to(std::uint64_t next);
  /// A last value whose record is forgotten; its place is before next().
  void add_value(const RecordPtr& record) { keep_value(record); }

  /// The place of the record that add() gets next.
  std::uint64_t next() const noexcept { return next_; }
  /// Takes a record whose seq is next().
  void add(RecordPtr record);

  /// The place of the last record; 0 before the first.
  std::uint64_t last() const noexcept { return next_ - 1; }
  /// Places up to this one are forgotten.
  std::uint64_t forgotten() const noexcept { return next_ - 1 - records_.size(); }

  /// True when all that came after `cursor` is here.
  bool is_whole_after(const Cursor& cursor) const noexcept {
    return !cursor.is_elsewhere && cursor.seq >= forgotten() && cursor.seq >= last_break_;
  }

  /// At most `most` records after place `seq`, oldest first, that `selects` accepts.
  template <class Selects>
  std::vector<RecordPtr> after(std::uint64_t seq, std::size_t most, Selects selects) const {
    std::vector<RecordPtr> found;
    const auto begin = seq <= forgotten() ? 0 : static_cast<std::size_t>(seq - forgotten());
    for (auto i = begin; i < records_.size() && found.size() < most; ++i) {
      if (selects(*records_[i])) found.push_back(records_[i]);
    }
    return found;
  }
  /// The newest `most` records that `selects` accepts, oldest first.
  template <class Selects>
  std::vector<RecordPtr> newest(std::size_t most, Selects selects) const {
    std::vector<RecordPtr> found;
    for (auto i = records_.size(); i > 0 && found.size() < most; --i) {
      if (selects(*records_[i - 1])) found.push_back(records_[i - 1]);
    }
    return {found.rbegin(), found.rend()};
  }
  /// The last value of each address that `selects` accepts, by address.
  template <class Selects>
  std::vector<RecordPtr> values(Selects selects) const {
    std::vector<RecordPtr> found;
    for (const auto& [address, record] : values_) {
      if (selects(*record)) found.push_back(record);
    }
    return found;
  }

 private:
  void keep_value(const RecordPtr& record);
  void forget_oldest();
  bool is_forgotten(const Record& record) const noexcept { return record.seq <= forgotten(); }

  HistoryLimits limits_;
  std::uint64_t next_ = 1;
  std::uint64_t last_break_ = 0;
  std::size_t bytes_ = 0;
  std::deque<RecordPtr> records_;
  std::deque<std::size_t> sizes_;  // what each record counted when it was added
  std::map<std::string, RecordPtr, std::less<>> values_;
  std::map<std::uint64_t, std::string> value_order_;  // by place
  HistoryKeeper* keeper_ = nullptr;
};

}  // namespace isthmus::websocket
