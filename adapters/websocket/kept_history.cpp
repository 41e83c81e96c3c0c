#include "adapters/websocket/kept_history.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "adapters/websocket/stored_record.hpp"

namespace isthmus::websocket {

namespace {

constexpr std::string_view adapter_name = "websocket";
constexpr std::string_view owner = "(websocket)";  // no address of a user has parentheses
constexpr std::string_view run_key = "run";        // by its epoch: "FIRST", and when it has ended well "FIRST LAST"
constexpr std::string_view value_key = "value";    // by its address: "SEQ STORED"
constexpr std::string_view reader_key = "reader";  // by its name: a cursor

/// Takes the number that `text` begins with, and the blank behind it, off.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return number;
}

/// The records that follow each other without a hole, up to the newest.
std::vector<Record> unbroken(const std::vector<Archived>& rows) {
  std::vector<Record> records;
  for (const auto& row : rows) {
    std::string_view ref = row.id;
    const auto seq = take_number(ref);
    const auto* message = std::get_if<Message>(&row.what);
    auto record = seq && message != nullptr ? from_stored(message->text, *seq) : std::nullopt;
    if (!records.empty() && (!record || record->seq != records.back().seq + 1)) records.clear();
    if (record) records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace

struct KeptHistory::KnownRun {
  std::string epoch;
  std::uint64_t first = 0;
  std::optional<std::uint64_t> last;
};

struct KeptHistory::Stored {
  std::vector<KnownRun> runs;  // in order
  std::vector<Record> values;
  std::vector<std::pair<std::string, std::string>> readers;
};

KeptHistory::KeptHistory(Store& store, Turn& turn, Counters& counters)
    : store_{store},
      turn_{turn},
      counters_{counters},
      place_{std::make_shared<const ArchivePlace>(
          ArchivePlace{std::string{owner}, std::string{adapter_name}, {}, "(history)"})} {}

KeptHistory::~KeptHistory() {
  if (instance_ == nullptr) return;
  flush();
  put(run_key, instance_->epoch, std::to_string(begun_) + " " + std::to_string(last_));
}

void KeptHistory::put(std::string_view key, const std::string& place, std::string value) {
  store_.put(Setting{std::string{owner}, std::string{adapter_name}, place, std::string{key}, std::move(value)});
}

KeptHistory::Stored KeptHistory::read_settings() const {
  Stored stored;
  for (const Setting& one : store_.settings()) {
    if (one.adapter != adapter_name || one.owner != owner) continue;
    std::string_view value = one.value;
    if (one.key == reader_key) {
      stored.readers.emplace_back(one.place, one.value);
      continue;
    }
    const auto number = take_number(value);
    if (!number) continue;
    if (one.key == run_key) stored.runs.push_back({one.place, *number, take_number(value)});
    if (one.key == value_key) {
      if (auto record = from_stored(value, *number)) stored.values.push_back(*std::move(record));
    }
  }
  std::ranges::sort(stored.runs, {}, [](const KnownRun& run) { return std::pair{run.first, run.epoch}; });
  std::ranges::sort(stored.values, {}, &Record::seq);
  return stored;
}

void KeptHistory::resume(Hub& hub, std::size_t most_records, SystemTime now) {
  auto stored = read_settings();
  const auto rows = store_.newest(*place_, most_records);
  if (!rows.empty()) last_position_ = rows.back().position;
  Past past{.runs = {}, .values = std::move(stored.values), .records = unbroken(rows), .last = 0};
  if (!past.records.empty()) past.last = past.records.back().seq;
  if (!past.values.empty()) past.last = std::max(past.last, past.values.back().seq);
  const bool is_broken = !stored.runs.empty() && !stored.runs.back().last;
  if (!stored.runs.empty()) {
    const auto& newest = stored.runs.back();
    past.last = std::max(past.last, newest.last.value_or(newest.first - 1));
  }
  for (std::size_t i = 0; i < stored.runs.size(); ++i) {
    const bool is_newest = i + 1 == stored.runs.size();
    const auto last = is_newest ? past.last : stored.runs[i + 1].first - 1;
    past.runs.push_back({stored.runs[i].epoch, stored.runs[i].last.value_or(last)});
  }
  while (past.runs.size() >= most_runs) {
    put(run_key, past.runs.front().epoch, {});
    past.runs.erase(past.runs.begin());
  }
  begun_ = past.last + 1;
  last_ = past.last;
  instance_ = &hub.instance();
  put(run_key, instance_->epoch, std::to_string(begun_));
  hub.resume(std::move(past), *this);
  for (const auto& [reader, cursor] : stored.readers) {
    const auto place = parse_cursor(*instance_, cursor);
    read_by_.emplace(reader, place ? place->seq : 0);
  }
  if (is_broken) hub.publish(break_record(now));
}

void KeptHistory::add(const RecordPtr& record) {
  last_ = record->seq;
  last_position_ = std::max(position_at(record->time), last_position_ + 1);
  SaidRecord said;
  said.kind = SaidRecord::Kind::message;
  said.text = to_stored(*record, *instance_);
  batch_.rows.push_back({.place = place_,
                         .position = last_position_,
                         .id = {},
                         .ref = std::to_string(record->seq),
                         .sender = record->from,
                         .account = record->to,
                         .author = {},
                         .author_id = {},
                         .said = std::move(said)});
  turn_.request(*this, Turn::Phase::users);
}

void KeptHistory::flush() {
  if (batch_.rows.empty()) return;
  if (!store_.add(std::exchange(batch_, {}))) counters_.add("messages_not_archived", "too_much_waits");
}

void KeptHistory::keep_value(const Record& record) {
  put(value_key, record.from, std::to_string(record.seq) + " " + to_stored(record, *instance_));
}

void KeptHistory::drop_value(const std::string& address) { put(value_key, address, {}); }

std::uint64_t KeptHistory::read_by(const std::string& reader) const {
  const auto found = read_by_.find(reader);
  return found == read_by_.end() ? 0 : found->second;
}

void KeptHistory::set_read_by(const std::string& reader, std::uint64_t seq) {
  if (read_by_.size() >= most_readers && !read_by_.contains(reader)) return;
  auto& place = read_by_[reader];
  if (std::exchange(place, seq) != seq && instance_ != nullptr) put(reader_key, reader, to_cursor(*instance_, seq));
}

}  // namespace isthmus::websocket
