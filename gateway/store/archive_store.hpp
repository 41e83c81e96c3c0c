#pragma once
// What was said, kept for those who were there (docs/decisions/archive.md): the values, and what is asked of storage.
#include <boost/system/result.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gateway/model/event_id.hpp"
#include "gateway/model/refusal.hpp"
#include "gateway/model/time.hpp"
#include "gateway/store/said_record.hpp"

namespace isthmus {

/// Where something stands in the archive of its place: the milliseconds since 1970, and in the lower 20 bits what
/// tells those of one millisecond apart. Grows in the order in which things were said.
using Position = std::int64_t;
inline constexpr int position_bits = 20;
inline constexpr Position last_position = std::numeric_limits<Position>::max();

constexpr Position position_at(SystemTime time) {
  return static_cast<Position>(std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count())
         << position_bits;
}
constexpr SystemTime time_of(Position position) {
  return SystemTime{std::chrono::milliseconds{position >> position_bits}};
}

/// An archive: a room's, which all its visitors share, or one user's with one person.
struct ArchivePlace {
  std::string owner;    // empty: a room, which is shared
  std::string adapter;  // what its adapter calls its protocol
  std::string network;
  std::string native;
  friend bool operator==(const ArchivePlace&, const ArchivePlace&) = default;

  /// The store's own, of its thread alone: what it knows of the place while it writes there.
  struct Known {
    std::uint64_t epoch = 0;  // of what follows; 0: nothing is known
    long long id = 0;
    Position last = 0;     // of the newest row
    long long number = 0;  // of the newest row
    friend bool operator==(const Known&, const Known&) { return true; }
  };
  mutable Known known{};
};
using ArchivePlacePtr = std::shared_ptr<const ArchivePlace>;

struct ArchiveRow {
  ArchivePlacePtr place;
  Position position = 0;
  EventId id;
  std::string ref;        // instead of `id`, where the foreign side gives one
  std::string sender;     // display name
  std::string account;    // theirs with the foreign service; may be empty
  std::string author;     // the user of the gateway who said it; empty: somebody else
  std::string author_id;  // what their client called it; may be empty
  SaidRecord said;
};

/// So long a user was in a room: from `since` (which is one visit's name) to `until`, both included.
struct Visit {
  ArchivePlacePtr place;
  std::string user;
  Position since = 0;
  std::optional<Position> until;   // empty: it begins
  std::optional<Position> before;  // it begins earlier than was thought: what the room's own history told
};

/// In this order: visits that begin, rows, visits that end.
struct ArchiveBatch {
  std::vector<Visit> begun;
  std::vector<ArchiveRow> rows;
  std::vector<Visit> ended;
};

/// Which part of an archive somebody wants to see.
struct ArchiveQuery {
  ArchivePlace place;
  std::string reader;                     // of a room: what this user's visits allow
  std::optional<Position> present_since;  // of a room: the reader's visit that lasts
  Position from = 0;                      // both included
  Position to = last_position;
  std::string sender{};    // said by whoever had this name (ASCII letters in either case); empty: by anybody
  bool by_reader = false;  // said by the reader
  std::vector<std::string> ids{};
  std::optional<std::string> after_id{};  // neither included
  std::optional<std::string> before_id{};
  // The page of what is left.
  std::size_t max = 0;
  std::optional<std::string> after{};   // the first ones behind this one
  std::optional<std::string> before{};  // the last ones before this one; "": the last ones of all
};

/// One thing that was said, as it is read back.
struct Archived {
  Position position = 0;
  std::string id;
  std::string sender;
  std::string account;
  bool by_reader = false;
  std::string author_id{};  // only for its author
  Payload what;
};

struct ArchivePage {
  std::vector<Archived> rows;  // in the order in which they were said
  std::size_t first = 0;       // index of the first one
  std::size_t total = 0;       // that the query without its page gives
};
/// Refused: item-not-found when an id is none of what the reader may see; internal-server-error when it cannot be read.
using ArchiveAnswer = boost::system::result<ArchivePage, Refusal>;

class ArchiveStore {
 public:
  /// Rows that may wait for the disk; when there are more, new ones are given up.
  static constexpr std::size_t max_waiting_rows = 100'000;

  virtual ~ArchiveStore() = default;
  /// Queued like other changes (Store). False: the rows were given up, the visits were not.
  virtual bool add(ArchiveBatch batch) = 0;
  /// Answered on the loop, once all that was queued before is in the file.
  virtual void read(ArchiveQuery query, std::function<void(ArchiveAnswer)> answer) = 0;
  /// Removes what is older than `oldest`, and of each place all but the newest `most` rows.
  virtual void trim(SystemTime oldest, std::size_t most) = 0;
};

}  // namespace isthmus
